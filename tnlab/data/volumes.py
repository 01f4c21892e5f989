"""Data sets with three axes: a film and a volume."""

import numpy as np
from skimage import data

from tnlab.data.dataset import PICTURES, SUITED, dataset
from tnlab.data.pictures import middle_square

# Shepp-Logan head: value, half axes a b c, centre x y z, angle in degrees about z.
# Kak and Slaney 1988: https://engineering.purdue.edu/~malcolm/pct/
ELLIPSOIDS = (
    (1.0, 0.69, 0.92, 0.81, 0.0, 0.0, 0.0, 0),
    (-0.8, 0.6624, 0.874, 0.78, 0.0, -0.0184, 0.0, 0),
    (-0.2, 0.11, 0.31, 0.22, 0.22, 0.0, 0.0, -18),
    (-0.2, 0.16, 0.41, 0.28, -0.22, 0.0, 0.0, 18),
    (0.1, 0.21, 0.25, 0.41, 0.0, 0.35, -0.15, 0),
    (0.1, 0.046, 0.046, 0.05, 0.0, 0.1, 0.25, 0),
    (0.1, 0.046, 0.046, 0.05, 0.0, -0.1, 0.25, 0),
    (0.1, 0.046, 0.023, 0.05, -0.08, -0.605, 0.0, 0),
    (0.1, 0.023, 0.023, 0.02, 0.0, -0.606, 0.0, 0),
    (0.1, 0.023, 0.046, 0.02, 0.06, -0.605, 0.0, 0),
)


@dataset(
    "pan",
    label="Camera pan (16 frames)",
    licence="CC0, Lav Varshney",
    modes=(16, 64, 64),
    what="a film",
    find="The camera moves, so that no two frames are alike: a hard film, beside the one with a still background.",
    group=PICTURES,
)
def pan() -> np.ndarray:
    """Return a film, 16 frames x 64 rows x 64 columns: a window that slides over the camera picture."""
    picture = middle_square(data.camera() / 255)
    return np.stack([picture[32 + 3 * t : 96 + 3 * t, 48 + 5 * t : 112 + 5 * t] for t in range(16)])


@dataset(
    "phantom",
    label="Head phantom (volume)",
    licence="MIT, computed here",
    modes=(32, 32, 32),
    what="a volume",
    find="Ellipsoids aligned with the axes: many slices are alike, and a low rank along the body goes far.",
    group=SUITED,
)
def phantom() -> np.ndarray:
    """Return the Shepp-Logan head phantom, 32x32x32 (z, y, x): a sum of ellipsoids."""
    grid = np.linspace(-1, 1, 32)
    z, y, x = np.meshgrid(grid, grid, grid, indexing="ij")
    volume = np.zeros((32, 32, 32))
    for value, a, b, c, x0, y0, z0, degrees in ELLIPSOIDS:
        cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        along, across = cosine * (x - x0) + sine * (y - y0), cosine * (y - y0) - sine * (x - x0)
        volume[(along / a) ** 2 + (across / b) ** 2 + ((z - z0) / c) ** 2 <= 1] += value
    return np.abs(volume.round(9))  # the values add up to 0, 0.1, ..., but for rounding


@dataset(
    "ball",
    label="Ball before a wall (32 frames)",
    licence="CC0, cc0textures.com (the wall)",
    modes=(32, 64, 64),
    what="a film",
    find="The wall is the same in all frames, so one rank along time holds it; further ranks follow the ball.",
    group=SUITED,
)
def ball() -> np.ndarray:
    """Return a film, 32 frames x 64 rows x 64 columns: a bright ball that bounces before a still brick wall."""
    wall = middle_square(data.brick() / 255, 64)
    time = np.arange(32)[:, None, None] / 31
    row, column = np.mgrid[:64, :64]
    height = 52 - 40 * np.abs(np.sin(2.5 * np.pi * time))
    inside = np.clip(7.5 - np.hypot(row - height, column - (8 + 48 * time)), 0, 1)  # the edge is one pixel wide
    return wall * (1 - inside) + inside
