"""A core is split in two: without loss at full rank, with the least loss below it."""

import math

import pytest
import torch

from tnlab.formats import formats
from tnlab.network.gauge.split_core import split_core, splits
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure

RING = formats["tr"].build((4, 5, 6), 3)


@pytest.mark.parametrize("axes", [(0,), (1,), (2,), (0, 1), (1, 2), (0, 2)])
def test_a_split_at_full_rank_keeps_the_tensor(axes, generator):
    network = Network.random(RING, generator=generator)
    core = network.cores[1]
    rank = min(math.prod(core.shape[axis] for axis in part) for part in (axes, {0, 1, 2} - {*axes}))
    parts = split_core(network, 1, axes, rank)
    assert torch.allclose(parts.to_tensor(), network.to_tensor())
    assert len(parts.cores) == 4
    assert parts.structure.bonds[-1] == Bond((1, 3), rank)
    assert parts.structure.cores[3].legs == ((1,) if 0 in axes else ())


def test_a_split_below_full_rank_drops_the_least_singular_values(generator):
    alone = Network.random(Structure((4, 5, 6), (Core((0, 1, 2)),)), generator=generator)
    values = torch.linalg.svdvals(alone.cores[0].movedim(1, -1).reshape(24, 5))
    parts = split_core(alone, 0, (1,), 2)
    assert [tuple(core.shape) for core in parts.cores] == [(4, 6, 2), (5, 2)]
    assert float((parts.to_tensor() - alone.to_tensor()).norm()) == pytest.approx(float(values[2:].norm()))


def test_splits_that_save_parameters_are_found_once(generator):
    """A 4 x 5 x 6 array of rank 1 between its second axis and the others, and of full rank otherwise."""
    other = torch.randn(4, 6, generator=generator)
    array = torch.einsum("ac,b->abc", other, torch.ones(5))
    alone = Network(Structure((4, 5, 6), (Core((0, 1, 2)),)), (array,))
    # ranks 1 and 4: 24 + 5 and 4 (20 + 6) parameters instead of 120; axis 0 against the others would take 4 (4 + 30)
    assert list(splits(alone, 0, 1e-10)) == [((1,), 1), ((2,), 4)]
