"""Cut ranks by one matrix product are those of a minimum cut, structure by structure."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.bounds.cut_ranks import MAX_FREE, CutRanks, cut_ranks
from tnlab.errors import StructureError
from tnlab.network.cuts import cut_rank
from tnlab.network.edits import set_ranks
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures

MOST = 10**4


@settings(max_examples=60, deadline=None)
@given(structures(min_order=2, min_cores=2), st.integers(0, 2**32 - 1))
def test_ranks_are_those_of_a_minimum_cut(structure, seed):
    order = structure.order
    cuts = [cut for size in range(1, order) for cut in itertools.combinations(range(order), size)]
    draws = np.random.default_rng(seed).integers(1, 5, (3, len(structure.bonds)))
    crossings = CutRanks(structure, cuts)
    table = crossings.ranks(draws, MOST)
    for row, ranks in zip(table, draws.tolist(), strict=True):
        drawn = set_ranks(structure, ranks)
        for place, cut in enumerate(cuts):
            assert row[place] == crossings.cut_rank(ranks, place) == cut_rank(drawn, cut)
            bonds = math.prod(ranks[bond] for bond in crossings.crossing_bonds(ranks, place))
            assert row[place] % bonds == 0
    assert (crossings.ranks(draws, 2) == np.minimum(table, 2)).all()


def test_a_structure_is_counted_once_for_the_same_cuts():
    structure = Structure((2, 2), (Core((0,)), Core((1,))), (Bond((0, 1), 2),))
    assert cut_ranks(structure, ((0,),)) is cut_ranks(structure, ((0,),))


def test_too_many_latent_cores_are_refused():
    count = MAX_FREE + 1
    cores = (Core((0,)), Core((1,)), *(Core() for _ in range(count)))
    bonds = tuple(Bond((end, core), 2) for core in range(2, 2 + count) for end in (0, 1))
    with pytest.raises(StructureError, match=f"{count} cores without a leg, or with several.*at most {MAX_FREE}"):
        CutRanks(Structure((2, 2), cores, bonds), [(0,)])
