"""The race of completions: the best lane is kept, whatever the order in which they enter."""

import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.solvers.base import Status
from tnlab.solvers.completion import Completion
from tnlab.solvers.completion_als import CompletionALS
from tnlab.solvers.completion_base import start_of
from tnlab.solvers.completion_lbfgs import CompletionLBFGS
from tnlab.solvers.completion_race import REFIT, Race


def race(first, **settings):
    structure = formats["tt"].build((8, 9, 10), 2)
    generator = torch.Generator().manual_seed(0)
    tensor = Network.random(structure, generator=generator).to_tensor()
    tensor = tensor / tensor.std() + 0.05 * torch.randn(tensor.shape, generator=generator, dtype=torch.float64)
    solver = Completion(**settings)
    task = solver.task(Observed.random_part(tensor, 0.4), structure, generator)
    run = Race(task, solver, als=CompletionALS(), lbfgs=CompletionLBFGS())
    good, bad = (start_of(task.fitted, structure, init, generator) for init in ("svd", "random"))
    still = Network(structure, tuple(1e-6 * core for core in bad.cores))
    for start in (good, still) if first else (still, good):
        run.enter(start, run.als, start)
    return list(run.sweeps())


@pytest.mark.parametrize("first", [True, False])
def test_the_best_lane_is_kept_and_all_known_entries_are_fitted_last(first):
    swept = race(first)
    compared = [one.held_out_error for one in swept]
    assert compared == sorted(compared, reverse=True)
    assert compared[-1] < 0.08
    assert swept[-1].ended in (Status.CONVERGED, Status.HELD_OUT)
    assert all(one.ended is None for one in swept[:-1])


def test_it_keeps_to_the_number_of_sweeps():
    swept = race(True, max_sweeps=40)
    assert len(swept) <= 40 + 2
    assert swept[-1].ended in (Status.MAX_SWEEPS, Status.CONVERGED, Status.HELD_OUT)
    if swept[-1].ended is Status.MAX_SWEEPS:
        assert len(swept) >= 40 - REFIT
