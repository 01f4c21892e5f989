"""Stress majorisation: distances that fit into the plane are met, and points to keep stay."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from tnlab.formats.stress import from_pivots, settled, stress

RANDOM = np.random.default_rng(0)
PLANE = RANDOM.uniform(0, 1000, (30, 2))


def test_points_of_the_plane_are_found_again():
    distance = cdist(PLANE, PLANE)
    assert np.allclose(cdist(from_pivots(distance), from_pivots(distance)), distance)
    start = PLANE + RANDOM.normal(0, 50, PLANE.shape)
    found = settled(start, distance, np.zeros(30, dtype=bool))
    assert stress(found, distance) < 1e-3 * stress(start, distance)


def test_pivots_are_a_share_of_many_points():
    many = RANDOM.uniform(0, 1000, (400, 2))
    distance = cdist(many, many)
    assert stress(from_pivots(distance), distance) < 0.01 * len(many) ** 2


@pytest.mark.parametrize("count", [1, 3, 30])
def test_points_to_keep_stay(count):
    kept = np.arange(30) < count
    found = settled(PLANE[::-1].copy(), cdist(PLANE, PLANE), kept)
    assert np.array_equal(found[kept], PLANE[::-1][kept])
    assert stress(found, cdist(PLANE, PLANE)) <= stress(PLANE[::-1], cdist(PLANE, PLANE))
