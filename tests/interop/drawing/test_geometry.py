"""Curves, boxes and normals in the plane."""

import cmath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tnlab.interop.drawing.geometry import (
    Box,
    Curve,
    bounds,
    mean,
    normal,
    plane_tree,
    segment_distances,
    straight_normal,
)

numbers = st.floats(-200, 200)
points = st.builds(complex, numbers, numbers)


@given(points, points, st.floats(-50, 50).filter(lambda sag: sag == 0 or abs(sag) > 1e-3))
def test_the_middle_of_a_bent_curve_lies_aside_by_its_sag(start, end, sag):
    curve = Curve.bent(start, end, sag)
    assert cmath.isclose(curve.at(0), start)
    assert cmath.isclose(curve.at(1), end)
    assert abs(curve.at(0.5) - (start + end) / 2 - sag * normal(start, end)) < 1e-9
    assert curve.straight == (abs(2 * sag) < 1e-6)
    assert curve.ends_at(start)
    assert curve.ends_at(end)


def test_a_curve_knows_its_directions_and_its_distance():
    line = Curve.bent(0, 100, 0)
    assert line.leaving(0) == 1
    assert line.leaving(100) == -1
    assert Curve.bent(5, 5, 0).leaving(5) == 1
    assert line.normal_at(0.3) == pytest.approx(-1j)
    assert line.distance(50 + 30j) == pytest.approx(30, abs=0.5)
    assert line.points[0] == 0
    assert line.points[-1] == 100


@given(points, points)
def test_a_normal_is_a_unit_vector_across(start, end):
    across = normal(start, end)
    assert abs(across) == pytest.approx(1)
    if abs(end - start) > 1e-6:
        assert ((end - start) / abs(end - start) * across.conjugate()).real == pytest.approx(0, abs=1e-9)


def test_a_normal_points_up_where_the_line_runs_to_the_right():
    assert normal(0, 10) == -1j


def test_boxes_that_touch_do_not_meet():
    box = Box(0, 10, 5)
    assert box.corners == (-10 - 5j, 10 + 5j)
    assert box.holds(9 + 4j)
    assert not box.holds(11)
    assert box.holds(11, margin=2)
    assert box.meets(Box(19, 10, 5))
    assert not box.meets(Box(20, 10, 5))
    assert (box.reach(1), box.reach(1j)) == (10, 5)


def test_the_centre_and_the_bounds_of_points():
    corners = [0, 4, 4 + 2j, 2j]
    assert mean(corners) == 2 + 1j
    assert bounds(corners) == (0, 0, 4, 2)


@pytest.mark.parametrize(
    ("row", "across"),
    [([0, 10, 30], 1j), ([0, 10j, 30j], 1), ([0, 10, 20 + 5j], None), ([3, 3], None), ([0, 10 + 0.5j, 20], 1j)],
)
def test_points_in_a_row_have_a_normal_down_or_right(row, across):
    found = straight_normal(row)
    assert found is None if across is None else found == pytest.approx(across)


@given(points, points, points)
def test_the_distance_from_a_straight_line_is_that_from_its_nearest_point(start, end, point):
    found = segment_distances(np.array(start), np.array(end), np.array([point]))
    nearest = min(abs(start + t * (end - start) - point) for t in np.linspace(0, 1, 401))
    assert found[0] <= nearest + 1e-6
    assert nearest - found[0] <= abs(end - start) / 400 + 1e-4


def test_a_plane_tree_finds_points_by_their_coordinates():
    assert plane_tree(np.array([0, 10 + 5j])).query_ball_point((10, 5), 1) == [1]
