"""Pictures of a tensor: grey values, curves and slices against their definitions."""

import numpy as np
import pytest

from tnlab.data import Source
from tnlab_widgets.base.pictures import MAX_POINTS, Panels, montage, round_up, shrink

RNG = np.random.default_rng(0)


def levels(content):
    return np.frombuffer(content, np.uint8)


@pytest.mark.parametrize(
    ("value", "scale"), [(0.0, 1.0), (1.0, 1.0), (1.1, 2.0), (2.5, 5.0), (7.0, 10.0), (0.03, 0.05), (np.inf, 1.0)]
)
def test_a_scale_is_a_round_number_not_below_the_value(value, scale):
    assert round_up(value) == pytest.approx(scale)


def test_a_picture_shrinks_to_the_means_of_its_blocks():
    picture = RNG.normal(size=(6, 9))
    assert shrink(picture, 9) is picture
    small = shrink(picture, 3)
    assert small.shape == (2, 3)
    assert small[1, 2] == pytest.approx(picture[3:6, 6:9].mean())
    assert shrink(np.ones((1, 50)), 5).shape == (1, 5)


def test_a_montage_lays_slices_row_by_row():
    array = RNG.normal(size=(3, 4, 5))
    tiled = montage(array)
    assert tiled.shape == (8, 10)
    assert np.array_equal(tiled[:4, 5:], array[1])
    assert np.array_equal(tiled[4:, :5], array[2])
    assert (tiled[4:, 5:] == array.min()).all()


def test_a_residual_is_grey_at_zero_and_black_or_white_at_its_scale():
    array = np.zeros((2, 2, 2, 2))
    array.flat[:2] = 0.0, 1.0
    source = Source.of(array, modes=(2, 2, 2, 2))
    panels = Panels(source)
    original = panels.original()
    assert (original["low"], original["high"]) == (0.0, 1.0)
    assert sorted(set(levels(original["pixels"]))) == [0, 255]
    same = panels.compare(source.tensor)
    assert same["reconstruction"] == original["pixels"]
    assert set(levels(same["residual"])) <= {127, 128}
    assert same["residual_scale"] == 1.0
    darker = panels.compare(source.tensor + 0.2)
    assert set(levels(darker["residual"])) == {0}
    assert darker["residual_scale"] == pytest.approx(0.2)


def test_a_curve_is_sent_as_points_thinned_to_the_most_that_are_sent():
    curve = RNG.normal(size=4 * MAX_POINTS)
    source = Source.of(curve, modes=(4, MAX_POINTS))
    assert source.kind == "curve"
    points = np.frombuffer(Panels(source).original()["pixels"], np.float32)
    assert points == pytest.approx(curve[::4], abs=1e-6)


def test_two_reconstructions_are_pictured_with_one_scale_and_their_difference():
    source = Source.of(np.linspace(0, 1, 16).reshape(2, 2, 2, 2), modes=(2, 2, 2, 2))
    pictures = Panels(source).side_by_side(source.tensor, source.tensor + 0.4)
    assert (pictures["residual_scale"], pictures["difference_scale"]) == (0.5, 0.5)
    exact, far = map(levels, pictures["residuals"])
    assert set(exact) <= {127, 128}
    assert set(far) <= {25, 26}  # 127.5 - 127.5 * 0.4 / 0.5
    assert set(levels(pictures["difference"])) <= {229, 230}


def test_a_thumbnail_is_small_and_on_the_scale_of_the_tensor():
    image = Source.of(RNG.normal(size=(256, 128)), modes=(16,) * 3 + (8,))
    small = Panels(image).thumbnail(image.tensor)
    assert (small["kind"], small["width"], small["height"]) == ("image", 42, 85)
    assert len(small["pixels"]) == 42 * 85
    curve = Source.of(RNG.normal(size=4096), modes=(64, 64))
    small = Panels(curve).thumbnail(curve.tensor)
    assert np.frombuffer(small["pixels"], np.float32).size == small["width"] <= 256
