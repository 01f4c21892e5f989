"""Data sets whose entries are intensities by wavelength: fluorescence, and a hyperspectral picture."""

from importlib.util import find_spec

import numpy as np

from tnlab.data.dataset import SUITED, dataset

# Dyes: wavelength and width of absorption, wavelength and width of emission, in nanometres.
DYES = ((285, 14, 345, 22), (275, 10, 305, 14), (330, 24, 430, 34))


@dataset(
    "fluorescence",
    label="Fluorescence of mixed dyes",
    licence="MIT, computed here",
    modes=(20, 40, 60),
    what="a table of spectra",
    find="Every sample mixes three dyes, and CP of rank 3 takes them apart: each core holds their spectra and amounts.",
    group=SUITED,
)
def fluorescence() -> np.ndarray:
    """Return the light of 20 mixtures of three dyes by absorbed and emitted wavelength, 20x40x60, with 1 % noise."""
    generator = np.random.default_rng(0)
    absorbed, emitted = np.linspace(240, 400, 40), np.linspace(280, 540, 60)
    amounts = generator.dirichlet((1.0, 1.0, 1.0), size=20)
    take_in = np.stack([np.exp(-(((absorbed - at) / width) ** 2)) for at, width, _, _ in DYES])
    give_off = np.stack([np.exp(-(((emitted - at) / width) ** 2)) for _, _, at, width in DYES])
    light = np.einsum("sd,da,de->sae", amounts, take_in, give_off)
    noise = generator.normal(size=light.shape)
    return light + noise * (0.01 * np.linalg.norm(light) / np.linalg.norm(noise))


def indian_pines() -> np.ndarray:
    """Return a part of a field seen from the air in 60 bands of light, 64 rows x 64 columns x 60 bands.

    It is the part from row 40 and column 40 of the corrected Indian Pines scene, the mean over every 3 of its first 180
    bands, divided by the largest value.
    """
    from tensorly.datasets import load_indian_pines  # noqa: PLC0415 - optional: it holds the measurement

    cube = np.asarray(load_indian_pines().tensor, dtype=float)[40:104, 40:104, :180]
    bands = cube.reshape(64, 64, 60, 3).mean(axis=3)
    return bands / bands.max()


if find_spec("tensorly") is not None:
    dataset(
        "indian_pines",
        label="Fields from the air, 60 bands of light",
        licence="public, Purdue University (AVIRIS, Baumgardner 2015)",
        modes=(64, 64, 60),
        what="a hyperspectral picture",
        find="Few kinds of plants grow there, so that few spectra explain all pixels: see the bond of the bands.",
        group=SUITED,
    )(indian_pines)
