"""Evaluations packed in columns for the page."""

import numpy as np
import pytest

from tests.widgets.searching.searches import RING, found, unpacked
from tnlab.structure_search.evaluation import Fate
from tnlab_widgets.searching.points import PIECE, Points


def test_points_come_back_in_pieces():
    points = Points()
    for number in range(1, 2 * PIECE + 11):
        points.record(found(number, error=number / 1e5, fate=list(Fate)[number % 5], seconds=number / 10))
    pieces = [points.piece(start) for start in range(1, points.count + 1, PIECE)]
    assert [piece["from"] for piece in pieces] == [1, PIECE + 1, 2 * PIECE + 1]
    assert [piece["count"] for piece in pieces] == [PIECE, PIECE, 10]
    assert sum(len(piece["data"]) for piece in pieces) == 17 * points.count
    last = unpacked(pieces[-1])
    assert last["parameters"].tolist() == [RING.parameters] * 10
    assert last["relative_error"] == pytest.approx(np.arange(2 * PIECE + 1, 2 * PIECE + 11) / 1e5)
    assert points.piece(points.count + 1)["count"] == 0
    assert points.piece(10**9)["count"] == 0


def test_points_that_count_no_more_begin_a_generation():
    points = Points()
    for number in range(1, 11):
        points.record(found(number))
    points.record(found(4, seconds=99.0))  # the same one again: replayed from a study
    assert (points.count, points.generation) == (10, 0)
    points.record(found(4, error=0.25))
    assert (points.count, points.generation) == (4, 1)
    points.cut(2)
    points.cut(7)
    assert (points.count, points.generation) == (2, 2)
