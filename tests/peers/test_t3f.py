"""What the suite of t3f asserts of tensor trains and TT matrices, in our own words and data.

Subjects of t3f 1.2 (``ops_test``, ``decompositions_test``, ``initializers_test``, ``approximate_test``,
``kronecker_test``): norms and inner products, sums of many trains, TT matrices and their products, Kronecker products,
random trains. Its Riemannian, batched and automatic-differentiation parts are declined in ``docs/asks.md``.
"""

from functools import reduce

import pytest
import torch

from tests.peers.planted import network, seeded
from tnlab import Network, arithmetic, decompose, round_network
from tnlab.formats import formats
from tnlab.interop.arrays import from_einsum
from tnlab.network.gauge.canonical import canonical


def matrix_train(rows, columns, rank=2, seed=0):
    """Return a random matrix in train form: its modes are those of the rows and then those of the columns."""
    return Network.random(formats["ttm"].build((*rows, *columns), rank), generator=seeded(seed))


def flat(held, pairs):
    """Return the matrix of a network whose first ``pairs`` modes are those of the rows."""
    return held.to_tensor().flatten(0, pairs - 1).flatten(1)


@pytest.mark.parametrize("rank", [1, 3])
@pytest.mark.parametrize("modes", [(3,), (3, 5), (2, 3, 4, 5)])
def test_norms_and_inner_products(modes, rank):
    a, b = network("tt", modes, rank), network("tt", modes, 2, seed=1)
    x, y = a.to_tensor(), b.to_tensor()
    assert arithmetic.norm(a) == pytest.approx(float(x.norm()), rel=1e-12)
    assert arithmetic.inner(a, b) == pytest.approx(float((x * y).sum()), rel=1e-10, abs=1e-14)
    assert arithmetic.distance(a, a) < 1e-12
    assert arithmetic.log_norm(a) == pytest.approx(float(x.norm().log()), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_sum_of_many_trains_is_rounded_to_the_rank_of_their_span(count):
    """Their ``add_n``: multiples of two trains, however many, span rank 2 + 2."""
    two = network("tt", (6, 5, 6), 2), network("tt", (6, 5, 6), 2, seed=1)
    terms = [arithmetic.scale(two[k % 2], 1.0 + k) for k in range(count)]
    total = round_network(reduce(arithmetic.add, terms), target_error=1e-10).network
    torch.testing.assert_close(total.to_tensor(), sum(term.to_tensor() for term in terms))
    assert total.structure.ranks == (4, 4)


@pytest.mark.parametrize("target", [1e-9, 0.3])
def test_orthogonal_cores_after_rounding_to_a_centre(target):
    held = round_network(network("tt", (4, 5, 6, 3), (4, 6, 3)), target_error=target).network
    turned = canonical(held, 3)
    torch.testing.assert_close(turned.to_tensor(), held.to_tensor())
    for core in turned.cores[:-1]:
        matrix = core.flatten(0, -2)
        torch.testing.assert_close(matrix.T @ matrix, torch.eye(matrix.shape[1], dtype=torch.float64))


@pytest.mark.parametrize(("rows", "columns"), [((2, 3), (3, 2)), ((2, 2, 2), (3, 2, 4)), ((1, 4), (5, 1))])
def test_matrices_in_train_form_are_found_and_multiplied(rows, columns):
    pairs = len(rows)
    a = matrix_train(rows, columns)
    found = decompose(a.to_tensor(), "ttm", target_error=1e-12)
    assert max(found.structure.ranks) <= 2
    torch.testing.assert_close(flat(found.network, pairs), flat(a, pairs))
    b = matrix_train(columns, rows, seed=1)
    left = [(*(f"{'rc'[mode // pairs]}{mode % pairs}" for mode in core.legs),) for core in a.structure.cores]
    right = [(*(f"{'cs'[mode // pairs]}{mode % pairs}" for mode in core.legs),) for core in b.structure.cores]
    product = joined(a, left, b, right, [f"{side}{k}" for side in "rs" for k in range(pairs)])
    torch.testing.assert_close(flat(product, pairs), flat(a, pairs) @ flat(b, pairs))


def joined(first, first_legs, second, second_legs, outer):
    """Return the network of two whose legs carry names; equal names are summed over."""
    names = {}
    terms = [
        [*legs, *((which, bond) for bond in bonds)]
        for which, held, named in ((0, first, first_legs), (1, second, second_legs))
        for legs, bonds in zip(named, held.structure.core_bonds, strict=True)
    ]
    text = ",".join("".join(names.setdefault(name, chr(97 + len(names))) for name in term) for term in terms)
    return from_einsum(f"{text}->{''.join(names[name] for name in outer)}", [*first.cores, *second.cores])


def test_a_quadratic_form_and_a_trace_without_the_matrix():
    rows = (2, 3, 2)
    a, x = matrix_train(rows, rows), network("tt", rows, 2)
    left = [tuple(f"{'rc'[mode // 3]}{mode % 3}" for mode in core.legs) for core in a.structure.cores]
    product = joined(a, left, x, [(f"c{k}",) for k in range(3)], ["r0", "r1", "r2"])
    wanted = x.to_tensor().flatten() @ flat(a, 3) @ x.to_tensor().flatten()
    assert arithmetic.inner(x, product) == pytest.approx(float(wanted), rel=1e-10)
    eye = decompose(torch.eye(12, dtype=torch.float64).reshape(*rows, *rows), "ttm", target_error=1e-12).network
    assert set(eye.structure.ranks) == {1}
    assert arithmetic.inner(eye, a) == pytest.approx(float(flat(a, 3).trace()), rel=1e-10)


def test_a_transpose_exchanges_the_modes_of_rows_and_columns():
    rows, columns = (2, 3), (4, 2)
    a = matrix_train(rows, columns)
    turned = decompose(a.to_tensor().permute(2, 3, 0, 1), "ttm", target_error=1e-12)
    torch.testing.assert_close(flat(turned.network, 2), flat(a, 2).T)
    assert turned.structure.ranks == a.structure.ranks


@pytest.mark.parametrize("sizes", [((2, 3), (3, 2)), ((2, 2, 3), (2, 3, 2))])
def test_kronecker_products_have_rank_one(sizes):
    rows, columns = sizes
    factors = [
        torch.randn(size, generator=seeded(k), dtype=torch.float64) for k, size in enumerate(zip(*sizes, strict=True))
    ]
    matrix = reduce(torch.kron, factors)
    found = decompose(matrix.reshape(*rows, *columns), "ttm", target_error=1e-12)
    assert set(found.structure.ranks) == {1}
    torch.testing.assert_close(flat(found.network, len(rows)), matrix)
    assert arithmetic.norm(found.network) == pytest.approx(
        float(torch.stack([factor.norm() for factor in factors]).prod()), rel=1e-12
    )


@pytest.mark.parametrize("format_name", ["kron", "ttm", "monarch"])
def test_a_matrix_of_noise_is_kept_at_full_ranks_and_never_better_than_its_bound(format_name):
    matrix = torch.randn(4, 6, generator=seeded(), dtype=torch.float64).reshape(2, 2, 2, 3)
    found = decompose(matrix, format_name, rank=30)
    assert found.relative_error < 1e-6
    assert decompose(matrix, format_name, rank=1).relative_error > 0.1


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_random_trains_have_norm_one_on_average_in_every_type(dtype):
    squares = torch.tensor([arithmetic.norm(network("tt", (4, 5, 6), 3, s, dtype=dtype)) ** 2 for s in range(200)])
    assert float(squares.mean()) == pytest.approx(1, abs=4 * float(squares.std()) / 200**0.5)


def test_types_are_converted_and_come_back():
    held = network("tt")
    narrow = held.to(torch.float32)
    assert {core.dtype for core in narrow.cores} == {torch.float32}
    torch.testing.assert_close(narrow.to_tensor(), held.to_tensor().float())
    torch.testing.assert_close(narrow.to(torch.float64).to_tensor(), held.to_tensor(), rtol=1e-4, atol=1e-6)
