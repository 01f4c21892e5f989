"""A compiled contraction of two arrays is the einsum of it, costs what it says, and copies what it says."""

import math

import numpy as np
import pytest
import torch

from tnlab.network.pairwise import compile_pair, permutation, permute

SIZES = (2, 3, 4, 5, 6)
CASES = {
    "product": ((0, 1), (1, 2), (), 2 * 2 * 3 * 4),
    "left turned": ((1, 0, 3), (1, 2), (), 2 * 3 * (2 * 5) * 4),
    "two summed, in other orders": ((0, 1, 3), (3, 1, 2), (), 2 * 2 * 4 * (3 * 5)),
    "outer": ((0, 1), (2, 3), (), 2 * 2 * 3 * 4 * 5),
    "everything summed": ((0, 1), (1, 0), (), 2 * 2 * 3),
    "batch": ((0, 1, 2), (2, 0, 3), (0,), 2 * 2 * 3 * 5 * 4),
    "batch alone": ((0, 1), (1, 2), (1,), 2 * 2 * 3 * 4),
}


def letters(labels):
    return "".join("abcde"[label] for label in labels)


@pytest.mark.parametrize(("left", "right", "keep", "flops"), CASES.values(), ids=CASES)
def test_agrees_with_einsum_and_counts_a_multiplication_and_an_addition_per_term(left, right, keep, flops, generator):
    first, second = (torch.randn([SIZES[label] for label in labels], generator=generator) for labels in (left, right))
    pair = compile_pair(left, right, keep, SIZES)
    expected = torch.einsum(f"{letters(left)},{letters(right)}->{letters(pair.indices)}", first, second)
    assert set(pair.indices) == (set(left) ^ set(right)) | set(keep)
    assert pair(first, second).shape == expected.shape
    assert torch.allclose(pair(first, second), expected)
    assert np.allclose(pair(first.numpy(), second.numpy()), expected.numpy())
    assert pair.flops == flops


def test_a_larger_operand_is_not_copied():
    """The order of the summed indices is that of the larger operand, whichever side it stands on."""
    small, large = (4, 3), (1, 3, 4)
    assert compile_pair(small, large, (), SIZES).right.axes is None
    assert compile_pair(large, small, (), SIZES).left.axes is None
    assert compile_pair((0, 1), (0, 2), (), SIZES).left.axes is None  # transposed, but a view


def test_permutation_brings_labels_into_the_order_wanted():
    assert permutation((7, 3, 5), (3, 5, 7)) == (1, 2, 0)
    assert permutation((7, 3, 5), (7, 3, 5)) is None
    array = np.arange(math.prod((2, 3, 4))).reshape(2, 3, 4)
    assert permute(array, (1, 2, 0)).shape == (3, 4, 2)
    assert permute(array, None) is array
