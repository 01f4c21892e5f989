"""Fluorescence is a sum of three dyes with noise; the hyperspectral picture is a part of the measured one."""

import numpy as np
import pytest

from tnlab.data import datasets
from tnlab.data.spectroscopy import fluorescence


def test_the_light_of_mixtures_has_rank_three_under_its_noise():
    light = fluorescence()
    for mode in range(3):
        values = np.linalg.svd(np.moveaxis(light, mode, 0).reshape(light.shape[mode], -1), compute_uv=False)
        assert values[2] > 4 * values[3]
        assert np.linalg.norm(values[3:]) < 0.01 * np.linalg.norm(values)


def test_the_fields_are_a_part_of_the_measured_scene():
    measured = pytest.importorskip("tensorly.datasets").load_indian_pines().tensor
    fields = datasets["indian_pines"].load()
    assert fields.shape == (64, 64, 60)
    assert fields.max() == 1
    measured = np.asarray(measured, dtype=float)
    ratio = measured[50, 60, 3:6].mean() / measured[41, 42, 0:3].mean()
    assert fields[10, 20, 1] / fields[1, 2, 0] == pytest.approx(ratio)
