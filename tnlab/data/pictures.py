"""Data sets that are pictures of scikit-image, grey 256x256 or colour 256x256x3, with values in [0, 1]."""

import numpy as np
from skimage import data

from tnlab.data.dataset import PICTURES, dataset

GREY = np.array([0.2125, 0.7154, 0.0721])  # luminance of red, green and blue, as in scikit-image


def middle_square(picture: np.ndarray, side: int = 256) -> np.ndarray:
    """Return the middle square of a picture, reduced to ``side x side`` by the mean over equal blocks.

    Args:
        picture: Height x width, or height x width x channels; at least ``side`` long both ways.
        side: Length of both axes of the result.
    """
    block = min(picture.shape[:2]) // side
    length = block * side
    top, left = ((size - length) // 2 for size in picture.shape[:2])
    middle = picture[top : top + length, left : left + length]
    return middle.reshape(side, block, side, block, *picture.shape[2:]).mean(axis=(1, 3))


@dataset(
    "camera",
    label="Camera",
    licence="CC0, Lav Varshney",
    modes=(16,) * 4,
    order="quantised",
    what="a photograph",
    find="Photographs are hard for tensor networks: wavelets keep this one in fewer numbers.",
    group=PICTURES,
)
def camera() -> np.ndarray:
    """Return the picture of a man with a camera, grey, 256x256."""
    return middle_square(data.camera() / 255)


@dataset(
    "astronaut",
    label="Astronaut",
    licence="public domain, NASA (Eileen Collins)",
    modes=(16,) * 4,
    order="quantised",
    what="a photograph",
    find="Much fine detail: the error falls slowly with every rank.",
    group=PICTURES,
)
def astronaut() -> np.ndarray:
    """Return the picture of an astronaut, grey, 256x256."""
    return middle_square(data.astronaut() / 255 @ GREY)


@dataset(
    "coffee",
    label="Coffee",
    licence="CC0, Rachel Michetti",
    modes=(16,) * 4,
    order="quantised",
    what="a photograph",
    find="Large smooth shadows and few edges: fewer numbers do than for the other photographs.",
    group=PICTURES,
)
def coffee() -> np.ndarray:
    """Return the picture of a cup of coffee, grey, 256x256."""
    return middle_square(data.coffee() / 255 @ GREY)


@dataset(
    "cat",
    "chelsea",
    label="Cat",
    licence="CC0, Stefan van der Walt",
    modes=(16,) * 4,
    order="quantised",
    what="a photograph",
    find="Fur has detail at every scale, which needs high ranks on the bonds between fine scales.",
    group=PICTURES,
)
def cat() -> np.ndarray:
    """Return the picture of the cat Chelsea, grey, 256x256."""
    return middle_square(data.chelsea() / 255 @ GREY)


@dataset(
    "brick",
    label="Brick wall",
    licence="CC0, cc0textures.com",
    modes=(16,) * 4,
    order="quantised",
    what="a photograph",
    find="The wall repeats itself, but not exactly: the pattern is cheap, the differences between bricks are not.",
    group=PICTURES,
)
def brick() -> np.ndarray:
    """Return the picture of a brick wall, grey, 256x256: a periodic texture."""
    return middle_square(data.brick() / 255)


@dataset(
    "astronaut_colour",
    "astronaut_color",
    label="Astronaut in colour",
    licence="public domain, NASA (Eileen Collins)",
    modes=(16, 16, 16, 16, 3),
    order="quantised",
    what="a colour picture",
    find="Red, green and blue are nearly alike: rank 1 or 2 on the bond of the colours is enough for a good picture.",
    group=PICTURES,
)
def astronaut_colour() -> np.ndarray:
    """Return the picture of an astronaut in colour, 256x256x3."""
    return middle_square(data.astronaut() / 255)
