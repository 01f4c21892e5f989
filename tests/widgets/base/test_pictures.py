"""Pictures of a tensor: grey values, curves and slices against their definitions."""

import numpy as np
import pytest
import torch

from tnlab.data import Source
from tnlab.errors import DataError
from tnlab_widgets.base.pictures import MAX_POINTS, Panels, extremes, round_up, shrink

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


def test_a_residual_is_grey_at_zero_and_black_or_white_at_its_scale():
    source = Source.of(np.array([[0.0, 1.0], [0.5, 0.25]]))
    panels = Panels(source)
    original = panels.original()
    assert (original["low"], original["high"], original["count"]) == (0.0, 1.0, 1)
    assert list(levels(original["pixels"])) == [0, 255, 128, 64]
    same = panels.compare(source.tensor)
    assert same["reconstruction"] == original["pixels"]
    assert set(levels(same["residual"])) <= {127, 128}
    assert same["beyond"] == 0
    panels.look(scale=0.2)
    darker = panels.compare(source.tensor + 0.2)
    assert set(levels(darker["residual"])) == {0}


def test_the_scale_of_residuals_is_that_of_the_data_unless_another_is_chosen():
    source = Source.of(RNG.uniform(2, 4, size=(20, 30)))
    panels = Panels(source)
    scales = [panels.compare(source.tensor + shift)["residual_scale"] for shift in (0.001, 0.1, 3)]
    assert scales == [0.5, 0.5, 0.5]
    assert panels.compare(source.tensor + 3)["beyond"] == 1
    panels.look(scale="automatic")
    assert panels.again()["residual_scale"] == pytest.approx(5)
    panels.look(scale=7)
    assert (panels.again()["residual_scale"], panels.again()["beyond"]) == (7, 0)
    for wrong in (0, -1, np.inf, np.nan, "large", True, [1]):
        with pytest.raises(DataError, match="scale"):
            panels.look(scale=wrong)


def test_colours_are_sent_as_colours_and_shrink_together():
    array = RNG.uniform(size=(40, 24, 3))
    picture = Panels(Source.of(array)).original()
    assert (picture["kind"], picture["width"], picture["height"], picture["channels"]) == ("image", 24, 40, 3)
    spread = (array - array.min()) / (array.max() - array.min()) * 255
    assert np.abs(levels(picture["pixels"]).reshape(40, 24, 3) - spread).max() <= 0.5
    large = Panels(Source.of(np.repeat(np.repeat(array, 30, 0), 30, 1))).original()
    assert (large["width"], large["height"], large["channels"]) == (240, 400, 3)


def test_a_stack_is_shown_slice_by_slice_along_any_axis():
    array = RNG.uniform(size=(5, 6, 7))
    panels = Panels(Source.of(array))
    assert (panels.original()["axes"], panels.original()["at"]) == ([5, 6, 7], 2)
    spread = np.rint((array - array.min()) / (array.max() - array.min()) * 255)
    for along in range(3):
        panels.look(along=along, at=4)
        shown = panels.original()
        wanted = np.moveaxis(spread, along, 0)[4]
        assert (shown["height"], shown["width"], shown["count"]) == (*wanted.shape, array.shape[along])
        np.testing.assert_array_equal(levels(shown["pixels"]).reshape(wanted.shape), wanted)
    assert panels.again() is None
    moved = panels.compare(torch.from_numpy(array))
    assert (moved["along"], moved["at"]) == (2, 4)
    for wrong in ({"at": 7}, {"at": -1}, {"at": 1.0}, {"at": True}, {"along": 3}, {"along": "x"}):
        with pytest.raises(DataError):
            panels.look(**wrong)
    assert (panels.view.along, panels.view.at) == (2, 4)


@pytest.mark.parametrize(
    ("shape", "kind", "count", "frame"),
    [
        ((9, 20, 24, 3), "slices", 9, (20, 24, 3)),
        ((4, 4, 5, 6), "slices", 16, (5, 6, 1)),
        ((1, 5), "curve", 1, (1, 5, 1)),
        ((3, 600), "curve", 1, (3, 600, 1)),
        ((600, 3), "image", 1, (512, 2, 1)),
        ((1, 40, 1, 30), "slices", 1, (40, 30, 1)),
        ((2,), "curve", 1, (1, 2, 1)),
    ],
)
def test_every_shape_has_a_picture(shape, kind, count, frame):
    source = Source.of(RNG.uniform(size=shape))
    original, fitted = Panels(source).original(), Panels(source).compare(source.tensor)
    assert (original["kind"], original["count"]) == (kind, count)
    if frame[0] != 512:
        assert (original["height"], original["width"], original["channels"]) == frame
    size = original["height"] * original["width"] * original["channels"] * (4 if kind == "curve" else 1)
    assert len(original["pixels"]) == len(fitted["reconstruction"]) == len(fitted["residual"]) == size


def test_a_long_curve_and_its_residual_are_sent_with_all_their_peaks():
    curve = np.zeros(4 * MAX_POINTS + 3)
    curve[[5, 4003]] = 1.0, -2.0
    source = Source.of(curve)
    panels = Panels(source)
    shown = panels.compare(np.where(np.arange(len(curve)) == 777, 3.0, 0.0))
    original, fitted, residual = (
        np.frombuffer(content, np.float32)
        for content in (panels.original()["pixels"], shown["reconstruction"], shown["residual"])
    )
    assert len(original) == len(fitted) == len(residual) == shown["width"] <= MAX_POINTS
    assert (original.min(), original.max(), fitted.max()) == (-2.0, 1.0, 3.0)
    assert (residual.min(), residual.max(), shown["residual_scale"]) == (-3.0, 1.0, 1.0)


def test_extremes_come_in_the_order_of_their_places():
    lines = np.array([[0.0, 3.0, 1.0, 2.0, 9.0, 5.0, 4.0, 7.0], np.arange(8.0)])
    assert extremes(lines, 8) is lines
    assert extremes(lines, 4).tolist() == [[0.0, 3.0, 9.0, 4.0], [0.0, 3.0, 4.0, 7.0]]


def test_two_reconstructions_are_pictured_with_one_scale_and_their_difference():
    source = Source.of(np.linspace(0, 1, 16).reshape(4, 4), modes=(2, 2, 2, 2))
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


def test_a_long_thin_matrix_keeps_its_columns() -> None:
    columns = np.tile(np.arange(8.0), (5000, 1))
    assert np.array_equal(shrink(columns, 512), columns[:500])
