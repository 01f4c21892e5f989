"""Data sets that solve equations of physics, for many parameters at once; computed when they are loaded."""

import numpy as np
from scipy.sparse import csr_array, eye_array, kron
from scipy.sparse.linalg import eigsh

from tnlab.data.dataset import SUITED, dataset

LICENCE = "MIT, computed here"
SPINS = 14


@dataset(
    "heat",
    label="Heat in a rod, 16 x 16 materials",
    licence=LICENCE,
    modes=(32, 32, 16, 16),
    what="a family of solutions",
    find="Heat smooths everything out: a handful of ranks on each bond replaces 256 simulations.",
    group=SUITED,
)
def heat() -> np.ndarray:
    """Return the temperature of a rod by place, time, conductivity and loss of heat, 32x32x16x16.

    It solves ``u_t = c u_xx - b u`` on [0, 1] with ends kept at 0, from a hot third, as a series of 200 sines.
    """
    place, time = (np.arange(32) + 0.5) / 32, np.arange(1, 33) / 32
    conductivity, loss = np.geomspace(0.003, 0.3, 16), np.linspace(0, 3, 16)
    waves = np.pi * np.arange(1, 201)
    start = 2 * (np.cos(waves / 3) - np.cos(2 * waves / 3)) / waves  # coefficients of 1 on [1/3, 2/3], else 0
    fading = np.exp(-np.einsum("n,t,c->ntc", waves**2, time, conductivity))
    left = np.exp(-np.multiply.outer(time, loss))
    return np.einsum("n,nx,ntc,tb->xtcb", start, np.sin(np.outer(waves, place)), fading, left, optimize=True)


@dataset(
    "helmholtz",
    label="Sound in a tube, 256 frequencies",
    licence=LICENCE,
    modes=(16, 16, 16, 16),
    what="a family of solutions",
    find="Between two resonances the solutions hardly differ; each resonance adds about one rank.",
    group=SUITED,
)
def helmholtz() -> np.ndarray:
    """Return the pressure in a tube by place and frequency, 256x256.

    It is the real part of the solution of ``-u'' - k (k + 0.3 i) u = f`` on [0, 1] with closed ends, by finite
    differences, for a source ``f`` near one end and wave numbers ``k`` from 1 to 30.
    """
    points = 256
    place = (np.arange(points) + 0.5) / points
    laplace = 2 * np.eye(points) - np.eye(points, k=1) - np.eye(points, k=-1)
    laplace[0, 0] = laplace[-1, -1] = 1
    values, vectors = np.linalg.eigh(points**2 * laplace)
    source = vectors.T @ np.exp(-(((place - 0.15) / 0.03) ** 2))
    wave = np.linspace(1, 30, 256)
    response = (source[:, None] / (values[:, None] - wave * (wave + 0.3j))).real
    return vectors @ response


@dataset(
    "spin_chain",
    label=f"Ground state of {SPINS} spins",
    licence=LICENCE,
    modes=(2,) * SPINS,
    what="a quantum state",
    find="Far spins are nearly independent, so small ranks hold the state: tensor trains were made for it.",
    group=SUITED,
)
def spin_chain() -> np.ndarray:
    """Return the ground state of the critical Ising chain of 14 spins in a transverse field, 2^14 amplitudes.

    It is the lowest eigenvector of ``-sum Z_i Z_(i+1) - sum X_i`` with open ends; all its amplitudes are positive.

    References:
        Pfeuty 1970: https://doi.org/10.1016/0003-4916(70)90270-8
    """
    flip, sign = csr_array([[0.0, 1.0], [1.0, 0.0]]), csr_array([[1.0, 0.0], [0.0, -1.0]])
    energy = csr_array((2**SPINS, 2**SPINS))
    for spin in range(SPINS):
        energy = energy - _at(spin, flip)
        if spin + 1 < SPINS:
            energy = energy - _at(spin, csr_array(kron(sign, sign)), width=2)
    _, vectors = eigsh(energy, k=1, which="SA", v0=np.ones(2**SPINS))
    return np.abs(vectors[:, 0])


def _at(spin: int, operator: csr_array, width: int = 1) -> csr_array:
    """Return an operator on ``width`` neighbouring spins, the first of which is ``spin``, as one on the whole chain."""
    before, after = eye_array(2**spin), eye_array(2 ** (SPINS - spin - width))
    return csr_array(kron(kron(before, operator), after))
