"""A fit starts from the structure whose ranks are nearest, unless none is near."""

import math

import torch

from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks
from tnlab.network.structure import Bond, Core, Structure
from tnlab.structure_search import nearest_fits as neighbours
from tnlab.structure_search.nearest_fits import NEAR, Neighbours

MODES = (8, 8, 8, 8)


def structure(*ranks):
    return from_ranks(MODES, dict(zip(((0, 1), (1, 2), (2, 3)), ranks, strict=True)))


def network(*ranks):
    return Network.random(structure(*ranks), generator=torch.Generator().manual_seed(0))


def test_the_nearest_is_that_with_the_least_sum_of_log_rank_ratios():
    """From (4, 4, 4), one bond halved is log 2 away, two are twice as far, and all three are beyond what is near."""
    kept = Neighbours()
    asked = structure(4, 4, 4)
    assert kept.nearest(asked) is None
    kept.add(network(2, 2, 2))
    assert 2 * math.log(2) <= NEAR < 3 * math.log(2)
    assert kept.nearest(asked) is None
    near = network(2, 2, 4)
    kept.add(near)
    assert kept.nearest(asked) is near
    nearest = network(4, 8, 4)
    kept.add(nearest)
    kept.add(network(2, 4, 2))
    assert kept.nearest(asked) is nearest


def test_a_bond_that_is_missing_has_rank_one():
    kept, without = Neighbours(), network(4, 1, 4)
    kept.add(without)
    assert kept.nearest(structure(4, 4, 4)) is without
    assert kept.nearest(structure(4, 5, 4)) is None


def test_structures_without_one_core_per_mode_have_no_place():
    latent = Structure((8, 8), (Core((0,)), Core((1,)), Core(())), (Bond((0, 2), 2), Bond((1, 2), 2)))
    kept = Neighbours()
    kept.add(Network.random(latent, generator=torch.Generator().manual_seed(0)))
    assert kept.nearest(latent) is None
    assert kept.nearest(from_ranks((8, 8), {(0, 1): 2})) is None


def test_the_oldest_go(monkeypatch):
    monkeypatch.setattr(neighbours, "KEPT", 2)
    kept, found = Neighbours(), [network(rank, 1, 1) for rank in (8, 4, 2)]
    for one in found:
        kept.add(one)
    assert kept.nearest(structure(8, 1, 1)) is found[1]
    assert kept.nearest(structure(2, 1, 1)) is found[2]
