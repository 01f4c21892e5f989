"""Slices of one more rank, fitted alone, give the error that they promise."""

import pytest

from tests.structure_search.engines.toy import generator
from tnlab.data.planted_tensors import planted
from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.structure_search.parts.rank_one_slices import Slices


def test_a_slice_lowers_the_residual_as_it_says():
    """The network with the new rank has the error that was promised; edges on and off the graph."""
    X = planted(ring((3, 4, 3, 4), range(4), (2, 2, 2, 2)), seed=1)
    network = Network.random(from_ranks((3, 4, 3, 4), {(0, 1): 2, (1, 2): 1}), generator=generator())
    before = float((X - network.to_tensor()).norm())
    for pair in [(0, 1), (0, 2), (2, 3)]:
        left, wider = Slices(X, network).fit(pair, 2, generator())
        assert left == pytest.approx(float((X - wider.to_tensor()).norm()))
        assert left < before
