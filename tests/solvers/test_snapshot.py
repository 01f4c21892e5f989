"""Snapshots and fits are compared by what the solver lowers."""

from dataclasses import replace

import torch

from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.solvers.snapshot import Snapshot, compared_error

NETWORK = Network.random(formats["tt"].build((2, 2), 1), generator=torch.Generator())


def test_the_worth_is_the_held_out_error_else_the_objective_else_the_error():
    snapshot = Snapshot(0, 0.3, NETWORK, seconds=0.0)
    assert compared_error(snapshot) == 0.3
    assert compared_error(replace(snapshot, objective=0.2)) == 0.2
    assert compared_error(replace(snapshot, objective=0.2, held_out_error=0.4)) == 0.4
