"""What the suite of torchTT asserts of tensor trains, in our own words and data.

Subjects of torchTT 0.5 (``tests/test_decomposition``, ``test_algebra_2``, ``test_linalg``, ``test_cross``): trains from
cores and from tensors, TT matrices, orthogonal forms, rounding to the size of each term, algebra, products with a
matrix in TT form, interpolation of functions, wrong cores.
"""

import numpy as np
import pytest
import torch

from tests.peers.planted import network, of_singular_values, seeded
from tnlab import Network, TensorFunction, arithmetic, canonical, decompose, fit, round_network
from tnlab.errors import DataError, StructureError
from tnlab.formats import formats
from tnlab.interop.arrays import from_einsum
from tnlab.metrics import relative_error
from tnlab.network.entries import entries


def train(modes, ranks, seed=0):
    return network("tensor_train", modes, ranks, seed)


def test_a_train_of_given_cores_is_their_product():
    held = train((6, 5, 4), (3, 2))
    first, middle, last = held.cores  # legs come before bonds
    torch.testing.assert_close(held.to_tensor(), torch.einsum("ia,jab,kb->ijk", first, middle, last))


@pytest.mark.parametrize("modes", [(5,), (5, 7), (6, 4, 7, 3), (1, 4, 1, 3), (2,) * 9, (3, 30, 3)])
def test_a_random_tensor_is_kept_at_full_ranks(modes):
    tensor = torch.rand(modes, generator=seeded(), dtype=torch.float64)
    for found in (decompose(tensor, "tensor_train", target_error=1e-12), decompose(tensor, "tensor_train", rank=1000)):
        assert relative_error(tensor, found.network.to_tensor()) < 1e-12
        sides = [(int(np.prod(modes[:k])), int(np.prod(modes[k:]))) for k in range(1, len(modes))]
        assert all(rank <= min(side) for rank, side in zip(found.structure.ranks, sides, strict=True))


@pytest.mark.parametrize(
    ("modes", "ranks"), [((20, 9, 11), (6, 3)), ((2,) * 12, 2), ((7, 6, 5, 4), (1, 4, 3)), ((5, 5, 5), (5, 5))]
)
def test_planted_ranks_are_found(modes, ranks):
    planted = train(modes, ranks, seed=1)
    found = decompose(planted.to_tensor(), "tensor_train", target_error=1e-10)
    assert found.structure.ranks == planted.structure.ranks
    assert arithmetic.relative_distance(planted, found.network) < 1e-10


@pytest.mark.parametrize(("target", "rank"), [(1e-9, 3), (1e-6, 2), (1e-3, 1)])
def test_rounding_drops_the_terms_below_the_error(target, rank):
    tensor = of_singular_values((1.0, 1e-4, 1e-7, 1e-10))
    whole = decompose(tensor, "tensor_train", target_error=1e-13).network
    assert whole.structure.ranks == (4, 4)
    rounded = round_network(whole, target_error=target)
    assert rounded.network.structure.ranks == (rank, rank)
    assert relative_error(tensor, rounded.network.to_tensor()) < target


def test_rounding_to_ranks_is_a_truncation():
    """With orthogonal terms the best train of rank r is the first r of them."""
    values = (1.0, 0.5, 0.25, 0.125)
    whole = decompose(of_singular_values(values), "tensor_train", target_error=1e-13).network
    for rank in (1, 2, 3):
        best = np.linalg.norm(values[rank:]) / np.linalg.norm(values)
        assert round_network(whole, ranks=rank).relative_error == pytest.approx(best, rel=1e-9)


@pytest.mark.parametrize("centre", [0, 2, 4])
def test_orthogonal_forms_have_orthonormal_cores(centre):
    held = train((4, 3, 5, 3, 4), (4, 7, 6, 3))
    turned = canonical(held, centre)
    torch.testing.assert_close(turned.to_tensor(), held.to_tensor())
    for place, core in enumerate(turned.cores):
        if place != centre:
            bond = -1 if place < centre or place == len(turned.cores) - 1 else 1  # towards the centre
            matrix = core.movedim(bond, 0).flatten(1)
            torch.testing.assert_close(matrix @ matrix.T, torch.eye(len(matrix), dtype=torch.float64))


def test_algebra_of_trains():
    modes = (4, 5, 3)
    a, b = train(modes, (2, 3)), train(modes, (3, 1), seed=1)
    x, y = a.to_tensor(), b.to_tensor()
    for found, wanted in (
        (arithmetic.add(a, b), x + y),
        (arithmetic.subtract(a, b), x - y),
        (arithmetic.multiply(a, b), x * y),
        (arithmetic.scale(a, -3), -3 * x),
        (arithmetic.scale(a, 0), 0 * x),
        (arithmetic.subtract(a, a), 0 * x),
    ):
        torch.testing.assert_close(found.to_tensor(), wanted, atol=1e-13, rtol=1e-12)
    assert arithmetic.add(a, b).structure.ranks == (5, 4)
    assert arithmetic.multiply(a, b).structure.ranks == (6, 3)
    assert arithmetic.norm(a) == pytest.approx(float(x.norm()), rel=1e-13)
    assert arithmetic.inner(a, b) == pytest.approx(float((x * y).sum()), rel=1e-11)
    assert arithmetic.norm(arithmetic.subtract(a, a)) < 1e-13 * arithmetic.norm(a)


def test_twice_a_train_rounds_to_its_own_ranks():
    a = train((5, 6, 4, 3), (2, 3, 2))
    doubled = arithmetic.add(a, a)
    rounded = round_network(doubled, target_error=1e-12)
    assert rounded.network.structure.ranks == a.structure.ranks
    torch.testing.assert_close(rounded.network.to_tensor(), 2 * a.to_tensor())


def test_sums_and_mode_products_of_a_train():
    a = train((4, 5, 3), 2)
    x = a.to_tensor()
    summed = a
    for mode, size in enumerate((4, 5, 3)):
        summed = arithmetic.mode_product(summed, mode, torch.ones(1, size, dtype=torch.float64))
    torch.testing.assert_close(summed.to_tensor().sum(), x.sum())
    matrix = torch.randn(7, 5, generator=seeded(), dtype=torch.float64)
    torch.testing.assert_close(
        arithmetic.mode_product(a, 1, matrix).to_tensor(), torch.einsum("ijk,mj->imk", x, matrix)
    )


@pytest.mark.parametrize("at", [{0: 2}, {1: slice(1, 4)}, {0: -1, 2: slice(None, None, 2)}, {0: 0, 1: 3}])
def test_slices_of_a_train(at):
    a = train((4, 5, 3), 2)
    picked = tuple(at.get(mode, slice(None)) for mode in range(3))
    torch.testing.assert_close(arithmetic.select(a, at).to_tensor(), a.to_tensor()[picked])


def test_a_matrix_in_train_form_multiplies_a_train():
    """Rows (2, 3, 2) and columns (3, 2, 2): the matrix keeps its planted rank, its product with a train is exact."""
    rows, columns = (2, 3, 2), (3, 2, 2)
    planted = Network.random(formats["ttm"].build((*rows, *columns), 2), generator=seeded())
    matrix = planted.to_tensor()
    found = decompose(matrix, "ttm", target_error=1e-12)
    assert found.structure.ranks == planted.structure.ranks
    assert relative_error(matrix, found.network.to_tensor()) < 1e-12
    vector = train(columns, 2)
    product = from_einsum("adx,bexy,cfy,du,euv,fv->abc", [*found.network.cores, *vector.cores])
    torch.testing.assert_close(product.to_tensor(), torch.einsum("abcdef,def->abc", matrix, vector.to_tensor()))


FUNCTIONS = {
    "a sum of indices": (lambda at: at.sum(1).double() + 1, 2),
    "a product of functions": (lambda at: torch.sin(at[:, 0] / 3.0) * torch.exp(-at[:, 1] / 5.0) * (at[:, 2] + 1.0), 1),
    "an inverse of a sum": (lambda at: 1 / (2.0 + at.sum(1)), 12),
    "a wave": (lambda at: torch.cos(at.sum(1) / 7.0), 2),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_interpolated(name):
    function, most = FUNCTIONS[name]
    modes = (14, 15, 13, 12)
    found = decompose(TensorFunction(modes, function), "tensor_train", target_error=1e-8)
    at = torch.stack([torch.randint(size, (400,), generator=seeded(k)) for k, size in enumerate(modes)], 1)
    wanted = function(at)
    assert float((entries(found.network, at) - wanted).norm() / wanted.norm()) < 1e-7
    assert max(found.structure.ranks) <= most


def test_a_function_of_a_train_is_interpolated():
    """Elementwise functions of trains, as their ``interpolate.function_interpolate`` computes them."""
    base = decompose(TensorFunction((8,) * 4, lambda at: at.sum(1) + 1.0), "tensor_train", target_error=1e-12).network
    root = TensorFunction((8,) * 4, lambda at: entries(base, at).sqrt())
    found = decompose(root, "tensor_train", target_error=1e-8)
    torch.testing.assert_close(found.network.to_tensor(), base.to_tensor().sqrt(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "shapes",
    [
        [(3, 2), (3, 2, 2)],  # a core is missing
        [(3, 2), (3, 2, 2), (3, 3)],  # two sizes of one bond
        [(3, 2), (3, 2), (3, 2)],  # an axis is missing
        [(4, 2), (3, 2, 2), (3, 2)],  # another mode size
    ],
)
def test_cores_that_do_not_fit_are_refused(shapes):
    with pytest.raises(StructureError, match=r"[Cc]ore"):
        Network(formats["tt"].build((3, 3, 3), 2), tuple(torch.ones(shape) for shape in shapes))


def test_trains_over_other_modes_have_no_sum():
    for operation in (arithmetic.add, arithmetic.multiply, arithmetic.inner):
        with pytest.raises(StructureError, match="modes"):
            operation(train((3, 4, 5), 2), train((3, 4, 6), 2))
    with pytest.raises(DataError):
        arithmetic.mode_product(train((3, 4, 5), 2), 1, torch.ones(2, 5))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_numpy_arrays_are_taken_and_types_kept(dtype):
    array = np.arange(24.0).reshape(2, 3, 4)
    held = decompose(torch.from_numpy(array).to(dtype), "tt", rank=4).network
    assert {core.dtype for core in held.cores} == {dtype}
    np.testing.assert_allclose(decompose(array, "tt", rank=4).network.to_tensor(), array, atol=1e-12)
    np.testing.assert_allclose(held.to_tensor(), array, atol=1e-5)


def test_a_fit_goes_on_from_a_truncation():
    tensor = torch.rand(6, 6, 6, 6, generator=seeded(), dtype=torch.float64)
    start = decompose(tensor, "tensor_train", rank=3)
    swept = fit(tensor, start.structure, init=start.network, max_sweeps=5)
    assert swept.relative_error < start.relative_error
