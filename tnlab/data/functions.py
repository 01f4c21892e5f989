"""Data sets that are functions on a grid; smooth ones have small ranks when their axes are cut into small modes."""

import numpy as np

from tnlab.data.dataset import dataset

LICENCE = "MIT, computed here"


@dataset("oscillation", label="Damped oscillation (function)", licence=LICENCE, modes=(4,) * 6)
def oscillation() -> np.ndarray:
    """Return ``exp(-3 t) cos(60 t)`` at 4096 points of [0, 1): a tensor train of ranks 2, exactly."""
    t = np.arange(4096) / 4096
    return np.exp(-3 * t) * np.cos(60 * t)


@dataset("peaks", label="Peaks and a kink (function)", licence=LICENCE, modes=(4,) * 6)
def peaks() -> np.ndarray:
    """Return a narrow and a wide Gaussian plus ``|t - 0.8| / 2``, at 4096 points of [0, 1)."""
    t = np.arange(4096) / 4096
    narrow, wide = np.exp(-(((t - 0.3) / 0.02) ** 2)), np.exp(-(((t - 0.55) / 0.12) ** 2))
    return narrow + 0.6 * wide + 0.5 * np.abs(t - 0.8)


@dataset("hilbert", label="Hilbert tensor (function of 4 variables)", licence=LICENCE, modes=(16,) * 4)
def hilbert() -> np.ndarray:
    """Return ``1 / (i + j + k + l + 1)``, 16x16x16x16: the singular values of every unfolding decay fast."""
    return 1 / (np.indices((16,) * 4).sum(axis=0) + 1)
