"""Least cuts by augmenting paths, against all subsets of cores."""

import itertools
import math

import pytest
from hypothesis import given, settings

from tnlab.formats import formats
from tnlab.network.cuts import least_cut, narrowest_bonds
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures


def crossed(structure, side):
    """Return the bonds between a set of cores and the others."""
    inside = [len(side & set(bond.cores)) for bond in structure.bonds]
    return [k for k, bond in enumerate(structure.bonds) if 0 < inside[k] < len(bond.cores)]


def product(structure, bonds):
    return math.prod(structure.ranks[bond] for bond in bonds)


def sides(structure):
    """Return all sets of cores that hold some but not all."""
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


def test_a_hyper_bond_counts_once():
    cp = formats["cp"].build((2,) * 4, 5)
    assert least_cut(cp, 0, 3) == narrowest_bonds(cp) == (0,)


def test_nothing_separates_a_core_from_itself():
    with pytest.raises(ValueError, match="itself"):
        least_cut(formats["tt"].build((2, 2), 2), 0, 0)
