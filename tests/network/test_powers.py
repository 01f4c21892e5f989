"""Functions of networks hold where the products of their cores leave the range of floats."""

import math

import pytest
import torch

from tnlab.formats import formats
from tnlab.metrics import shifted
from tnlab.network import arithmetic
from tnlab.network.arithmetic import (
    add,
    distance,
    inner,
    log_inner,
    log_norm,
    mode_product,
    multiply,
    norm,
    relative_distance,
    scale,
    subtract,
)
from tnlab.network.entries import entries
from tnlab.network.gauge.balance import balanced, imbalance
from tnlab.network.gauge.bond_spectra import bond_spectra
from tnlab.network.gauge.canonical import canonical
from tnlab.network.network import Network
from tnlab.network.powers import PowersOfTwo, Scaled, evened, row_levels

SIZES = {"tenth": 0.1, "one": 1.0, "ten": 10.0, "uneven": None}
SIX = [name for name in formats if not formats[name].refusal(6)]
DTYPES = [torch.float64, torch.float32]


def random(structure, seed=0, dtype=torch.float64):
    return Network.random(structure, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def ones(structure, dtype=torch.float64):
    return Network(structure, tuple(torch.ones(shape, dtype=dtype) for shape in structure.core_shapes))


def moved(network, step=250):
    """Return the same tensor with powers of two in every core, up and down, that cancel in all."""
    exponents = [step * (-1) ** place for place in range(len(network.cores))]
    exponents[0] -= sum(exponents)
    cores = zip(network.cores, exponents, strict=True)
    return Network(network.structure, tuple(shifted(core, exponent) for core, exponent in cores))


def chain(cores, size, dtype, rank=3):
    """Return a train with the core norms of ``SIZES[size]``, and the logarithm of the norm of its tensor."""
    network = random(formats["tt"].build((2,) * cores, rank), dtype=torch.float64)
    known = log_norm(network)
    uneven = 1e100 if dtype == torch.float64 else 1e30
    factors = [SIZES[size] or uneven ** (-1) ** place for place in range(cores)]
    arrays = []
    for core, factor in zip(network.cores, factors, strict=True):
        own = float(core.norm()) if SIZES[size] else 1.0
        arrays.append((core * (factor / own)).to(dtype))
        known += math.log(factor / own)
    return Network(network.structure, tuple(arrays)), known


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["tt", "tree", "tr"])
def test_the_norm_of_ones_is_a_power_of_two(name, dtype):
    """Of mode size 2 and rank 1, each entry is 1; rank 2 multiplies it by 2 for every bond."""
    network = ones(formats[name].build((2,) * 300, 2), dtype)
    bits = 150 + len(network.structure.bonds)
    assert log_norm(network) / math.log(2) == pytest.approx(bits, rel=1e-6 if dtype == torch.float32 else 1e-13)
    assert inner(network, network) == pytest.approx(2.0 ** (2 * bits) if bits < 512 else math.inf, rel=1e-4)


def test_the_norm_of_2000_cores_is_finite_where_it_is_representable():
    network = ones(formats["tt"].build((2,) * 2000, 1))
    assert norm(network) == pytest.approx(2.0**1000, rel=1e-12)
    assert inner(network, network) == math.inf
    assert log_inner(network, scale(network, -1.0)) == (-1.0, pytest.approx(2000 * math.log(2), rel=1e-13))
    assert norm(scale(network, 1e-20)) == pytest.approx(2.0**1000 * 1e-20, rel=1e-12)
    assert norm(multiply(network, network)) == pytest.approx(2.0**1000, rel=1e-12)


LONG = [(size, torch.float64) for size in SIZES] + [("ten", torch.float32), ("uneven", torch.float32)]


@pytest.mark.parametrize(("size", "dtype"), LONG)
@pytest.mark.parametrize("cores", [300, pytest.param(2000, marks=pytest.mark.slow)])
def test_arithmetic_of_long_chains(cores, size, dtype):
    """Sums, products, multiples and the canonical form have the norms they should; the cores stay finite."""
    network, known = chain(cores, size, dtype)
    close = 1e-10 if dtype == torch.float64 else 1e-4
    exact = network.to(torch.float64)
    for changed, expected in [
        (network, known),
        (add(network, network), known + math.log(2)),
        (scale(network, 1e-300), known + math.log(1e-300)),
        (subtract(scale(network, 3e200), network), known + math.log(3e200)),
        (multiply(network, network), log_norm(multiply(exact, exact))),
        (canonical(network, cores // 2), known),
        (mode_product(network, 1, 3e30 * torch.eye(2, dtype=dtype)), known + math.log(3e30)),
    ]:
        assert all(bool(core.isfinite().all()) for core in changed.cores)
        assert log_norm(changed) == pytest.approx(expected, abs=close)
    if abs(known) < 700:
        assert norm(network) == pytest.approx(math.exp(known), rel=close)
    assert relative_distance(network, network) < close
    assert relative_distance(network, scale(network, 1.5)) == pytest.approx(0.5, rel=close)
    assert log_inner(network, network) == (1.0, pytest.approx(2 * known, abs=close))


@pytest.mark.parametrize("name", SIX)
def test_powers_of_two_that_cancel_change_nothing(name):
    network = random(formats[name].build((2, 3, 2, 3, 2, 2), 2))
    other, far = random(network.structure, 1), moved(network)
    rows = torch.tensor([[0] * 6, [1] * 6, [1, 2, 0, 1, 0, 1]])
    assert torch.allclose(entries(far, rows), entries(network, rows), rtol=1e-12)
    assert norm(far) == pytest.approx(norm(network), rel=1e-12)
    assert log_norm(far) == pytest.approx(math.log(norm(network)), rel=1e-12)
    assert inner(far, other) == pytest.approx(inner(network, other), rel=1e-12, abs=1e-13)
    assert distance(far, other) == pytest.approx(distance(network, other), rel=1e-12)
    for function in (add, subtract, multiply):
        expected = entries(function(network, other), rows)
        assert torch.allclose(entries(function(far, moved(other, -200)), rows), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", SIX)
def test_powers_of_two_that_cancel_change_no_gauge(name):
    network = random(formats[name].build((2, 3, 2, 3, 2, 2), 2))
    far = moved(network)
    for one, other in zip(bond_spectra(network), bond_spectra(far), strict=True):
        assert torch.allclose(one, other, rtol=1e-7, atol=1e-7)
    assert distance(balanced(far), network) < 1e-7 * norm(network)
    assert imbalance(balanced(far)) < 1e-2


@pytest.mark.parametrize("size", SIZES)
def test_gauges_of_long_chains(size):
    network, known = chain(1200 if size == "ten" else 300, size, torch.float64)
    assert log_norm(balanced(network, max_sweeps=1)) == pytest.approx(known, abs=1e-9)
    spectra = bond_spectra(network)
    centre = canonical(network, 1).cores[1]
    expected = torch.linalg.svdvals(centre.movedim(1, 0).reshape(centre.shape[1], -1))
    assert torch.allclose(spectra[0][: len(expected)], expected / expected.norm(), atol=1e-7)


def test_each_entry_has_a_scale_of_its_own():
    """In one batch, entries of 1, 1e300 and beyond: none hides another."""
    train = formats["tt"].build((2,) * 400, 1)
    powers = Network(train, tuple(torch.tensor([1.0, 10.0]).reshape(shape) for shape in train.core_shapes))
    rows = torch.zeros(4, 400, dtype=torch.int64)
    rows[1, :300], rows[2, :] = 1, 1
    rows[3, 7] = 1
    assert entries(powers, rows).tolist() == [1.0, pytest.approx(1e300, rel=1e-12), math.inf, 10.0]


def test_a_narrower_dtype_takes_a_power_from_other_cores():
    network = random(formats["tt"].build((2,) * 4, 2))
    far = Network(network.structure, (network.cores[0] * 2.0**200, *network.cores[1:-1], network.cores[-1] * 2.0**-200))
    assert torch.allclose(far.to(torch.float32).to_tensor(), network.to(torch.float32).to_tensor())
    assert far.to(torch.float64).cores[0] is far.cores[0]


def test_zero_stays_zero_and_what_is_not_finite_is_not_hidden():
    chain_of_zeros = scale(random(formats["tt"].build((2,) * 300, 2)), 0.0)
    assert (norm(chain_of_zeros), log_norm(chain_of_zeros)) == (0.0, -math.inf)
    assert log_inner(chain_of_zeros, chain_of_zeros) == (0.0, -math.inf)
    assert relative_distance(chain_of_zeros, chain_of_zeros) == 0.0
    assert relative_distance(chain_of_zeros, ones(chain_of_zeros.structure)) == math.inf
    assert not math.isfinite(norm(scale(random(formats["tr"].build((2,) * 4, 2)), math.nan)))


def test_numbers_beyond_floats():
    large, small = Scaled(1.5, 5000), Scaled(-3.0, -5000)
    assert (large.value, small.value) == (math.inf, 0.0)
    assert large.log == pytest.approx(math.log(1.5) + 5000 * math.log(2))
    assert large.plus(small).value == math.inf
    assert large.plus(large.times(-1.0)).mantissa == 0.0
    assert large.times(1e-300).over(large) == pytest.approx(1e-300)
    assert Scaled(9.0, 2001).root().over(Scaled(math.sqrt(4.5), 1001)) == pytest.approx(1.0)


@pytest.mark.parametrize("dtype", DTYPES)
def test_powers_are_exact(dtype):
    array = torch.tensor([1.1, -0.3, 0.0], dtype=dtype)
    there = shifted(array, 40)
    assert torch.equal(there, array * 2.0**40)
    assert torch.equal(shifted(there, torch.tensor([-40, -39, 3])), array * torch.tensor([1.0, 2.0, 1.0]).to(dtype))
    assert row_levels(array).tolist() == [1, -1, 0]
    tiny = torch.finfo(dtype).smallest_normal * array
    assert torch.allclose(shifted(tiny, 100), array * (torch.finfo(dtype).smallest_normal * 2.0**100))


def test_the_ledger_gives_back_what_it_took():
    cores = [torch.full((2,), 1e200), torch.full((2,), 1e-250), torch.zeros(2)]
    powers = PowersOfTwo.of(cores, (2,))
    taken = [powers.take(core) for core in cores]
    assert powers.needed
    assert all(0.5 <= float(core[0]) < 1 for core in taken[:2])
    assert float(taken[0][0] * taken[1][0]) * 2.0**powers.exponent == pytest.approx(1e-50)
    given = powers.give(taken, 0)
    assert float(given[0][0]) * float(given[1][0]) == pytest.approx(1e-50)
    even = evened(cores[:2])
    assert float(even[0][0]) == pytest.approx(float(even[1][0]), rel=3)
    assert not PowersOfTwo.of([torch.ones(3, 2)] * 5, (3, 2)).needed


def test_every_function_of_arithmetic_is_tried_here():
    """A new function joins one of the tests above."""
    public = {name for name, own in vars(arithmetic).items() if getattr(own, "__module__", "") == arithmetic.__name__}
    known = {"add", "subtract", "scale", "multiply", "inner", "log_inner", "norm", "log_norm", "distance"}
    known |= {"relative_distance", "mode_product", "scaled_norm", "select"}  # select multiplies nothing
    assert {name for name in public if not name.startswith("_")} == known
