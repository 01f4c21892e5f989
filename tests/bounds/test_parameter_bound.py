"""The parameter bound is what looking at everything gives, and planted structures are never below it."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.bounds import graph_family, ring_family, tree_family
from tnlab.bounds.cut_problem import CutProblem, cut_problem
from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.error_bound import error_bounds
from tnlab.bounds.families import FAMILIES
from tnlab.bounds.greedy import best_train
from tnlab.bounds.parameter_bound import parameter_bound
from tnlab.data.planted_tensors import planted
from tnlab.errors import DataError, FormatError, UnknownNameError
from tnlab.network.structure import Bond, Core, Structure

EXACT = 1e-6  # a target below which only the planted tensor itself is near enough
ROUNDING = 1e-9


def network(size, ranks):
    """Return one core per mode of equal sizes with the given ranks by pair."""
    order = 1 + max(max(pair) for pair in ranks)
    bonds = tuple(Bond(pair, rank) for pair, rank in sorted(ranks.items()))
    return Structure((size,) * order, tuple(Core((mode,)) for mode in range(order)), bonds)


def ring(size, ranks, turn=None):
    turn = turn or range(len(ranks))
    pairs = [tuple(sorted((turn[k - 1], turn[k]))) for k in range(len(ranks))]
    return network(size, dict(zip(pairs, ranks, strict=True)))


def full(size, ranks):
    order = next(order for order in range(2, 9) if math.comb(order, 2) == len(ranks))
    return network(size, dict(zip(itertools.combinations(range(order), 2), ranks, strict=True)))


def random_problem(seed):
    """Return random needed ranks for the cuts, which need not be those of a tensor."""
    generator = np.random.default_rng(seed)
    order = int(generator.integers(3, 5))
    everything = (1 << order) - 1
    needed = np.ones(everything + 1, dtype=np.int64)
    for mask in range(1, 1 << (order - 1)):
        needed[mask] = needed[everything - mask] = generator.integers(1, 10)
    modes = tuple(generator.integers(1, 6, order).tolist())
    return CutProblem(modes, needed, int(generator.integers(1, 4)))


def cheapest_of(problem: CutProblem, family: str) -> float:
    """Return the fewest parameters of any structure of a family; infinite if none satisfies the cuts."""
    best = math.inf
    for choice in itertools.product(range(1, problem.max_rank + 1), repeat=len(problem.pairs)):
        ranks = dict(zip(problem.pairs, choice, strict=True))
        cost = problem.parameters(ranks)
        if cost < best and belongs(problem.order, ranks, family) and problem.satisfied(ranks):
            best = cost
    return best


def belongs(order: int, ranks: dict[tuple[int, int], int], family: str) -> bool:
    """Return whether the bonds above rank 1 are those of a structure of the family."""
    bonds = [pair for pair, rank in ranks.items() if rank > 1]
    degrees = [sum(core in pair for pair in bonds) for core in range(order)]
    if family == "ring":
        return any(set(bonds) <= cycle for cycle in cycles(order))
    if family == "tree":
        return acyclic(order, bonds)
    return family == "any" or max(degrees) <= 3


def cycles(order: int) -> list[set[tuple[int, int]]]:
    """Return the bonds of every cycle over all cores."""
    orders = [(0, *rest) for rest in itertools.permutations(range(1, order))]
    return [{tuple(sorted(pair)) for pair in zip(turn, (*turn[1:], 0), strict=True)} for turn in orders]


def acyclic(order: int, bonds: list[tuple[int, int]]) -> bool:
    """Return whether the bonds close no loop."""
    group = list(range(order))
    for a, b in bonds:
        if group[a] == group[b]:
            return False
        group = [group[a] if label == group[b] else label for label in group]
    return True


@pytest.mark.parametrize("family", [name for name, family in FAMILIES.items() if not family.latent])
@pytest.mark.parametrize("seed", range(30))
def test_looking_at_everything_gives_the_same(family, seed):
    problem = random_problem(seed)
    found = FAMILIES[family].solve(problem, math.inf, None)
    assert found.bound == cheapest_of(problem, family)
    assert (found.ranks is None) == math.isinf(found.bound)
    if found.ranks is not None:
        assert problem.parameters(found.ranks) == found.bound
        assert problem.structure(found.ranks).parameters == found.bound
        assert problem.satisfied(found.ranks)


@pytest.mark.parametrize("seed", range(8))
def test_a_start_changes_nothing_but_the_time(seed):
    problem = dataclasses.replace(random_problem(seed), max_rank=9)
    for family in FAMILIES.values():
        start = best_train(problem, math.inf)
        assert start is not None
        without = family.solve(problem, math.inf, None)
        assert family.solve(problem, math.inf, start).bound == without.bound


def test_ranks_beyond_what_a_cut_needs_are_never_cheaper():
    for seed in range(12):
        problem = random_problem(seed)
        most = int(problem.needed.max())
        limited, free = (dataclasses.replace(problem, max_rank=rank) for rank in (most, 2 * most))
        for family in FAMILIES.values():
            first, second = (family.solve(each, math.inf, None) for each in (limited, free))
            assert first.bound == second.bound


@settings(max_examples=15)
@given(st.permutations(range(6)), st.lists(st.integers(1, 4), min_size=6, max_size=6), st.integers(3, 4))
def test_a_planted_ring_is_not_below_the_bound(turn, ranks, size):
    structure = ring(size, ranks, turn)
    bound = parameter_bound(planted(structure), EXACT)
    assert bound.proved
    assert bound.parameters <= structure.parameters
    assert bound.gap == 0


@settings(max_examples=15)
@given(st.lists(st.integers(1, 3), min_size=6, max_size=6))
def test_families_are_ordered(ranks):
    structure = full(4, ranks)
    spectra = CutSpectra(planted(structure))
    least = {family: parameter_bound(spectra, EXACT, family=family).parameters for family in FAMILIES}
    assert least["any"] == least["degree3"] <= least["ring"]
    assert least["any"] <= min(least["tree"], structure.parameters)


@pytest.mark.parametrize(
    ("family", "structure"),
    [
        ("ring", ring(3, (2, 3, 3, 2, 3, 3))),  # as large as the toy of the search papers
        ("ring", ring(3, (2, 4, 2, 3, 2, 3), (0, 3, 1, 4, 2, 5))),
        ("ring", ring(4, (2, 5, 3, 4, 2, 3), (4, 0, 5, 2, 1, 3))),
        ("ring", ring(3, (3, 2, 4, 2, 3, 2, 2, 3), (0, 5, 2, 7, 1, 3, 6, 4))),
        ("any", full(8, (3, 2, 1, 1, 2, 2))),
        ("any", full(8, (2, 2, 2, 2, 3, 1))),
        ("any", full(4, (2, 1, 1, 2, 2, 1, 1, 2, 1, 2))),
        ("degree3", network(5, {(0, 1): 2, (0, 2): 3, (0, 3): 2, (1, 4): 3, (2, 4): 2})),
        ("tree", network(5, {(0, 1): 2, (1, 2): 3, (1, 3): 2, (3, 4): 4})),
    ],
)
def test_a_planted_structure_is_proved_the_smallest(family, structure):
    bound = parameter_bound(planted(structure), EXACT, family=family)
    assert bound.proved
    assert bound.parameters == bound.incumbent == structure.parameters
    assert bound.structure is not None
    assert bound.structure.parameters == structure.parameters
    assert not bound.latent_cores
    assert "one core per mode" in bound.scope


@pytest.mark.parametrize("family", FAMILIES)
def test_the_error_bound_agrees(family):
    generator = np.random.default_rng(0)
    spectra = CutSpectra(torch.as_tensor(generator.standard_normal((4, 5, 3, 4)).cumsum(0).cumsum(1).cumsum(2)))
    for target in (0.05, 0.2, 0.5):
        bound = parameter_bound(spectra, target, family=family)
        assert bound.structure is not None
        ranks = np.array([bound.structure.ranks])
        assert error_bounds(spectra, bound.structure, ranks)[0] <= target + ROUNDING
        if family == "ring":
            pairs = {(0, 1): 1, (1, 2): 1, (2, 3): 1, (0, 3): 1}
            cycle = dataclasses.replace(network(1, pairs), modes=spectra.modes)
            draws = generator.integers(1, 7, (500, 4))
            reach = error_bounds(spectra, cycle, draws) <= target
            costs = [_with(cycle, row).parameters for row in draws[reach].tolist()]
            assert min(costs, default=math.inf) >= bound.parameters


def _with(structure, ranks):
    bonds = tuple(Bond(bond.cores, rank) for bond, rank in zip(structure.bonds, ranks, strict=True))
    return dataclasses.replace(structure, bonds=bonds)


@pytest.mark.parametrize("family", FAMILIES)
def test_out_of_time_the_bound_still_holds(family):
    structure = ring(3, (2, 3, 4, 2, 3, 3, 2, 4))
    spectra = CutSpectra(planted(structure))
    whole = parameter_bound(spectra, EXACT, family="ring")
    hurried = parameter_bound(spectra, EXACT, family=family, max_seconds=1e-9)
    assert hurried.parameters >= 8 * 3 * 3  # every core alone
    if hurried.incumbent is not None:
        assert hurried.gap == pytest.approx(hurried.incumbent / hurried.parameters - 1)
    if family == "ring":
        assert not hurried.proved
        assert hurried.parameters <= whole.parameters <= structure.parameters


def test_cuts_without_time_ask_for_nothing():
    spectra = CutSpectra(planted(ring(3, (2,) * 6)))
    problem = cut_problem(spectra, EXACT, None, deadline=0.0)
    assert not problem.complete
    assert (problem.singles == 3).all()
    assert (problem.needed[[0, -1]] == 1).all()


def test_large_orders_are_bounded_by_a_wider_family(monkeypatch):
    spectra = CutSpectra(planted(ring(2, (2, 2, 1, 2, 2, 2), (3, 0, 5, 1, 4, 2))))
    for name, family in (("ring", ring_family), ("tree", tree_family)):
        exact = parameter_bound(spectra, EXACT, family=name)
        monkeypatch.setattr(family, "MAX_ORDER", 5)
        wider = parameter_bound(spectra, EXACT, family=name)
        assert parameter_bound(spectra, EXACT, family="any").parameters <= wider.parameters <= exact.parameters
        assert wider.incumbent is not None
        assert wider.incumbent >= exact.parameters


def test_two_modes_are_a_matrix():
    matrix = torch.diag(torch.tensor([3.0, 2.0, 1.0, 0.0]))
    for family in FAMILIES:
        bound = parameter_bound(matrix, 0.3, family=family)
        assert (bound.parameters, bound.proved) == (16, True)
        assert bound.structure == Structure((4, 4), (Core((0,)), Core((1,))), (Bond((0, 1), 2),))


def test_a_product_needs_no_bonds_but_is_connected():
    bound = parameter_bound(torch.ones(2, 3, 4, 5), 0.1, family="any")
    assert bound.parameters == 14
    assert bound.structure is not None
    assert set(bound.structure.ranks) == {1}


def test_what_cannot_be_is_refused():
    tensor = planted(ring(4, (3, 3, 3, 3)))
    for error in (0.0, 1.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            parameter_bound(tensor, error)
    with pytest.raises(UnknownNameError, match="Did you mean 'ring'"):
        parameter_bound(tensor, 0.1, family="rings")
    with pytest.raises(DataError, match="order from 2"):
        parameter_bound(torch.ones(4), 0.1)
    with pytest.raises(DataError, match="zero everywhere"):
        parameter_bound(torch.zeros(4, 4), 0.1)
    with pytest.raises(ValueError, match="max_rank must be a whole number of at least 1"):
        parameter_bound(tensor, 0.1, max_rank=0)
    with pytest.raises(ValueError, match="max_seconds"):
        parameter_bound(tensor, 0.1, max_seconds=0)


def test_a_rank_limit_that_a_cut_breaks_is_named():
    tensor = planted(ring(4, (3, 3, 3, 3)))
    with pytest.raises(FormatError, match=r"modes \(0,\) needs a cut rank of 4.*at most 1"):
        parameter_bound(tensor, EXACT, max_rank=1)
    bound = parameter_bound(tensor, EXACT, max_rank=3)
    assert (bound.max_rank, bound.parameters) == (3, 144)
    assert "ranks up to 3" in bound.scope


def test_a_rank_limit_that_all_cuts_together_break_is_named():
    tensor = planted(full(8, (2,) * 6))
    with pytest.raises(FormatError, match="satisfies every cut"):
        parameter_bound(tensor, EXACT, family="ring", max_rank=3)


def test_graphs_hold_every_other_family():
    spectra = CutSpectra(planted(ring(3, (2, 3, 2, 3, 2, 3))))
    problem = cut_problem(spectra, EXACT, None, math.inf)
    widths = [graph_family.solve(problem, math.inf, None, degree).bound for degree in (2, 3, 4, 5)]
    assert widths == sorted(widths, reverse=True)
