import socket

import numpy as np
import pytest
import torch

from tnlab.data import datasets, modes_text, parse_modes, planted
from tnlab.data.planted import uniform_ring
from tnlab.errors import DataError, UnknownNameError


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("A data set asked for the network.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("name", datasets)
def test_every_data_set_loads_without_a_network(name, no_network):
    entry = datasets[name]
    source = entry.source()
    assert entry.label
    assert entry.licence
    assert source.array.dtype == np.float64
    assert tuple(source.tensor.shape) == entry.modes
    assert source.array.size <= 262_144
    np.testing.assert_array_equal(entry.load(), entry.load())


@pytest.mark.parametrize("name", ["camera", "astronaut", "coffee", "cat", "brick"])
def test_pictures_are_grey_squares(name):
    picture = datasets[name].load()
    assert picture.shape == (256, 256)
    assert 0 <= picture.min() < picture.max() <= 1


def test_camera_is_the_mean_over_blocks():
    from skimage import data

    whole = data.camera() / 255
    np.testing.assert_allclose(datasets["camera"].load()[3, 7], whole[6:8, 14:16].mean())


def test_every_kind_of_picture_is_there():
    assert {entry.source().kind for entry in datasets.values()} == {"image", "slices", "curve"}


def test_an_unknown_name_gets_the_closest():
    with pytest.raises(UnknownNameError, match="Did you mean 'camera'"):
        datasets["camra"]


def test_planted_noise_has_the_size_asked_for():
    clean = planted(uniform_ring(5, 3, 2), noise=0.0, seed=3)
    noisy = planted(uniform_ring(5, 3, 2), noise=0.05, seed=3)
    assert float(torch.linalg.vector_norm(noisy - clean) / torch.linalg.vector_norm(clean)) == pytest.approx(0.05)
    with pytest.raises(ValueError, match="at least 0"):
        planted(uniform_ring(5, 3, 2), noise=-1)


def test_a_planted_ring_has_its_cut_rank():
    clean = planted(uniform_ring(6, 3, 2), seed=1)
    assert int(torch.linalg.matrix_rank(clean.reshape(27, 27))) == 4


@pytest.mark.parametrize(
    ("text", "modes"),
    [("16x16x3", (16, 16, 3)), ("4^3x2", (4, 4, 4, 2)), ("2, 3 ,4", (2, 3, 4)), ("5×5", (5, 5)), ("7", (7,))],
)
def test_mode_texts(text, modes):
    assert parse_modes(text) == modes
    assert parse_modes(modes_text(modes)) == modes


@pytest.mark.parametrize("text", ["", "abc", "4^", "0x3", "-4", "4^99", "1e3", "3.5", "<b>4</b>"])
def test_bad_mode_texts(text):
    with pytest.raises(DataError):
        parse_modes(text)
