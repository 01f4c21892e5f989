"""What tests of several commands share: an array file and a structure file."""

from pathlib import Path

import numpy as np
import pytest

from tests.cli.command_line import X
from tnlab.formats import formats
from tnlab.network import structure_json

RING = formats["tr"].build((4, 4, 4, 4), 2)


@pytest.fixture
def array(tmp_path) -> Path:
    """A file with a matrix of 16x16 random numbers."""
    path = tmp_path / "x.npy"
    np.save(path, np.random.default_rng(0).random((16, 16)))
    return path


@pytest.fixture
def ring(tmp_path) -> Path:
    """A file with a tensor ring of rank 2 over four modes of size 4."""
    path = tmp_path / "ring.json"
    path.write_text(structure_json.dumps(RING))
    return path


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """Work in a folder that holds the noisy tensor ring as x.npy."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TNLAB_STUDIES", str(tmp_path / "elsewhere"))
    np.save("x.npy", X.numpy())
    return tmp_path
