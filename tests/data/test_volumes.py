"""The film is a sliding window, and the head phantom has the densities of Shepp and Logan."""

import numpy as np

from tnlab.data.pictures import camera
from tnlab.data.volumes import ball, pan, phantom


def test_every_frame_is_a_window_of_the_camera_picture():
    film, picture = pan(), camera()
    assert film.shape == (16, 64, 64)
    for frame in range(16):
        np.testing.assert_array_equal(film[frame], picture[32 + 3 * frame :, 48 + 5 * frame :][:64, :64])


def test_the_phantom_is_a_head_of_few_densities():
    head = phantom()
    assert head.shape == (32, 32, 32)
    assert set(np.unique(head)) <= {0, 0.1, 0.2, 0.3, 0.4, 1}
    assert head[0, 0, 0] == 0, "outside"
    assert (head == 1).any(), "bone"
    assert np.isclose(head[16, 16, 16], 0.2), "brain in the middle"


def test_the_wall_stands_still_while_the_ball_moves():
    film = ball()
    assert film.shape == (32, 64, 64)
    assert film.min() >= 0
    assert film.max() == 1
    assert (film == film[0]).all(axis=0).mean() > 0.3, "much of the wall is covered at no time"
    balls = [np.argwhere(frame == 1).mean(axis=0) for frame in film]
    assert np.diff([column for _, column in balls]).min() > 0, "it moves to the right"
