"""Data are recognised by their entries in order, however they lie in memory."""

import torch

from tnlab.data.tensor_hash import tensor_hash


def test_the_hash_of_a_tensor_is_that_of_its_entries_in_order():
    tensor = torch.arange(24.0, dtype=torch.float64).reshape(2, 3, 4)
    turned = tensor.permute(2, 1, 0).contiguous().permute(2, 1, 0)
    assert tensor_hash(tensor) == tensor_hash(turned) == tensor_hash(tensor.clone().requires_grad_())
    assert len(tensor_hash(tensor)) == 32
    other = tensor.clone()
    other[0, 0, 0] += 1e-15
    assert tensor_hash(other) != tensor_hash(tensor)
    assert tensor_hash(tensor.permute(2, 1, 0)) != tensor_hash(tensor)
