"""A structure with one core per mode and the matrix of its ranks give one another."""

import numpy as np
import pytest

from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.network.rank_matrix import from_matrix, from_ranks, ring, to_matrix


def test_rank_1_is_no_bond_unless_the_network_would_fall_apart():
    structure = from_ranks((2, 3, 4, 5), {(0, 3): 2, (2, 1): 3, (0, 1): 1})
    assert {bond.cores: bond.rank for bond in structure.bonds} == {(0, 1): 1, (0, 3): 2, (1, 2): 3}


def test_equal_ranks_give_equal_structures():
    assert from_ranks((2,) * 3, {(0, 1): 2, (1, 2): 1}) == from_ranks((2,) * 3, {(1, 0): 2})


def test_matrix_and_structure_are_each_other():
    matrix = np.array([[1, 2, 1, 3], [2, 1, 4, 1], [1, 4, 1, 1], [3, 1, 1, 1]])
    assert (to_matrix(from_matrix((2, 3, 4, 5), matrix)) == matrix).all()


def test_a_ring_meets_the_modes_in_the_order_given():
    matrix = to_matrix(ring((3,) * 4, (0, 2, 1, 3), (2, 3, 4, 5)))
    assert [int(matrix[pair]) for pair in ((0, 2), (2, 1), (1, 3), (3, 0))] == [2, 3, 4, 5]


@pytest.mark.parametrize("name", ["tucker", "cp"])
def test_latent_cores_and_hyper_bonds_are_no_matrix(name):
    with pytest.raises(StructureError, match="one mode per core"):
        to_matrix(formats[name].build((2, 2, 2), 2))
