"""The cut rank bounds the rank of every unfolding, and random networks reach it."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from tnlab.network.cuts import cut_rank
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
