"""A planted tensor has the ranks of its structure and noise of the norm asked for."""

import pytest
import torch

from tnlab.data import planted
from tnlab.data.planted_tensors import fully_connected, uniform_ring


def test_planted_noise_has_the_size_asked_for():
    clean = planted(uniform_ring(5, 3, 2), noise=0.0, seed=3)
    noisy = planted(uniform_ring(5, 3, 2), noise=0.05, seed=3)
    assert float(torch.linalg.vector_norm(noisy - clean) / torch.linalg.vector_norm(clean)) == pytest.approx(0.05)
    with pytest.raises(ValueError, match="at least 0"):
        planted(uniform_ring(5, 3, 2), noise=-1)


def test_a_planted_ring_has_its_cut_rank():
    clean = planted(uniform_ring(6, 3, 2), seed=1)
    assert int(torch.linalg.matrix_rank(clean.reshape(27, 27))) == 4


def test_uniform_structures_have_one_size_and_one_rank():
    ring, full = uniform_ring(5, 3, 2), fully_connected(4, 3, 2)
    assert (ring.modes, ring.ranks, ring.parameters) == ((3,) * 5, (2,) * 5, 5 * 3 * 2**2)
    assert (full.modes, full.ranks, full.parameters) == ((3,) * 4, (2,) * 6, 4 * 3 * 2**3)
    assert {bond.cores for bond in ring.bonds} == {(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)}
