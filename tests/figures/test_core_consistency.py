"""Core consistency against its formula, and on models of which it is known."""

from functools import reduce

import numpy as np
import pytest
import torch

from tests.figures.samples import MODES, network, seeded, shown
from tnlab import Network
from tnlab.errors import StructureError
from tnlab.figures.core_consistency import (
    Consistency,
    core_consistency,
    core_consistency_info,
    core_consistency_plot,
)


def test_core_consistency_is_the_formula(noisy):
    """Bro 2003 as it is written: the core solves a least-squares problem with the Kronecker product of the factors."""
    for rank in (1, 2, 3):
        model = network("cp", rank, seed=rank)
        factors = [core.numpy() for core in model.cores]
        norms = np.stack([np.linalg.norm(factor, axis=0) for factor in factors])
        level = norms.prod(axis=0) ** (1 / 3)
        design = reduce(np.kron, [factor / norm * level for factor, norm in zip(factors, norms, strict=True)])
        core, *_ = np.linalg.lstsq(design, noisy.numpy().ravel())
        target = np.zeros((rank,) * 3)
        target[(np.arange(rank),) * 3] = 1
        wanted = 100 * (1 - np.square(core.reshape(target.shape) - target).sum() / np.square(target).sum())
        assert core_consistency(noisy, model) == pytest.approx(wanted, rel=1e-9)


def test_core_consistency_of_a_true_model_is_100_whatever_the_scales():
    model = network("cp", 3)
    assert core_consistency(model.to_tensor(), model) == pytest.approx(100)
    scales = torch.tensor([2.0, 0.1, -5.0], dtype=torch.float64)
    noisy = model.to_tensor() + 0.01 * torch.randn(MODES, generator=seeded(1), dtype=torch.float64)
    scaled = Network(model.structure, (model.cores[0] * scales, model.cores[1] / scales, model.cores[2]))
    assert core_consistency(noisy, scaled) == pytest.approx(core_consistency(noisy, model), rel=1e-9)
    with pytest.raises(StructureError, match="CP network"):
        core_consistency(noisy, network("tt"))


def test_core_consistency_falls_after_the_true_rank():
    modes = (10, 11, 12)
    positive = network("cp", 3, modes, seed=1)  # components that overlap, as in spectra, what the measure is made for
    clean = Network(positive.structure, tuple(core.abs() for core in positive.cores)).to_tensor()
    noise = torch.randn(modes, generator=seeded(2), dtype=torch.float64)
    noisy = clean / clean.norm() + 0.05 * noise / noise.norm()
    info = core_consistency_info(noisy, (1, 2, 3, 4, 5))
    assert [model.rank for model in info] == [1, 2, 3, 4, 5]
    assert all(model.consistency <= 100 + 1e-9 for model in info)
    assert info[2].consistency > 90
    assert info[3].consistency < 50
    assert info[2].error == pytest.approx(0.05, rel=0.2)


def test_it_is_drawn():
    pytest.importorskip("plotly")
    figure = shown(core_consistency_plot((Consistency(2, -400.0, 0.2), Consistency(1, 100.0, 0.5))))
    assert [line["y"] for line in figure["data"]] == [[100, -10], [0.5, 0.2]]
