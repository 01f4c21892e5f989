"""Rounding keeps to its target, reports the true error, and finds the ranks that are there."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.metrics import shifted
from tnlab.network.arithmetic import add, norm, relative_distance, scale, subtract
from tnlab.network.graph import axis_of
from tnlab.network.network import Network
from tnlab.network.rounding.network import round_network, truncate_bond
from tnlab.network.structure import Core, Structure
from tnlab.testing.structures import structures

TREES = {"hyper": False, "max_extra_bonds": 0}


def random(structure, seed=0, dtype=torch.float64):
    return Network.random(structure, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def true_error(before, after):
    a, b = before.to_tensor(), after.to_tensor()
    return float((a - b).norm() / a.norm())


@settings(max_examples=60, deadline=None)
@given(structures(**TREES), st.sampled_from([0.0, 1e-9, 1e-3, 0.1, 0.5]))
def test_a_tree_keeps_to_its_target_and_reports_the_exact_error(structure, target):
    network = random(structure)
    rounded = round_network(network, target_error=target)
    assert rounded.relative_error == pytest.approx(true_error(network, rounded.network), rel=1e-3, abs=1e-13)
    assert true_error(network, rounded.network) <= target * (1 + 1e-6) + 1e-13
    assert all(a <= b for a, b in zip(rounded.network.structure.ranks, structure.ranks, strict=True))


@settings(max_examples=40, deadline=None)
@given(structures(**TREES, min_cores=2), st.integers(1, 2))
def test_a_tree_at_given_ranks_is_quasi_optimal(structure, rank):
    network = random(structure)
    tensor = network.to_tensor()
    rounded = round_network(network, ranks=rank)
    assert max(rounded.network.structure.ranks) <= rank
    assert rounded.relative_error == pytest.approx(true_error(network, rounded.network), rel=1e-6, abs=1e-14)
    tails = [tail_of(tensor, structure, bond, rank) for bond in range(len(structure.bonds))]
    assert rounded.relative_error <= math.sqrt(sum(tails)) * (1 + 1e-6) + 1e-13
    assert rounded.relative_error >= math.sqrt(max(tails)) * (1 - 1e-6) - 1e-13


def tail_of(tensor, structure, bond, rank):
    """Return the part of ``|X|^2`` in the singular values beyond a rank of the unfolding along a bond's cut."""
    side, frontier = {structure.bonds[bond].cores[0]}, [structure.bonds[bond].cores[0]]
    while frontier:
        for other in structure.core_bonds[frontier.pop()]:
            fresh = set(structure.bonds[other].cores) - side if other != bond else set()
            side |= fresh
            frontier += fresh
    modes = [mode for core in side for mode in structure.cores[core].legs]
    rest = [mode for mode in range(structure.order) if mode not in modes]
    rows = math.prod(structure.modes[mode] for mode in modes)
    squares = torch.linalg.svdvals(tensor.permute(*modes, *rest).reshape(rows, -1)).square()
    return float(squares[rank:].sum() / squares.sum())


@settings(max_examples=40, deadline=None)
@given(structures(**TREES, min_cores=2), st.data())
def test_one_bond_of_a_tree_is_cut_as_the_singular_values_say(structure, data):
    bond = data.draw(st.integers(0, len(structure.bonds) - 1))
    rank = data.draw(st.integers(1, 3))
    network = random(structure)
    cut = truncate_bond(network, bond, rank=rank)
    assert cut.relative_error == pytest.approx(true_error(network, cut.network), rel=1e-6, abs=1e-13)
    best = math.sqrt(tail_of(network.to_tensor(), structure, bond, rank))
    assert cut.relative_error == pytest.approx(best, rel=1e-6, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(structures(min_cores=2), st.data())
def test_one_bond_of_any_network_reports_its_true_error(structure, data):
    bond = data.draw(st.integers(0, len(structure.bonds) - 1))
    network = random(structure)
    cut = truncate_bond(network, bond, rank=data.draw(st.integers(1, 3)))
    assert cut.relative_error == pytest.approx(true_error(network, cut.network), rel=1e-4, abs=1e-6)
    target = data.draw(st.sampled_from([1e-3, 0.1, 0.5]))
    cut = truncate_bond(network, bond, target_error=target)
    assert true_error(network, cut.network) <= target * 1.001 + 1e-6


@settings(max_examples=20, deadline=None)
@given(structures(max_rank=2), st.sampled_from([1e-3, 0.1, 0.5]))
def test_any_network_keeps_to_its_target(structure, target):
    network = random(structure)
    rounded = round_network(network, target_error=target)
    assert rounded.relative_error == pytest.approx(true_error(network, rounded.network), rel=1e-4, abs=1e-6)
    assert rounded.relative_error <= target * 1.001 + 1e-6


@pytest.mark.parametrize("name", ["tt", "tree", "tucker", "tr", "fctn", "cp"])
def test_the_ranks_of_a_doubled_network_are_found_again(name):
    network = random(formats[name].build((4, 4, 4, 4), 2), 3)
    twice = add(network, scale(network, 0.5))
    rounded = round_network(twice, target_error=1e-6)
    assert rounded.network.structure.ranks == network.structure.ranks
    assert true_error(twice, rounded.network) < 2e-6


def test_a_train_is_rounded_as_tensorly_truncates_it():
    tensorly = pytest.importorskip("tensorly")
    network = random(formats["tt"].build((4,) * 5, 6), 1)
    ours = round_network(network, ranks=3)
    factors = tensorly.decomposition.tensor_train(network.to_tensor().numpy(), rank=[1, 3, 3, 3, 3, 1])
    theirs = torch.as_tensor(tensorly.tt_to_tensor(factors))
    tensor = network.to_tensor()
    assert ours.relative_error == pytest.approx(float((tensor - theirs).norm() / tensor.norm()), rel=0.1)


def test_below_what_gram_matrices_know_the_ranks_are_still_right():
    network = random(formats["tt"].build((6,) * 5, 2), 1)
    faint = scale(random(network.structure, 2), 1e-10)
    both = add(network, faint)
    assert round_network(both, target_error=1e-12).network.structure.ranks == (4, 4, 4, 4)
    assert round_network(both, target_error=1e-8).network.structure.ranks == (2, 2, 2, 2)


def test_float32_and_a_zero_network():
    network = random(formats["tt"].build((4, 4, 4), 4), dtype=torch.float32)
    rounded = round_network(network, target_error=0.1)
    assert rounded.network.cores[0].dtype == torch.float32
    assert true_error(network, rounded.network) <= 0.1001
    for name in ("tt", "tr"):
        zero = scale(random(formats[name].build((4, 4, 4), 2)), 0.0)
        assert round_network(zero, target_error=0.1).relative_error == 0.0


def test_a_long_train_is_rounded_without_its_tensor():
    network = random(formats["tt"].build((4,) * 100, 3))
    rounded = round_network(add(network, network), target_error=1e-5)
    assert max(rounded.network.structure.ranks) == 3


def test_one_core_has_nothing_to_round():
    alone = random(Structure((3, 4), (Core((0, 1)),), ()))
    rounded = round_network(alone, target_error=0.1)
    assert rounded.relative_error == 0.0
    assert torch.equal(rounded.network.cores[0], alone.cores[0])
    assert rounded.network.cores[0].data_ptr() != alone.cores[0].data_ptr()


@pytest.mark.parametrize("name", ["tt", "tr", "cp", "fctn"])
def test_a_zero_network_gets_the_ranks_that_are_allowed(name):
    full = random(formats[name].build((4, 3, 4, 3), 3))
    bonds = len(full.structure.bonds)
    for zero in (scale(full, 0.0), Network(full.structure, (*full.cores[:-1], 0 * full.cores[-1]))):
        for rank in (1, 2):
            rounded = round_network(zero, ranks=rank)
            assert max(rounded.network.structure.ranks) <= rank
            assert rounded.relative_error == 0.0
            assert not rounded.network.to_tensor().any()
        assert round_network(zero, target_error=0.1).network.structure.ranks == (1,) * bonds
        cut = truncate_bond(zero, bonds - 1, rank=2)
        assert cut.relative_error == 0.0
        assert cut.network.structure.ranks[-1] <= 2
        assert not cut.network.to_tensor().any()


@pytest.mark.parametrize("name", ["tt", "tr", "cp"])
def test_a_zero_tensor_of_cores_that_are_not_zero_is_cut_to_the_ranks_allowed(name):
    structure = formats[name].build((4, 3, 4), 3)
    cores = [core.clone() for core in random(structure).cores]
    first, second = structure.bonds[0].cores[:2]  # no component of the bond has entries in both
    cores[first].narrow(axis_of(structure, first, 0), 0, 2).zero_()
    cores[second].narrow(axis_of(structure, second, 0), 2, 1).zero_()
    zero = Network(structure, tuple(cores))
    rounded = round_network(zero, ranks=1)
    assert max(rounded.network.structure.ranks) == 1
    assert rounded.relative_error == 0.0
    assert not rounded.network.to_tensor().any()


def test_terms_of_a_ring_that_cancel_are_cut_to_the_ranks_allowed():
    ring = random(formats["tr"].build((4, 3, 4), 2))
    rounded = round_network(add(ring, scale(ring, -1.0)), ranks=2)
    assert rounded.network.structure.ranks == (2, 2, 2)
    assert norm(rounded.network) <= 1e-6 * norm(ring)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", ["tt", "ht", "tr", "cp", "fctn"])
def test_a_rounded_network_shares_no_memory_with_the_one_before(name, dtype):
    network = random(formats[name].build((4, 4, 4, 4), 2), dtype=dtype)
    before = network.to_tensor()
    lower = [1, *network.structure.ranks[1:]]
    for rounded in (
        round_network(network, ranks=2),
        round_network(network, ranks=lower),
        round_network(network, target_error=0.0),
        truncate_bond(network, 0, rank=2),
        truncate_bond(network, 0, rank=1),
    ):
        for core in rounded.network.cores:
            core.zero_()
        assert torch.equal(network.to_tensor(), before)


def test_what_cannot_be_rounded_is_refused():
    network = random(formats["tt"].build((4, 4, 4), 2))
    with pytest.raises(StructureError, match="either ranks=R, or target_error=E"):
        round_network(network)
    with pytest.raises(StructureError, match="either rank=R, or target_error=E"):
        truncate_bond(network, 0, rank=1, target_error=0.1)
    with pytest.raises(StructureError, match="one rank of at least 1 for each of 2 bonds"):
        round_network(network, ranks=[1])
    with pytest.raises(StructureError, match="at least 0 and below 1"):
        round_network(network, target_error=1.5)
    with pytest.raises(StructureError, match="Bond 2 is not one of 0 to 1"):
        truncate_bond(network, 2, rank=1)


CHAINS = [
    (0.1, torch.float64),
    (1.0, torch.float64),
    (10.0, torch.float64),
    (10.0, torch.float32),
    (None, torch.float64),
]


@pytest.mark.parametrize("cores", [300, pytest.param(2000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("size", "dtype"), CHAINS)
def test_a_chain_beyond_the_range_of_floats_is_rounded_to_the_planted_rank(size, dtype, cores):
    """Core norms of 0.1, 1 and 10, and of 1e100 and 1e-100 in turn: the norm of the tensor is 1e-300 or beyond."""
    plain = random(formats["tt"].build((2,) * cores, 3))
    factors = [size / float(core.norm()) if size else 1e100 ** (-1) ** at for at, core in enumerate(plain.cores)]
    scaled = (core * factor for core, factor in zip(plain.cores, factors, strict=True))
    network = Network(plain.structure, tuple(core.to(dtype) for core in scaled))
    twice, close = add(network, scale(network, 0.5)), 1e-12 if dtype == torch.float64 else 1e-4
    for said in ({"target_error": 1e-10}, {"target_error": 1e-3}, {"ranks": 3}):
        rounded = round_network(twice, **said)
        assert max(rounded.network.structure.ranks) == 3 or "ranks" not in said
        assert rounded.relative_error <= said.get("target_error", 1e-12)
        assert relative_distance(twice, rounded.network) == pytest.approx(rounded.relative_error, rel=1e-2, abs=close)
    coarse = round_network(twice, ranks=2)
    assert coarse.relative_error == pytest.approx(relative_distance(twice, coarse.network), rel=1e-3)
    assert coarse.relative_error == pytest.approx(round_network(plain, ranks=2).relative_error, rel=max(close, 1e-3))
    assert truncate_bond(twice, 3, rank=3).relative_error < 1e-12


@pytest.mark.parametrize("name", ["tr", "cp", "tucker", "fctn"])
@pytest.mark.parametrize("exponent", [-250, 250])
def test_loops_and_hyper_bonds_are_rounded_alike_at_any_scale(name, exponent):
    """The tensor times 2**(4 * exponent), in cores of very unequal sizes, rounds to the same ranks and error."""
    plain = random(formats[name].build((4, 4, 4, 4), 3), 3)
    shares = [3 * exponent, -exponent, *[exponent] * (len(plain.cores) - 2)]
    far = Network(plain.structure, tuple(shifted(core, at) for core, at in zip(plain.cores, shares, strict=True)))
    for said in ({"ranks": 2}, {"target_error": 0.3}):
        one, other = round_network(plain, **said), round_network(far, **said)
        assert other.network.structure == one.network.structure
        assert other.relative_error == pytest.approx(one.relative_error, rel=1e-6)
        assert relative_distance(far, other.network) == pytest.approx(one.relative_error, rel=1e-6)
    one, other = (truncate_bond(network, 0, rank=2).relative_error for network in (plain, far))
    assert other == pytest.approx(one, rel=1e-6)


@pytest.mark.parametrize("exact", [0.0, 1e-9, 1e-7, 1e-6])
def test_an_error_far_below_its_target_is_reported_as_it_is(exact):
    """The sum of a train and a multiple of another of ``exact``: Gram matrices alone would report 1e-8."""
    train = random(formats["tt"].build((4,) * 6, 2))
    faint = scale(random(train.structure, 1), exact / norm(train))
    rounded = round_network(add(train, faint), target_error=1e-3)
    assert rounded.network.structure.ranks == train.structure.ranks
    assert rounded.relative_error == pytest.approx(
        relative_distance(add(train, faint), rounded.network), rel=1e-3, abs=1e-13
    )
    assert rounded.relative_error <= 3 * exact + 1e-13


def test_terms_that_cancel_are_rounded_by_their_difference():
    """X - (1 - 1e-7) X + 1e-9 Y: its rank at 0.1 is that of X, and Gram matrices of the terms do not show it."""
    train = random(formats["tt"].build((4,) * 5, 2))
    rest = add(subtract(train, scale(train, 1 - 1e-7)), scale(random(train.structure, 1), 1e-9))
    rounded = round_network(rest, target_error=0.1)
    assert rounded.network.structure.ranks == train.structure.ranks
    assert rounded.relative_error == pytest.approx(relative_distance(rest, rounded.network), rel=1e-3)
