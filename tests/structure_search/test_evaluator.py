"""One fit of a proposal: where it starts, when it stops, what it reports."""

# pyright: reportPrivateUsage=false

import math
import time

import pytest
import torch

from tnlab.data.planted_tensors import planted
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.network.rank_matrix import ring
from tnlab.solvers.als import ALS
from tnlab.solvers.base import Snapshot
from tnlab.structure_search.evaluation import Proposal
from tnlab.structure_search.evaluator import ANNEALED, FADED, HASTE, RATE, Evaluator, _Watch, stable_seed
from tnlab.structure_search.objective import FewestParameters
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.settings import FitSettings

MODES = (3, 3, 3, 3)
TRUTH = ring(MODES, range(4), (2, 2, 2, 2))
X = planted(TRUTH, noise=0.05, seed=1)
SEED = 45364948830586903
CORES = Network.random(TRUTH, generator=torch.Generator().manual_seed(3))


def evaluated(proposal, **settings):
    problem = Problem(X, FewestParameters(1e-9), "any")
    return Evaluator(problem, FitSettings(**settings))(proposal, math.inf, time.monotonic() + 1e6)


def test_no_sweeps_take_the_cores_as_they_are():
    found = evaluated(Proposal(TRUTH, init=CORES, max_sweeps=0))
    assert found.network is CORES
    assert (found.sweeps, found.finished) == (0, True)
    assert found.relative_error == pytest.approx(relative_error(X, CORES.to_tensor()), rel=1e-12)


def test_cores_are_where_a_fit_starts_and_not_where_it_ends():
    found = evaluated(Proposal(TRUTH, init=CORES, max_sweeps=5, starts=1))
    assert 0 < found.sweeps <= 5
    assert found.relative_error < relative_error(X, CORES.to_tensor()) / 2
    assert found.relative_error == pytest.approx(relative_error(X, found.network.to_tensor()), rel=1e-6)


def test_without_cores_at_least_one_sweep_is_made():
    assert evaluated(Proposal(TRUTH, max_sweeps=0, starts=1)).sweeps == 1


def watched(errors, needed, sweeps):
    """Return the sweep after which a fit with these errors is left."""
    watch = _Watch(needed, sweeps, lambda: False)
    for sweep, error in enumerate(errors):
        if watch(Snapshot(sweep=sweep, relative_error=error, network=CORES, seconds=0.0)):
            return sweep
    return None


@pytest.mark.parametrize("margin", [1.01, 0.99])
def test_a_fit_is_left_when_three_times_its_rate_would_not_do(margin):
    """The error falls by 0.001 a sweep from 0.5; of 100 sweeps there are 91 left when the first rate is believed."""
    errors = [0.5 - 0.001 * sweep for sweep in range(12)]
    first = 2 * RATE - 1
    reachable = errors[first] - (100 - first) * 0.001 * HASTE
    assert (watched(errors, reachable * margin, 100) == first) is (margin < 1)
    assert watched([0.5 + 0.001 * sweep for sweep in range(12)], 0.4, 100) == first  # a rising error promises nothing
    assert watched([0.5 + 0.001 * sweep for sweep in range(12)], 0.6, 100) is None


def test_a_fit_stops_when_it_is_late():
    watch = _Watch(0.0, 100, lambda: True)
    assert watch(Snapshot(sweep=0, relative_error=0.5, network=CORES, seconds=0.0))
    assert watch.stopped


@pytest.mark.parametrize("ridge", [0.3, 1.0])
def test_a_ridge_has_faded_after_its_share_of_the_sweeps(ridge):
    solver = Evaluator(Problem(X, FewestParameters(1e-9), "any"))._solver(40, None, ridge)
    assert isinstance(solver, ALS)
    assert solver.ridge == ridge
    assert solver.ridge * solver.decay ** (ANNEALED * 40) == pytest.approx(FADED)


def test_the_seed_of_a_fit_is_the_same_on_every_machine_and_of_every_drawing():
    """Another hash would change the result of every search, also of one that a study repeats."""
    turned = ring(MODES, (1, 2, 3, 0), (2, 2, 2, 2))
    assert stable_seed(TRUTH, 0) == stable_seed(turned, 0) == SEED
    assert stable_seed(TRUTH, 1) != SEED
