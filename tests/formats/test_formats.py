"""What each format stands for, against tensorly and against the formulas of its paper."""

import math

import numpy as np
import pytest
import tensorly as tl

from tnlab.formats import formats
from tnlab.network.structure import Structure

MODES = (3, 4, 2, 5)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def random_cores(structure: Structure, rng: np.random.Generator) -> list[np.ndarray]:
    return [rng.standard_normal(shape) for shape in structure.core_shapes]


def dense(structure: Structure, cores: list[np.ndarray]) -> np.ndarray:
    return np.einsum(structure.einsum, *cores)


def test_tensor_train_is_tensorlys(rng):
    structure = formats["tt"].build(MODES, (2, 3, 4))
    cores = random_cores(structure, rng)
    first, second, third, last = cores  # axes: mode, left bond, right bond
    train = [first[None], second.transpose(1, 0, 2), third.transpose(1, 0, 2), last.T[..., None]]
    assert np.allclose(dense(structure, cores), tl.tt_to_tensor(train))
    assert structure.parameters == 3 * 2 + 2 * 4 * 3 + 3 * 2 * 4 + 4 * 5


def test_tensor_ring_is_tensorlys(rng):
    structure = formats["tr"].build(MODES, (2, 3, 4, 2))
    cores = random_cores(structure, rng)
    first, second, third, last = cores  # the first and last core have the closing bond as last axis
    ring = [first.transpose(2, 0, 1), *(core.transpose(1, 0, 2) for core in (second, third, last))]
    assert np.allclose(dense(structure, cores), tl.tr_to_tensor(ring))
    assert structure.parameters == 2 * 3 * 2 + 2 * 4 * 3 + 3 * 2 * 4 + 4 * 5 * 2


def test_tucker_is_tensorlys(rng):
    structure = formats["tucker"].build(MODES, (2, 3, 2, 4))
    *factors, core = cores = random_cores(structure, rng)
    assert np.allclose(dense(structure, cores), tl.tucker_to_tensor((core, factors)))
    assert structure.parameters == 2 * 3 * 2 * 4 + 3 * 2 + 4 * 3 + 2 * 2 + 5 * 4


def test_cp_is_tensorlys(rng):
    structure = formats["cp"].build(MODES, 3)
    factors = random_cores(structure, rng)
    assert np.allclose(dense(structure, factors), tl.cp_to_tensor((np.ones(3), factors)))
    assert structure.parameters == 3 * sum(MODES)


@pytest.mark.parametrize("order", range(2, 10))
def test_parameter_formulas(order):
    n, r, half = 4, 3, order // 2
    formulas = {
        "tensor_train": 2 * n * r + (order - 2) * n * r**2,
        "tensor_ring": order * n * r**2,
        "tucker": order * n * r + r**order,
        "cp": order * n * r,
        "binary_tree": order * n * r + (order - 2) * r**3 + r**2,
        "dimension_tree": order * n * r + (order - 2) * r**3 + r**2,
        "fully_connected": order * n * r ** (order - 1),
        "block_term": r * (order * n * r + r**order),
        "matrix_product_operator": 2 * n**2 * r + (half - 2) * n**2 * r**2,
        "kronecker_sum": half * n**2 * r,
        "monarch": 2 * n ** (half + 1) * r + (half - 2) * n ** (half + 1) * r**2 + 2 * (half - 1) * n**2,
    }
    for name, expected in formulas.items():
        if not formats[name].refusal(order):
            assert formats[name].build((n,) * order, r).parameters == expected, name


@pytest.mark.parametrize(
    ("order", "rows"),
    [
        (2, [2]),
        (3, [3]),
        (4, [2, 2]),
        (5, [3, 2]),
        (6, [3, 3]),
        (7, [4, 3]),
        (8, [4, 4]),
        (9, [3, 3, 3]),
        (11, [4, 4, 3]),
    ],
)
def test_grid_is_near_square(order, rows):
    structure = formats["grid"].build((2,) * order, 2)
    heights = [core.position[1] for core in structure.cores]
    assert [heights.count(height) for height in sorted(set(heights))] == rows
    right, below = sum(row - 1 for row in rows), sum(rows[1:])
    assert len(structure.bonds) == right + below
    for bond in structure.bonds:
        (x, y), (other_x, other_y) = (structure.cores[core].position for core in bond.cores)
        assert (abs(x - other_x), abs(y - other_y)) in {(120, 0), (0, 120)}


def test_tree_has_its_leaves_at_the_bottom_in_the_order_of_the_modes():
    cores = formats["tree"].build((2,) * 7, 2).cores
    leaves, inner = cores[:7], cores[7:]
    assert len({leaf.position[1] for leaf in leaves}) == 1
    assert [leaf.position[0] for leaf in leaves] == sorted(leaf.position[0] for leaf in leaves)
    assert all(core.position[1] < leaves[0].position[1] for core in inner)
    assert inner[-1].position[1] == min(core.position[1] for core in inner)


@pytest.mark.parametrize(("name", "order"), [("tr", 3), ("tr", 8), ("full", 5), ("cp", 6)])
def test_rings_are_round(name, order):
    positions = [complex(*core.position) for core in formats[name].build((2,) * order, 2).cores]
    assert np.allclose(np.abs(positions), abs(positions[0]))
    assert min(place.imag for place in positions) == pytest.approx(positions[0].imag), "starts at the top"


def test_a_vector_is_a_train_of_one_core():
    structure = formats["tt"].build((5,), 3)
    assert (structure.core_shapes, structure.bonds) == (((5,),), ())
    assert formats["tt"].build((5,), ()) == structure


def test_tucker_at_high_order_only_counts():
    assert formats["tucker"].build((4,) * 30, 4).parameters == 4**30 + 30 * math.prod((4, 4))
