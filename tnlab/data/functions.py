"""Data sets that are functions on a grid; smooth ones have small ranks when their axes are cut into small modes."""

import numpy as np

from tnlab.data.dataset import SUITED, dataset

LICENCE = "MIT, computed here"


@dataset(
    "tones",
    label="Three tones on a fine grid (function)",
    licence=LICENCE,
    modes=(4,) * 8,
    what="a signal",
    find="Each tone that fades needs rank 2 on every bond: a tensor train of ranks 6 holds all samples exactly.",
    group=SUITED,
)
def tones() -> np.ndarray:
    """Return three damped cosines, of 35, 420 and 3 100 periods, at 65 536 points of [0, 1)."""
    t = np.arange(4**8) / 4**8
    tones_of = [np.exp(-fade * t) * np.cos(2 * np.pi * tone * t) for tone, fade in ((35, 2), (420, 4), (3100, 9))]
    return np.sum(tones_of, axis=0)


@dataset(
    "oscillation",
    label="Damped oscillation (function)",
    licence=LICENCE,
    modes=(4,) * 6,
    what="a signal",
    find="A damped wave is a sum of two exponentials, so rank 2 on every bond holds it exactly, however fine the grid.",
    group=SUITED,
)
def oscillation() -> np.ndarray:
    """Return ``exp(-3 t) cos(60 t)`` at 4096 points of [0, 1): a tensor train of ranks 2, exactly."""
    t = np.arange(4096) / 4096
    return np.exp(-3 * t) * np.cos(60 * t)


@dataset(
    "peaks",
    label="Peaks and a kink (function)",
    licence=LICENCE,
    modes=(4,) * 6,
    what="a curve",
    find="Smooth peaks need low ranks; the kink is what costs more.",
    group=SUITED,
)
def peaks() -> np.ndarray:
    """Return a narrow and a wide Gaussian plus ``|t - 0.8| / 2``, at 4096 points of [0, 1)."""
    t = np.arange(4096) / 4096
    narrow, wide = np.exp(-(((t - 0.3) / 0.02) ** 2)), np.exp(-(((t - 0.55) / 0.12) ** 2))
    return narrow + 0.6 * wide + 0.5 * np.abs(t - 0.8)


@dataset(
    "hilbert",
    label="Hilbert tensor (function of 4 variables)",
    licence=LICENCE,
    modes=(16,) * 4,
    what="a table",
    find="All entries are positive and change slowly, so that every bond needs a few ranks only.",
    group=SUITED,
)
def hilbert() -> np.ndarray:
    """Return ``1 / (i + j + k + l + 1)``, 16x16x16x16: the singular values of every unfolding decay fast."""
    return 1 / (np.indices((16,) * 4).sum(axis=0) + 1)
