"""Reconnection finds the tree that hides behind a permutation of the modes."""

import pytest
import torch

from tnlab.data.planted_tensors import planted
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.structure_search.engines.reconnect import Reconnect
from tnlab.structure_search.run import Search

# modes 0 4 | 3 | 1 5 2 as a tree of cores with three axes each
TRUTH = Structure(
    (3, 3, 3, 3, 3, 3),
    (Core((0, 4)), Core((3,)), Core((1,)), Core((5, 2))),
    (Bond((0, 1), 2), Bond((1, 2), 3), Bond((2, 3), 2)),
)


@pytest.mark.parametrize("measure", ["entropy", "truncation"])
def test_finds_a_hidden_tree(measure):
    run = Search(planted(TRUTH, noise=1e-4, seed=2), 1e-3, engine=Reconnect(measure=measure), max_rank=3)
    list(run)
    assert run.result.parameters <= (TRUTH.parameters if measure == "entropy" else 2 * TRUTH.parameters)
    assert run.result.reached


def test_sweeps_lower_the_parameters_and_keep_the_error():
    X = planted(TRUTH, noise=0.05, seed=0)
    run = Search(X, 0.1, engine="reconnect")
    steps = [step.evaluation for step in run if step.evaluation is not None]
    assert steps[-1].parameters < steps[0].parameters
    assert all(step.relative_error <= 0.1 for step in steps)


def test_cores_have_three_axes():
    run = Search(planted(TRUTH, noise=0.05, seed=0), 0.1, engine="reconnect")
    list(run)
    assert all(len(core.shape) == 3 for core in run.result.network.cores)


def test_temperature_follows_the_seed():
    X = planted(TRUTH, noise=0.05, seed=0)
    found = []
    for seed in (1, 1):
        run = Search(X, 0.1, engine=Reconnect(temperature=0.5, max_sweeps=5), seed=seed)
        found.append([step.evaluation and step.evaluation.structure for step in run])
    assert found[0] == found[1]


def test_matrix_and_order_three_are_left_alone():
    X = Network.random(Structure((4, 5, 6), (Core((0, 1, 2)),)), generator=torch.Generator().manual_seed(0)).to_tensor()
    run = Search(X, 0.1, engine="reconnect")
    list(run)
    assert run.result.parameters == 120
