"""L-BFGS, Levenberg-Marquardt and Adam."""

import pytest
import torch

from tnlab.data.planted_tensors import planted, uniform_ring
from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.solvers.adam import Adam
from tnlab.solvers.base import Status
from tnlab.solvers.fit import fit
from tnlab.solvers.lbfgs import LBFGS
from tnlab.solvers.levenberg_marquardt import LevenbergMarquardt


@pytest.mark.parametrize("name", ["cp", "tt", "tr", "tucker", "ht"])
def test_levenberg_marquardt_is_exact_in_few_steps(name):
    structure = formats[name].build((5, 6, 5, 6), 2)
    result = fit(planted(structure), structure, solver=LevenbergMarquardt(max_sweeps=60), restarts=3)
    assert result.relative_error < 1e-7
    assert len(result.history) < 60


@pytest.mark.parametrize("name", ["cp", "tt", "tr"])
def test_lbfgs_recovers(name):
    structure = formats[name].build((5, 6, 5, 6), 2)
    assert fit(planted(structure), structure, solver=LBFGS(max_sweeps=400), restarts=3).relative_error < 1e-5


def test_both_are_as_good_as_sweeps_on_noise():
    structure = uniform_ring(4, 6, 2)
    tensor = planted(structure, noise=0.1)
    best = fit(tensor, structure).relative_error
    for solver in ("lbfgs", "lm"):
        found = fit(tensor, structure, solver=solver)
        assert found.relative_error < best * 1.0001
        assert list(found.history) == pytest.approx(sorted(found.history, reverse=True), rel=1e-12)


def test_stop_at_the_target():
    for solver in (LBFGS(target_error=0.2), LevenbergMarquardt(target_error=0.2)):
        result = fit(planted(uniform_ring(4, 6, 2), noise=0.1), uniform_ring(4, 6, 2), solver=solver, restarts=3)
        assert result.status is Status.REACHED
        assert result.relative_error <= 0.2


def test_too_many_parameters_are_refused_with_the_way_out():
    with pytest.raises(StructureError, match="Take lbfgs or als, or raise max_parameters"):
        fit(torch.ones(4, 4, 4), uniform_ring(3, 4, 2), solver=LevenbergMarquardt(max_parameters=40))


@pytest.mark.parametrize("norm", [1.0, 5e-4, 3e7])
def test_adam_starts_as_the_papers_do(norm):
    structure = uniform_ring(3, 50, 8)
    run = Adam(step=1e-3, spread=0.1).iterate(
        norm * planted(structure), structure, init="random", generator=torch.Generator().manual_seed(0)
    )
    start = next(run).network
    for core in start.cores:
        assert float(core.std()) == pytest.approx(0.1, rel=0.05)
    step = max(float((new - old).abs().max()) for new, old in zip(next(run).network.cores, start.cores, strict=True))
    assert 1e-3 < step < 2e-2  # ten steps of about the learning rate


@pytest.mark.gpu
@pytest.mark.parametrize("solver", ["lbfgs", "lm", "adam", "nonnegative", "robust", "progressive"])
def test_follow_the_data_to_the_gpu(solver):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    structure = uniform_ring(4, 5, 2)
    network = Network.random(structure, generator=torch.Generator().manual_seed(0))
    tensor = Network(structure, tuple(core.abs() for core in network.cores)).to_tensor().cuda()
    result = fit(tensor, structure, solver=solver, restarts=2)
    assert result.network.cores[0].is_cuda
    assert result.relative_error < 0.05
