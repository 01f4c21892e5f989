"""Resistances, leverages and cuts agree with known values: paths, rings, grids, complete graphs, a binary tree."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from tnlab.data.planted_tensors import planted
from tnlab.formats import formats
from tnlab.network.cuts import cut_rank
from tnlab.network.graph_measures import (
    bond_leverages,
    bottlenecks,
    effective_rank,
    effective_resistances,
    leg_resistances,
    total_resistance,
)
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures

KNOWN = {
    "path of 8": ("tt", 8, 7, 84),
    "ring of 8": ("tr", 8, 7, 42),
    "grid of 3 x 3": ("peps", 9, 8, 34.5),
    "complete graph on 5": ("fctn", 5, 4, 4),
    "binary tree over 8 modes": ("ht", 8, 14, 368),
}


@pytest.mark.parametrize(("name", "order", "foster", "total"), KNOWN.values(), ids=KNOWN.keys())
def test_known_graphs(name, order, foster, total):
    structure = formats[name].build((4,) * order, 3)
    assert bond_leverages(structure).sum() == pytest.approx(foster)
    assert total_resistance(structure) == pytest.approx(total)
    # equal ranks: a conductance of log 3 everywhere only scales
    assert total_resistance(structure, conductance="log rank") == pytest.approx(total / math.log(3))


def test_resistances_on_a_path_are_distances():
    assert np.allclose(effective_resistances(formats["tt"].build((2,) * 4, 2))[0], [0, 1, 2, 3])


def test_closing_the_path_takes_42():
    # rank-1 update of the Laplacian: -n |L+ b|^2 / (1 + b' L+ b) = -42 for the two ends of a path of 8
    path, ring = (formats[name].build((2,) * 8, 2) for name in ("tt", "tr"))
    assert total_resistance(ring) - total_resistance(path) == pytest.approx(-42)


@settings(max_examples=60, deadline=None)
@given(structures(min_order=2))
def test_foster(structure):
    leverages = bond_leverages(structure)
    assert leverages.sum() == pytest.approx(len(structure.cores) - 1)
    assert ((leverages > 0) & (leverages <= np.array([len(b.cores) for b in structure.bonds]) - 1 + 1e-9)).all()


def test_a_hyper_bond_is_a_star_of_half_resistors():
    cp = formats["cp"].build((2, 2, 2), 5)
    assert np.allclose(effective_resistances(cp), 1 - np.eye(3))  # two spokes of 1/2, wherever one goes


def test_what_rank_one_bonds_join_is_far_apart():
    structure = Structure((2, 2, 2), tuple(Core((k,)) for k in range(3)), (Bond((0, 1), 1), Bond((1, 2), 4)))
    apart = leg_resistances(structure, conductance="log rank")
    assert apart[0, 1] == apart[0, 2] == math.inf
    assert apart[1, 2] == pytest.approx(1 / math.log(4))
    assert bond_leverages(structure, conductance="log rank").tolist() == pytest.approx([0, 1])


def test_unfolding_ranks_of_a_random_ring():
    ring = formats["tr"].build((4,) * 4, (2, 3, 2, 3))
    tensor = planted(ring, seed=0)
    ranks = []
    for cut in ((0, 1), (0, 2), (0, 3)):
        rest = tuple(mode for mode in range(4) if mode not in cut)
        ranks.append(int(torch.linalg.matrix_rank(tensor.permute(*cut, *rest).reshape(16, 16))))
        assert ranks[-1] == min(cut_rank(ring, cut), 16)
    assert ranks == [9, 16, 4]


def test_bottlenecks_of_a_ring():
    ring = formats["tr"].build((4,) * 4, (2, 3, 2, 3))
    found = bottlenecks(ring)
    assert found.ranks[0, 1] == found.ranks[0, 2] == 4
    assert found.tightest == tuple(place for place, rank in enumerate(ring.ranks) if rank == 2)


@settings(max_examples=60, deadline=None)
@given(structures(min_order=2, max_size=3))
def test_bottlenecks_are_the_least_cut_between_two_legs(structure):
    # legs are never cut here: sizes beyond every product of ranks keep cut_rank from paying with them
    big = Structure((10**6,) * structure.order, structure.cores, structure.bonds)
    found = bottlenecks(structure)
    for i, j in itertools.combinations(range(structure.order), 2):
        others = [mode for mode in range(structure.order) if mode not in (i, j)]
        sides = [(i, *extra) for size in range(len(others) + 1) for extra in itertools.combinations(others, size)]
        least = min(cut_rank(big, side) for side in sides)
        if (i, j) in found.bonds:
            assert found.ranks[i, j] == least
            assert math.prod(structure.bonds[bond].rank for bond in found.bonds[i, j]) == least
        else:
            assert found.ranks[i, j] == math.inf
            assert least >= 10**6


def test_effective_rank():
    assert effective_rank(np.ones(7)) == 7
    assert effective_rank(torch.tensor([3.0, 0.0])) == 1
    assert 1 < effective_rank([1.0, 0.1]) < 1.1
    assert effective_rank([2.0, 1.0]) == pytest.approx(math.exp(-0.8 * math.log(0.8) - 0.2 * math.log(0.2)))
    with pytest.raises(ValueError, match="not all zero"):
        effective_rank([0.0, 0.0])


def test_unknown_conductance():
    with pytest.raises(ValueError, match="'unit' or 'log rank'"):
        effective_resistances(formats["tt"].build((2, 2), 2), conductance="ohm")  # type: ignore[arg-type]
