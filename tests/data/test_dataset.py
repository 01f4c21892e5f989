"""Every built-in data set loads offline, with the shape, the type and the licence it promises."""

import socket

import numpy as np
import pytest

from tnlab.data import datasets
from tnlab.data.dataset import GROUPS
from tnlab.errors import UnknownNameError


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
    assert entry.what.split()[0] in ("a", "an")
    assert entry.find.endswith((".", "?"))
    assert len(entry.find) < 120
    assert entry.group in GROUPS
    assert source.array.dtype == np.float64
    assert tuple(source.tensor.shape) == entry.modes
    assert source.array.size <= 262_144
    np.testing.assert_array_equal(entry.load(), entry.load())


def test_every_kind_of_picture_is_there():
    assert {entry.source().kind for entry in datasets.values()} == {"image", "slices", "curve"}


def test_an_unknown_name_gets_the_closest():
    with pytest.raises(UnknownNameError, match="Did you mean 'camera'"):
        datasets["camra"]
