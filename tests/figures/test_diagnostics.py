"""What the diagnostics show, as data; and that plotly takes it, where plotly is installed."""

import math
from functools import reduce

import numpy as np
import pytest
import torch

from tnlab import Network, fit
from tnlab.data import datasets
from tnlab.data.source import Source
from tnlab.errors import DataError, StructureError
from tnlab.figures.core_consistency import (
    Consistency,
    core_consistency,
    core_consistency_info,
    core_consistency_plot,
)
from tnlab.figures.error_history import error_history_info, error_history_plot
from tnlab.figures.factor_plot import factor_info, factor_plot
from tnlab.figures.residual_map import residual_map_info, residual_map_plot
from tnlab.figures.scree import scree_info, scree_plot
from tnlab.formats import formats
from tnlab.network.gauge.resize_bond import narrow
from tnlab.solvers.base import Snapshot, Status

MODES = (4, 5, 6)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def network(name, rank=3, modes=MODES, seed=0):
    return Network.random(formats[name].build(modes, rank), generator=seeded(seed))


@pytest.fixture(scope="module")
def tensor():
    clean = network("cp", 3).to_tensor()
    noise = torch.randn(MODES, generator=seeded(9), dtype=torch.float64)
    return clean / clean.norm() + 0.05 * noise / noise.norm()


def test_scree_of_a_tree_is_that_of_the_unfoldings():
    train = network("tt")
    info = scree_info(train)
    assert info.exact
    assert [bond.label for bond in info.bonds] == ["A-B", "B-C"]
    whole = train.to_tensor()
    for bond, rows in zip(info.bonds, (4, 20), strict=True):
        values = torch.linalg.svdvals(whole.reshape(rows, -1))[:3] / whole.norm()
        assert np.allclose(bond.values, values, atol=1e-7)
        assert bond.losses[0] == 1
        assert bond.losses[-1] == 0
        for rank in (1, 2):
            assert bond.losses[rank] == pytest.approx(float(values[rank:].norm()), abs=1e-7)


def test_scree_of_a_loop_is_that_of_two_cores():
    ring = network("tr")
    info = scree_info(ring)
    assert not info.exact
    bond = ring.structure.bonds[0]
    arrays = {core: ring.cores[core].clone() for core in bond.cores}
    axes = {core: ring.structure.core_indices[core].index(ring.structure.order) for core in bond.cores}

    def joined():
        (left, right) = arrays.values()
        (a, b) = axes.values()
        return torch.tensordot(left, right, dims=([a], [b]))

    before = joined()
    narrow(arrays, axes, 2)
    lost = float((before - joined()).norm() / before.norm())
    assert info.bonds[0].losses[2] == pytest.approx(lost, rel=1e-6)


def test_histories_of_fits_and_of_snapshots(tensor):
    seen = []
    structure = formats["cp"].build(MODES, 2)
    result = fit(tensor, structure, max_sweeps=6, tolerance=0, restarts=2, callback=seen.append)
    info = error_history_info({"kept": result, "all": seen})
    assert [history.name for history in info] == ["kept", "all, start 1", "all, start 2"]
    assert info[0].errors == result.history
    assert not info[0].seconds
    assert [history.sweeps for history in info[1:]] == [tuple(range(7))] * 2
    assert info[1].errors + info[2].errors == tuple(snapshot.relative_error for snapshot in seen)
    assert all(len(history.seconds) == 7 and not history.held_out for history in info[1:])
    with pytest.raises(ValueError, match="no snapshot"):
        error_history_info({"none": []})


def snapshots():
    at = network("cp")
    held = (0.9, 0.5, 0.6)
    return [Snapshot(k, 0.8 - 0.2 * k, at, 0.1 * k, Status.RUNNING, held_out_error=h) for k, h in enumerate(held)]


def test_history_of_held_out_errors():
    (history,) = error_history_info({"masked": snapshots()})
    assert history.held_out == (0.9, 0.5, 0.6)
    assert history.seconds == (0.0, 0.1, 0.2)


def test_core_consistency_is_the_formula(tensor):
    """Bro 2003 as it is written: the core solves a least-squares problem with the Kronecker product of the factors."""
    for rank in (1, 2, 3):
        model = network("cp", rank, seed=rank)
        factors = [core.numpy() for core in model.cores]
        norms = np.stack([np.linalg.norm(factor, axis=0) for factor in factors])
        level = norms.prod(axis=0) ** (1 / 3)
        design = reduce(np.kron, [factor / norm * level for factor, norm in zip(factors, norms, strict=True)])
        core, *_ = np.linalg.lstsq(design, tensor.numpy().ravel())
        target = np.zeros((rank,) * 3)
        target[(np.arange(rank),) * 3] = 1
        wanted = 100 * (1 - np.square(core.reshape(target.shape) - target).sum() / np.square(target).sum())
        assert core_consistency(tensor, model) == pytest.approx(wanted, rel=1e-9)


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


def test_residual_map_shows_the_worst_slices_first(tensor):
    model = network("cp", 1)
    residual = (tensor - model.to_tensor()).numpy()
    info = residual_map_info(tensor, model, modes=(2, 0), most=2)
    squares = np.square(residual).sum(axis=(0, 2))
    worst = np.argsort(-squares)[:2]
    assert [panel.label for panel in info.panels] == [f"mode 1 at {index}" for index in worst]
    for panel, index in zip(info.panels, worst, strict=True):
        assert np.allclose(panel.residual, residual[:, index].T)
        assert panel.share == pytest.approx(squares[index] / squares.sum())
    assert info.error == pytest.approx(np.linalg.norm(residual) / float(tensor.norm()))
    assert (info.rows, info.columns) == ("mode 2", "mode 0")
    for modes in ((0,), (0, 0), (0, 3)):
        with pytest.raises(DataError, match="two of the modes"):
            residual_map_info(tensor, model, modes=modes)
    with pytest.raises(DataError, match="shape"):
        residual_map_info(tensor[:2], model)


def test_residual_of_a_source_is_on_its_own_axes():
    source = datasets["camera"].source()
    model = fit(source.tensor, formats["tt"].build(source.modes, 2), max_sweeps=3).network
    (panel,) = residual_map_info(source, model).panels
    assert panel.residual.shape == (256, 256)
    assert np.allclose(panel.residual, source.array - source.restore(model.to_tensor()))
    assert panel.share == pytest.approx(1)
    curve = Source.of(np.sin(np.arange(16.0)), modes=(4, 4))
    model = network("tt", 1, (4, 4))
    assert residual_map_info(curve, model).panels[0].residual.shape == (1, 16)


def test_factors_of_cp_are_components_in_one_order():
    model = network("cp", 3)
    infos = [factor_info(model, mode) for mode in range(3)]
    order = [column.label for column in infos[0].columns]
    assert all([column.label for column in info.columns] == order for info in infos)
    for k, label in enumerate(order):
        component = [core[:, int(label.split()[1]) - 1].numpy() for core in model.cores]
        weight = math.prod(map(np.linalg.norm, component)) / float(model.to_tensor().norm())
        assert infos[1].columns[k].weight == pytest.approx(weight)
        assert np.allclose(infos[1].columns[k].values, component[1] / np.linalg.norm(component[1]))


def test_factors_of_any_core():
    model = network("tt", 2)
    info = factor_info(model, 1, most=3)
    assert (info.core, info.mode, info.total) == ("B", 1, 4)
    core = model.cores[1]
    norms = core.norm(dim=0) / core.norm()
    weights = [column.weight for column in info.columns]
    assert weights == pytest.approx(sorted(norms.flatten().tolist(), reverse=True)[:3])
    left, right = (int(part[-1]) - 1 for part in info.columns[0].label.split(", "))
    assert info.columns[0].label == f"A-B {left + 1}, B-C {right + 1}"
    assert np.allclose(info.columns[0].values, core[:, left, right] / core[:, left, right].norm())
    with pytest.raises(DataError, match="mode 3"):
        factor_info(model, 3)


def test_plotly_draws_them_all(tensor):
    pytest.importorskip("plotly")
    models = (Consistency(1, 100.0, 0.5), Consistency(2, -400.0, 0.2))
    figures = (
        scree_plot(scree_info(network("tt"))),
        scree_plot(scree_info(network("fctn"))),
        scree_plot(scree_info(network("cp", 2))),
        error_history_plot(error_history_info({"fit": fit(tensor, network("cp").structure, max_sweeps=3)})),
        error_history_plot(error_history_info({"masked": snapshots()}), over="seconds"),
        core_consistency_plot(models),
        residual_map_plot(residual_map_info(tensor, network("cp"))),
        factor_plot(factor_info(network("tucker", 6), 2)),
    )
    for figure in figures:
        shown = figure.to_plotly_json()
        assert shown["data"]
        assert shown["layout"]["paper_bgcolor"] == "rgba(0, 0, 0, 0)"
        assert shown["layout"]["plot_bgcolor"] == "rgba(0, 0, 0, 0)"
        assert shown["layout"]["font"]["color"] not in ("#000000", "#ffffff")
    assert [trace["y"][1] for trace in figures[5].to_plotly_json()["data"]] == [-10, 0.2]
    limits = figures[6].layout.coloraxis
    assert limits.cmin == -limits.cmax
    with pytest.raises(ValueError, match="Seconds"):
        error_history_plot(
            error_history_info({"fit": fit(tensor, network("cp").structure, max_sweeps=1)}), over="seconds"
        )
