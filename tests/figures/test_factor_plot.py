"""Columns of a core along a mode, and how much each weighs."""

import math

import numpy as np
import pytest

from tests.figures.samples import network, shown
from tnlab.errors import DataError
from tnlab.figures.factor_plot import factor_info, factor_plot


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


def test_it_is_drawn():
    pytest.importorskip("plotly")
    info = factor_info(network("tucker", 6), 2)
    lines = shown(factor_plot(info))["data"]
    assert [line["name"] for line in lines] == [f"{column.label} ({column.weight:.2f})" for column in info.columns]
