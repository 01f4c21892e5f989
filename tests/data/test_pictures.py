"""Pictures are grey squares in [0, 1], reduced by the mean over blocks."""

import numpy as np
import pytest

from tnlab.data import datasets


@pytest.mark.parametrize("name", ["camera", "astronaut", "coffee", "cat", "brick"])
def test_pictures_are_grey_squares(name):
    picture = datasets[name].load()
    assert picture.shape == (256, 256)
    assert 0 <= picture.min() < picture.max() <= 1


def test_camera_is_the_mean_over_blocks():
    from skimage import data

    whole = data.camera() / 255
    np.testing.assert_allclose(datasets["camera"].load()[3, 7], whole[6:8, 14:16].mean())
