"""The cut rank bounds the rank of every unfolding, and random networks reach it."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from tnlab.formats import formats
from tnlab.network.cuts import cut_rank, least_cut, narrowest_bonds
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures


def splits(order):
    return itertools.chain.from_iterable(itertools.combinations(range(order), k) for k in range(1, order))


@settings(max_examples=60, deadline=None)
@given(structures(min_order=2, max_size=3))
def test_no_unfolding_has_a_larger_rank(structure):
    tensor = Network.random(structure, generator=torch.Generator().manual_seed(0)).to_tensor().numpy()
    for side in splits(structure.order):
        rest = [mode for mode in range(structure.order) if mode not in side]
        rows = math.prod(structure.modes[mode] for mode in side)
        rank = np.linalg.matrix_rank(tensor.transpose(*side, *rest).reshape(rows, -1))
        assert rank <= cut_rank(structure, side)
        assert cut_rank(structure, side) == cut_rank(structure, rest)


def test_a_ring_is_cut_twice():
    ring = Structure(
        (9, 9, 9), (Core((0,)), Core((1,)), Core((2,))), (Bond((0, 1), 2), Bond((1, 2), 3), Bond((0, 2), 5))
    )
    assert [cut_rank(ring, [mode]) for mode in range(3)] == [10, 6, 15]


def test_a_latent_core_stands_where_it_costs_least():
    tucker = Structure(
        (9,) * 3,
        (*(Core((mode,)) for mode in range(3)), Core(())),
        tuple(Bond((k, 3), r) for k, r in enumerate((2, 3, 4))),
    )
    assert [cut_rank(tucker, [mode]) for mode in range(3)] == [2, 3, 4]
    assert cut_rank(tucker, [1, 2]) == 2


def test_a_hyper_bond_counts_once():
    cp = Structure((9,) * 4, tuple(Core((mode,)) for mode in range(4)), (Bond((0, 1, 2, 3), 5),))
    assert cut_rank(cp, [0, 2]) == 5


def test_a_core_with_modes_of_both_sides_pays_for_its_legs():
    pair = Structure((2, 7, 9), (Core((0, 1)), Core((2,))), (Bond((0, 1), 6),))
    assert cut_rank(pair, [0]) == 2
    assert cut_rank(pair, [1]) == 7
    assert cut_rank(pair, [0, 2]) == 7
    with pytest.raises(ValueError, match="modes are 0 to 2"):
        cut_rank(pair, [3])


def cheapest_split(structure, side):
    """Return the least product of bonds and legs to cut, by trying every division of the cores."""
    best = math.inf
    for near in itertools.chain.from_iterable(
        itertools.combinations(range(len(structure.cores)), k) for k in range(len(structure.cores) + 1)
    ):
        cost = math.prod(structure.ranks[bond] for bond in crossed(structure, set(near)))
        for place, core in enumerate(structure.cores):
            wrong = [leg for leg in core.legs if (leg in side) != (place in near)]
            cost *= math.prod(structure.modes[leg] for leg in wrong) if len(wrong) < len(core.legs) else 1
            cost = math.inf if wrong and len(wrong) == len(core.legs) else cost
        best = min(best, cost)
    return best


@settings(max_examples=60, deadline=None)
@given(structures(min_order=2, max_size=3))
def test_the_cut_rank_is_that_of_the_cheapest_division_of_the_cores(structure):
    for side in splits(structure.order):
        assert cut_rank(structure, side) == cheapest_split(structure, side)


def crossed(structure, side):
    """Return the bonds between a set of cores and the others."""
    inside = [len(side & set(bond.cores)) for bond in structure.bonds]
    return [k for k, bond in enumerate(structure.bonds) if 0 < inside[k] < len(bond.cores)]


def product(structure, bonds):
    return math.prod(structure.ranks[bond] for bond in bonds)


def sides(structure):
    """Return all sets of cores that are neither empty nor whole."""
    cores = range(len(structure.cores))
    return [set(side) for size in cores for side in itertools.combinations(cores, size) if side]


@settings(max_examples=100, deadline=None)
@given(structures(min_order=2, max_size=3))
def test_no_set_of_cores_is_cut_off_by_less(structure):
    for start, end in itertools.permutations(range(len(structure.cores)), 2):
        cut = least_cut(structure, start, end)
        between = [side for side in sides(structure) if start in side and end not in side]
        assert product(structure, cut) == min(product(structure, crossed(structure, side)) for side in between)
        whole = [bond for place, bond in enumerate(structure.bonds) if place not in cut]
        assert end not in reachable(whole, start)


def reachable(bonds, start):
    reached = {start}
    while more := {core for bond in bonds if reached & set(bond.cores) for core in bond.cores} - reached:
        reached |= more
    return reached


@settings(max_examples=100, deadline=None)
@given(structures(min_order=2, max_size=3))
def test_the_narrowest_bonds_are_those_of_all_least_cuts(structure):
    legged = {place for place, core in enumerate(structure.cores) if core.legs}
    cuts = [crossed(structure, side) for side in sides(structure) if legged & side and legged - side]
    least = min((product(structure, cut) for cut in cuts), default=1)
    ties = {bond for cut in cuts if product(structure, cut) == least for bond in cut}
    expected = {bond for bond in ties if structure.ranks[bond] > 1 or least == 1}
    assert set(narrowest_bonds(structure)) == (expected if len(legged) > 1 else set())


def test_a_bond_of_rank_one_beside_a_cut_is_no_bottleneck():
    cores = tuple(Core((k,)) for k in range(3))
    structure = Structure((2,) * 3, cores, (Bond((0, 1), 2), Bond((1, 2), 3), Bond((0, 2), 1)))
    assert narrowest_bonds(structure) == (0,)


def test_a_hyper_bond_counts_once_in_a_least_cut():
    cp = formats["cp"].build((2,) * 4, 5)
    assert least_cut(cp, 0, 3) == narrowest_bonds(cp) == (0,)


def test_the_narrowest_bonds_of_large_networks():
    ring = formats["tr"].build((2,) * 200, 3)
    assert narrowest_bonds(ring) == tuple(range(200))
    grid = formats["peps"].build((2,) * 144, 3)
    corners = {core for core, count in Counter(end for bond in grid.bonds for end in bond.cores).items() if count == 2}
    assert narrowest_bonds(grid) == tuple(k for k, bond in enumerate(grid.bonds) if corners & set(bond.cores))


def test_nothing_separates_a_core_from_itself():
    with pytest.raises(ValueError, match="itself"):
        least_cut(formats["tt"].build((2, 2), 2), 0, 0)
