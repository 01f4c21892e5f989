"""Gross errors in a few entries do not spoil a robust fit."""

import math

import pytest
import torch

from tnlab.data.planted_tensors import planted
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.solvers.base import solvers
from tnlab.solvers.fit import fit
from tnlab.solvers.robust import Robust


def spoiled(structure, share=0.05, size=10.0):
    generator = torch.Generator().manual_seed(5)
    clean = planted(structure, seed=2)
    wrong = torch.rand(clean.shape, generator=generator) < share
    gross = size * clean.std() * torch.randn(clean.shape, generator=generator, dtype=clean.dtype)
    return clean, torch.where(wrong, clean + gross, clean)


@pytest.mark.parametrize("name", ["cp", "tt", "tr"])
@pytest.mark.parametrize("loss", ["huber", "l1"])
def test_recovers_what_least_squares_does_not(name, loss):
    structure = formats[name].build((8, 9, 8, 9), 2)
    clean, tensor = spoiled(structure)
    robust = fit(tensor, structure, solver=Robust(loss=loss), restarts=3)  # rings may need another start
    assert relative_error(clean, robust.network.to_tensor()) < 1e-3
    assert relative_error(clean, fit(tensor, structure).network.to_tensor()) > 0.1
    assert robust.objective is not None
    assert robust.objective < 1
    assert robust.relative_error > 0.1  # of the whole tensor, wrong entries included


def test_costs_little_where_all_entries_are_good():
    structure = formats["tt"].build((8, 9, 8, 9), 2)
    tensor = planted(structure, noise=0.1, seed=2)
    plain, robust = (fit(tensor, structure, solver=solver).relative_error for solver in ("als", "robust"))
    assert plain <= robust + 1e-9 < 1.01 * plain


@pytest.mark.parametrize("seed", range(3))
def test_large_entries_of_good_data_are_not_taken_for_errors(seed):
    """A train of Gaussian cores has entries far beyond three standard deviations; at a rank more they mattered."""
    tensor = planted(formats["tt"].build((4,) * 4, 2), seed=seed)
    robust = fit(tensor, formats["tt"].build((4,) * 4, 3), solver="robust", max_sweeps=150)
    assert robust.relative_error < 1e-8


def test_a_fixed_delta_is_kept():
    structure = formats["tt"].build((6, 6, 6), 2)
    tensor = planted(structure, noise=0.1, seed=1)
    wide = fit(tensor, structure, solver=Robust(delta=1e6))  # beyond every residual: least squares
    assert wide.relative_error == pytest.approx(fit(tensor, structure).relative_error, rel=1e-3)


def test_another_loss_is_refused():
    with pytest.raises(ValueError, match="'huber' or 'l1'"):
        fit(torch.ones(3, 3), formats["tt"].build((3, 3), 1), solver=Robust(loss="l2"))  # type: ignore[arg-type]


def test_the_start_is_from_the_tensor_cut_off():
    """Gross errors spoil a start by singular vectors; without them it is near the clean tensor at once."""
    structure = formats["tt"].build((8, 9, 8, 9), 2)
    clean, tensor = spoiled(structure)
    errors = {}
    for name in ("als", "robust"):
        start = next(solvers[name]().iterate(tensor, structure, generator=torch.Generator().manual_seed(0)))
        errors[name] = relative_error(clean, start.network.to_tensor())
    assert errors["robust"] < 0.7 * errors["als"]


@pytest.mark.parametrize(("scale", "delta"), [(1e-310, 1.0), (1e300, 1e-30)])
def test_a_delta_far_from_the_size_of_the_data_is_kept(scale, delta):
    structure = formats["cp"].build((4, 3, 4), 1)
    X = planted(structure, seed=0)
    result = fit(X * (scale / float(X.abs().max())), structure, solver=Robust(delta=delta, max_sweeps=5))
    assert math.isfinite(result.relative_error)
