"""Contraction agrees with einsum and tensorly, counts its operations, and refuses arrays that are too large."""

import numpy as np
import pytest
import tensorly
import torch
from hypothesis import given, settings

from tnlab.errors import StructureError
from tnlab.network.contraction import contract, contract_indices, contraction_cost, largest_array
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures

RING = Structure(
    (4, 5, 3, 6), tuple(Core((k,)) for k in range(4)), tuple(Bond(tuple(sorted((k, (k + 1) % 4))), 3) for k in range(4))
)
CP = Structure((4, 5, 3, 6), tuple(Core((k,)) for k in range(4)), (Bond((0, 1, 2, 3), 4),))


def random(structure, seed=0):
    return Network.random(structure, generator=torch.Generator().manual_seed(seed))


@settings(deadline=None)
@given(structures())
def test_contraction_agrees_with_dense_einsum(structure):
    network = random(structure)
    dense = np.einsum(structure.einsum, *(core.numpy() for core in network.cores))
    assert np.allclose(network.to_tensor().numpy(), dense)
    assert (contraction_cost(structure) > 0) == (len(structure.cores) > 1)


def test_contraction_agrees_with_tensorly():
    ring = random(RING)
    factors = [ring.cores[0].permute(2, 0, 1), ring.cores[1].permute(1, 0, 2), ring.cores[2].permute(1, 0, 2)]
    factors.append(ring.cores[3].permute(1, 0, 2))
    theirs = tensorly.tr_to_tensor([factor.numpy() for factor in factors])
    assert np.allclose(ring.to_tensor().numpy(), theirs)
    cp = random(CP)
    assert np.allclose(cp.to_tensor().numpy(), tensorly.cp_to_tensor((None, [core.numpy() for core in cp.cores])))


def test_operations_are_those_of_the_pairs_of_cores():
    """A chain of matrices: (2 x 3) (3 x 4), then (2 x 4) (4 x 5), each one multiplication and one addition per term."""
    chain = Structure((2, 5), (Core((0,)), Core(()), Core((1,))), (Bond((0, 1), 3), Bond((1, 2), 4)))
    assert contraction_cost(chain) == 2 * 2 * 3 * 4 + 2 * 2 * 4 * 5


def test_labels_say_what_is_summed_and_what_is_left(generator):
    left, right = torch.randn(2, 3, 4, generator=generator), torch.randn(4, 3, 5, generator=generator)
    operands = [(7, -1, 3), (3, -1, 9)]
    assert torch.allclose(contract_indices(operands, (9, -1), [left, right]), torch.einsum("abc,cbd->db", left, right))
    assert torch.equal(contract_indices([(5, 2, 8)], (8, 5, 2), [left]), left.permute(2, 0, 1))


def test_the_largest_array_may_be_an_operand_or_the_result():
    assert largest_array([(0, 1), (1, 2)], (0, 2), [(9, 2), (2, 9)]) == 81
    assert largest_array([(0, 1)], (0,), [(9, 7)]) == 63


def test_a_contraction_too_large_is_refused_with_the_number():
    cores = tuple(Core((k,)) for k in range(10))
    dense = Structure((2,) * 10, cores, tuple(Bond((a, b), 2) for a in range(10) for b in range(a + 1, 10)))
    labels = [*dense.core_indices, *(tuple(i + 45 * (i >= 10) for i in own) for own in dense.core_indices)]
    with pytest.raises(StructureError, match=r"an array of [\d.]+ GiB"):
        largest_array(labels, (), [*dense.core_shapes, *dense.core_shapes])


def test_diagonals_are_taken_and_indices_of_one_array_summed(generator):
    square, other = torch.randn(3, 3, 4, generator=generator), torch.randn(3, 5, generator=generator)
    found = contract_indices([(0, 0, 1), (0, 2)], (2, 0), [square, other])
    assert torch.allclose(found, torch.einsum("aab,ac->ca", square, other))
    assert torch.allclose(contract_indices([(0, 0, 1)], (), [square]), torch.einsum("aab->", square))


def test_numpy_arrays_tensors_and_gradients_give_one_result():
    ring = random(RING)
    plain, numpy = ring.to_tensor(), contract(RING, [core.numpy() for core in ring.cores])
    assert np.array_equal(plain.numpy(), numpy)
    cores = [core.clone().requires_grad_() for core in ring.cores]
    contract(RING, cores).square().sum().backward()
    assert float((cores[0].grad * ring.cores[0]).sum()) == pytest.approx(2 * float(plain.square().sum()))


def test_a_single_core_is_copied():
    vector = Network(Structure((3,), (Core((0,)),)), (torch.ones(3, dtype=torch.float64),))
    vector.to_tensor().zero_()
    assert vector.cores[0].sum() == 3
