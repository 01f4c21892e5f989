"""Fits of tensors with missing entries: they find what was planted, and say what they do not know."""

import math

import numpy as np
import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError, StructureError
from tnlab.fitting.entries.grouping import Entries
from tnlab.fitting.entries.sweep import EntrySweep
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.solvers.base import Status
from tnlab.solvers.completion_als import CompletionALS
from tnlab.solvers.completion_base import start_of
from tnlab.solvers.completion_lbfgs import CompletionLBFGS, _flat, _Objective
from tnlab.solvers.fit import fit

TWO_LEGS = Structure(  # a loop of three with a core of two legs and a latent one
    (6, 12, 5, 12),
    (Core((0, 2)), Core((1,)), Core((3,)), Core()),
    (Bond((0, 1), 2), Bond((1, 2), 2), Bond((0, 2), 2), Bond((0, 3), 2), Bond((2, 3), 2)),
)


def planted(structure, seed=0, noise=0.0):
    generator = torch.Generator().manual_seed(seed)
    tensor = Network.random(structure, generator=generator).to_tensor()
    tensor = tensor / tensor.square().mean().sqrt()
    return tensor + noise * torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype)


def places(structure, count, seed=1):
    generator = torch.Generator().manual_seed(seed)
    columns = [torch.randint(size, (count,), generator=generator) for size in structure.modes]
    return torch.stack(columns, dim=1)


def test_blocks_of_entries_add_up(monkeypatch):
    """Entries that do not fit into one block give the same normal equations."""
    structure = formats["tucker"].build((6, 7, 8), 2)
    data = Observed.random_part(planted(structure, noise=0.1), 0.5)
    solver = CompletionALS(first_ridge=0.0, max_sweeps=5)  # a ridge follows the entries of each block
    whole = fit(data, structure, solver=solver)
    monkeypatch.setattr("tnlab.fitting.entries.grouping.BLOCK", 100)
    pieces = fit(data, structure, solver=solver)
    assert pieces.history == pytest.approx(whole.history, rel=1e-6)


def test_the_gradient_is_that_of_autograd():
    structure = TWO_LEGS
    at, network = places(structure, 50), Network.random(structure, generator=torch.Generator().manual_seed(0))
    wanted = torch.randn(50, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    cores = [core.clone().requires_grad_() for core in network.cores]
    left = Network(structure, tuple(cores)).to_tensor()[tuple(at.T)] - wanted
    loss = 0.5 * left.square().sum() / wanted.square().sum()
    loss.backward()
    objective = _Objective(EntrySweep(Entries(structure, at), [core.numpy() for core in network.cores]), wanted.numpy())
    value, gradient = objective(_flat([core.numpy() for core in network.cores]))
    assert value == pytest.approx(float(loss.detach()))
    assert np.allclose(gradient, _flat([core.grad.numpy() for core in cores]))


@pytest.mark.parametrize("solver", ["completion_als", "completion_lbfgs"])
@pytest.mark.parametrize(
    ("name", "modes", "rank", "part"),
    [
        ("cp", (20, 20, 20), 3, 0.15),
        ("tucker", (20, 20, 20), 3, 0.15),
        ("tensor_train", (12, 12, 12, 12), 2, 0.08),
        ("tensor_ring", (12, 12, 12, 12), 2, 0.08),
        ("fully_connected", (12, 12, 12, 12), 2, 0.2),
        ("binary_tree", (12, 12, 12, 12), 2, 0.08),
        ("grid", (12, 12, 12, 12), 2, 0.1),
    ],
)
def test_what_was_planted_is_found_from_a_part_of_its_entries(solver, name, modes, rank, part):
    structure = formats[name].build(modes, rank)
    tensor = planted(structure, seed=4)
    result = fit(Observed.random_part(tensor, part), structure, solver=solver, target_error=1e-4, restarts=8)
    assert result.status is Status.REACHED
    assert result.held_out_error <= 1e-4
    assert relative_error(tensor, result.network.to_tensor()) < 1e-3


def test_any_graph_with_latent_cores_and_several_legs():
    tensor = planted(TWO_LEGS, seed=3)
    result = fit(Observed.random_part(tensor, 0.5), TWO_LEGS, target_error=1e-4, restarts=6)
    assert relative_error(tensor, result.network.to_tensor()) < 1e-3


@pytest.mark.parametrize("kind", ["cp", "tensor_train"])
def test_a_tenth_of_a_cube_is_enough_for_every_seed(kind):
    structure = formats[kind].build((64, 64, 64), 5)
    tensor = planted(structure, seed=3)
    for seed in range(3):
        observed = Observed.random_part(tensor, 0.1, seed=seed)
        result = fit(observed, structure, seed=seed, target_error=1e-3, max_sweeps=25, restarts=4)
        assert result.held_out_error <= 1e-3


def test_noise_is_neither_fitted_nor_hidden():
    """The held-out error is about the noise, and the fit nearer to the truth than the data are."""
    structure = formats["tr"].build((16, 16, 16, 16), 2)
    clean, noisy = planted(structure), planted(structure, noise=0.1)
    result = fit(Observed.random_part(noisy, 0.1), structure)
    assert 0.08 < result.held_out_error < 0.13
    assert relative_error(clean, result.network.to_tensor()) < 0.05


def test_errors_are_those_of_the_fitted_and_of_the_held_out_entries():
    structure = formats["tt"].build((9, 8, 7), 2)
    observed = Observed.random_part(planted(structure, noise=0.2), 0.5)
    solver = CompletionALS(max_sweeps=4, held_out=0.25)
    generator = torch.Generator().manual_seed(9)
    fitted, held = observed.split(0.25, generator=torch.Generator().manual_seed(9))
    assert len(held.values) == round(0.25 * len(observed.values))
    for snapshot in solver.iterate(observed, structure, generator=generator):
        tensor = snapshot.network.to_tensor()
        for data, error in ((fitted, snapshot.relative_error), (held, snapshot.held_out_error)):
            assert error == pytest.approx(relative_error(data.values, tensor[tuple(data.indices.T)]), rel=1e-9)


def test_stops_when_the_held_out_error_rises_and_keeps_the_best():
    structure = formats["tt"].build((10, 10, 10), 6)  # far more parameters than the data can tell
    observed = Observed.random_part(planted(formats["tt"].build((10, 10, 10), 1), noise=0.5), 0.3)
    solver = CompletionALS(patience=8)
    run = list(solver.iterate(observed, structure, generator=torch.Generator().manual_seed(0)))
    assert run[-1].status is Status.HELD_OUT
    best = min(snapshot.held_out_error for snapshot in run)
    assert run[-1].held_out_error == best < run[-2].held_out_error
    assert run[-2].relative_error < run[-1].relative_error


def test_all_entries_are_fitted_when_none_are_held_out():
    structure = formats["tt"].build((8, 8, 8), 2)
    observed = Observed.random_part(planted(structure, noise=0.1), 0.4)
    first = fit(observed, structure)
    more = fit(observed, structure, init=first.network, solver=CompletionALS(held_out=0))
    assert first.held_out_error is not None
    assert more.held_out_error is None
    at = observed.indices.T
    errors = [relative_error(observed.values, result.network.to_tensor()[tuple(at)]) for result in (first, more)]
    assert errors[1] <= errors[0] + 1e-9
    assert more.relative_error == pytest.approx(errors[1])


def test_rows_that_no_entry_uses_are_zero():
    tensor = planted(formats["cp"].build((6, 7, 8), 2))
    mask = torch.ones_like(tensor, dtype=torch.bool)
    mask[2] = False
    network = fit(tensor, formats["cp"].build((6, 7, 8), 2), mask=mask).network
    assert not network.to_tensor()[2].any()
    assert relative_error(tensor[3:], network.to_tensor()[3:]) < 1e-5


def test_missing_entries_are_not_looked_at():
    structure = formats["tt"].build((8, 8, 8), 2)
    tensor = planted(structure)
    mask = torch.rand(tensor.shape, generator=torch.Generator().manual_seed(0)) < 0.5
    spoiled = torch.where(mask, tensor, torch.full_like(tensor, math.nan))
    results = [
        fit(tensor, structure, mask=mask),
        fit(spoiled, structure, mask=mask),
        fit(Observed.from_nan(spoiled), structure),
    ]
    assert len({result.relative_error for result in results}) == 1
    with pytest.raises(DataError, match=r"Observed\.from_nan"):
        fit(spoiled, structure)
    with pytest.raises(DataError, match="mask goes with"):
        fit(Observed.from_nan(spoiled), structure, mask=mask)


def test_a_tensor_far_too_large_to_form():
    structure = formats["tt"].build((40,) * 12, 2)
    truth = Network.random(structure, generator=torch.Generator().manual_seed(0))
    at = places(structure, 8000)
    entries = EntrySweep(Entries(structure, at), [core.numpy() for core in truth.cores]).values()
    observed = Observed(structure.modes, at, torch.from_numpy(entries / entries.std()))
    result = fit(observed, structure, max_sweeps=3, seed=1)
    assert len(result.history) == 4
    assert result.relative_error < 1


def test_the_start_of_a_very_long_train_is_as_large_as_the_data():
    """A random network has norm 1: times the norm of a tensor of mean square 9 and 2^1100 entries, by 1100 cores."""
    structure = formats["tt"].build((2,) * 1100, 1)
    generator = torch.Generator().manual_seed(0)
    at = torch.randint(2, (50, 1100), generator=generator)
    observed = Observed(structure.modes, at, torch.full((50,), 3.0, dtype=torch.float64))
    start = start_of(observed, structure, "random", torch.Generator().manual_seed(1))
    plain = Network.random(structure, generator=torch.Generator().manual_seed(1))
    for core, one in zip(start.cores, plain.cores, strict=True):
        assert float((core / one).mean()) == pytest.approx(math.sqrt(2) * 3 ** (1 / 1100), rel=1e-12)


def test_float32_and_reproducible():
    structure = formats["tt"].build((8, 8, 8), 2)
    observed = Observed.random_part(planted(structure).float(), 0.5)
    for solver in ("completion_als", "completion_lbfgs"):
        one, two = (fit(observed, structure, seed=3, solver=solver, max_sweeps=60) for _ in range(2))
        assert one.history == two.history
        assert one.network.cores[0].dtype == torch.float32
        assert one.held_out_error < 1e-3


@pytest.mark.filterwarnings("ignore::tnlab.errors.FewEntriesWarning")
@pytest.mark.parametrize("solver", ["completion_als", "completion_lbfgs"])
def test_what_cannot_be_fitted_is_refused(solver):
    structure = formats["tt"].build((4, 5), 2)
    observed = Observed.random_part(planted(structure), 0.5)
    with pytest.raises(DataError, match="shape 4x6"):
        fit(Observed((4, 6), observed.indices, observed.values), structure, solver=solver)
    with pytest.raises(DataError, match="tt_cross"):
        fit(TensorFunction((4, 5), lambda at: at.sum(1)), structure, solver=solver)
    other = Network.random(formats["tt"].build((4, 5), 1), generator=torch.Generator())
    with pytest.raises(StructureError, match="warm_start"):
        fit(observed, structure, solver=solver, init=other)
    with pytest.raises(ValueError, match="held_out"):
        CompletionLBFGS(held_out=1.0)
    with pytest.raises(DataError, match="every entry"):
        fit(observed, structure, solver="als")


@pytest.mark.filterwarnings("ignore::tnlab.errors.FewEntriesWarning")
def test_one_entry_is_fitted_and_nothing_held_out():
    result = fit(Observed((3, 3), torch.tensor([[1, 2]]), torch.tensor([2.0])), formats["tt"].build((3, 3), 1))
    assert result.held_out_error is None
    assert float(result.network.to_tensor()[1, 2]) == pytest.approx(2.0, rel=1e-5)


def test_the_torch_half_agrees_with_the_numpy_half(monkeypatch):
    """What runs on a GPU, here on the CPU: the same errors, up to rounding."""
    observed = Observed.random_part(planted(TWO_LEGS, noise=0.1), 0.3)
    solvers = ("completion_als", "completion_lbfgs")
    numpy = [fit(observed, TWO_LEGS, solver=solver, max_sweeps=6).history for solver in solvers]
    made = Entries.__init__

    def on_torch(self, structure, indices):
        made(self, structure, indices)
        self.on_cpu = False

    monkeypatch.setattr(Entries, "__init__", on_torch)
    monkeypatch.setattr("tnlab.solvers.completion_base.on_solver", lambda tensor: tensor.detach().to(torch.float64))
    for solver, history in zip(solvers, numpy, strict=True):
        result = fit(observed, TWO_LEGS, solver=solver, max_sweeps=6)
        assert result.history == pytest.approx(history, rel=1e-6)


@pytest.mark.gpu
def test_follows_the_entries_to_the_gpu():
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    for structure in (formats["tr"].build((10, 10, 10), 2), formats["cp"].build((12, 12, 12), 2), TWO_LEGS):
        observed = Observed.random_part(planted(structure).cuda(), 0.5)
        for solver in ("completion_als", "completion_lbfgs"):
            result = fit(observed, structure, solver=solver, target_error=1e-3, restarts=6)
            assert result.network.cores[0].is_cuda
            assert result.held_out_error < 1e-3
