"""Solutions of equations satisfy them: checked by other means than the ones that made them."""

import numpy as np
import torch

from tnlab.data.equations import SPINS, heat, helmholtz, spin_chain


def test_heat_spreads_and_is_lost_at_its_rate():
    u = heat()
    assert u.shape == (32, 32, 16, 16)
    assert u.min() > -1e-12
    assert u.max() < 1.001
    time, loss = np.arange(1, 33) / 32, np.linspace(0, 3, 16)
    np.testing.assert_allclose(u, u[..., :1] * np.exp(-np.multiply.outer(time, loss))[None, :, None], rtol=1e-12)
    np.testing.assert_allclose(u, u[::-1], atol=1e-12)  # the hot third is the middle one
    slow = u[:, :, 4, 0]
    assert np.diff(slow.sum(axis=0)).max() < 1e-5, "no heat is made"
    change = (slow[1:-1, 9] - slow[1:-1, 8]) * 32
    curvature = (slow[2:, 8:10] - 2 * slow[1:-1, 8:10] + slow[:-2, 8:10]).mean(axis=1) * 32**2
    conductivity = np.geomspace(0.003, 0.3, 16)[4]
    assert np.abs(change - conductivity * curvature).max() < 0.05 * np.abs(change).max()


def test_sound_obeys_its_equation_at_every_frequency():
    points, u = 256, helmholtz()
    place, wave = (np.arange(points) + 0.5) / points, np.linspace(1, 30, 256)
    laplace = 2 * np.eye(points) - np.eye(points, k=1) - np.eye(points, k=-1)
    laplace[0, 0] = laplace[-1, -1] = 1
    source = np.exp(-(((place - 0.15) / 0.03) ** 2))
    for at in (0, 100, 255):
        matrix = points**2 * laplace - wave[at] * (wave[at] + 0.3j) * np.eye(points)
        np.testing.assert_allclose(u[:, at], np.linalg.solve(matrix, source).real, atol=1e-10)


def test_the_state_of_the_spins_is_the_lowest_one():
    """The energy of the open critical chain is known: 1 - 1 / sin(pi / (2 (2 N + 1)))."""
    state = torch.from_numpy(spin_chain()).reshape((2,) * SPINS)
    assert abs(float(state.square().sum()) - 1) < 1e-12
    flips = sum(float((state * state.flip(spin)).sum()) for spin in range(SPINS))
    sign = torch.tensor([1.0, -1.0], dtype=state.dtype)
    agree = 0.0
    for spin in range(SPINS - 1):
        shape = [1] * SPINS
        shape[spin] = shape[spin + 1] = 2
        agree += float((state.square() * torch.outer(sign, sign).reshape(shape)).sum())
    assert abs(-(flips + agree) - (1 - 1 / np.sin(np.pi / (2 * (2 * SPINS + 1))))) < 1e-9
