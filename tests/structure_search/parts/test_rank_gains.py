"""Gains and losses of one rank, against cores whose ranks are known."""

import torch

from tnlab.data.planted_tensors import planted
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.structure_search.parts.rank_gains import rank_gains, rank_losses


def test_gains_are_what_the_best_direction_gives_at_least():
    truth = ring((3,) * 4, (0, 1, 2, 3), (2, 2, 2, 2))
    tensor = planted(truth, seed=2)
    start = Network.random(from_ranks((3,) * 4, {}), generator=torch.Generator().manual_seed(0))
    found = rank_gains(tensor, start)
    before = relative_error(tensor, start.to_tensor()) ** 2
    assert set(found) == {(i, j) for i in range(4) for j in range(i + 1, 4)}
    assert all(0 < gain < before for gain in found.values())


def test_losses_of_a_rank_that_is_not_needed_are_nothing():
    network = Network.random(ring((3,) * 4, (0, 1, 2, 3), (2, 2, 2, 2)), generator=torch.Generator().manual_seed(0))
    first, *others = network.cores
    idle = first.clone()
    idle[:, 1] = 0
    assert min(cost[0] for cost in rank_losses(Network(network.structure, (idle, *others))).values()) < 1e-12
