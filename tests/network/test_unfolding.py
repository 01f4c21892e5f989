"""Unfolding, folding and multiplication along a bond agree with tensorly and with einsum."""

import numpy as np
import pytest
import tensorly
import torch

from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.network.unfolding import absorb, fold, rebuilt, unfolding


@pytest.mark.parametrize("axis", range(3))
def test_unfolding_agrees_with_tensorly_and_fold_undoes_it(axis, generator):
    array = torch.randn(3, 4, 5, generator=generator)
    matrix = unfolding(array, axis)
    assert np.array_equal(matrix.numpy(), tensorly.unfold(array.numpy(), axis))
    assert torch.equal(fold(matrix, array, axis), array)
    assert fold(matrix[:2], array, axis).shape == tuple(2 if k == axis else n for k, n in enumerate((3, 4, 5)))


def test_a_matrix_multiplies_one_core_along_one_bond(generator):
    ring = formats["tr"].build((3, 4, 5), 2)
    cores = list(Network.random(ring, generator=generator).cores)
    before = list(cores)
    matrix = torch.randn(6, 2, generator=generator)
    bond = next(place for place, own in enumerate(ring.bonds) if own.cores == (0, 1))
    axis = 1 + ring.core_bonds[0].index(bond)
    absorb(ring, cores, matrix, bond, 0)
    assert torch.allclose(cores[0], torch.tensordot(before[0], matrix, dims=([axis], [1])).movedim(-1, axis))
    assert all(one is other for one, other in zip(cores[1:], before[1:], strict=True))


def test_ranks_are_read_from_the_cores():
    pair = Structure((4, 5), (Core((0,)), Core((1,))), (Bond((0, 1), 3),))
    network = rebuilt(pair, [torch.ones(4, 7), torch.ones(7, 5).T])
    assert network.structure.ranks == (7,)
    assert network.structure.cores == pair.cores
    assert network.cores[1].is_contiguous()
    with pytest.raises(StructureError, match="Core B"):
        rebuilt(pair, [torch.ones(4, 7), torch.ones(5, 6)])
