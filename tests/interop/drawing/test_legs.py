"""Directions of legs: down from a chain, outward from a ring, away from bonds."""

import pytest

from tnlab.formats import formats
from tnlab.interop.drawing.legs import LENGTH
from tnlab.interop.drawing.scene import compose
from tnlab.network.structure import Bond, Core, Structure


def test_legs_of_a_chain_hang_and_legs_of_a_ring_point_out():
    chain = compose(formats["tt"].build((2,) * 5, 2))
    assert len(chain.legs) == 5
    assert all(abs(leg.curve.end - leg.curve.start - 42j) < 1e-6 for leg in chain.legs)
    ring = compose(formats["tr"].build((2,) * 5, 2))
    assert len(ring.legs) == 5
    assert all(abs(leg.curve.end) == pytest.approx(abs(leg.curve.start) + 42) for leg in ring.legs)


def test_several_legs_of_a_core_are_read_from_left_to_right():
    (core,) = [compose(Structure((4, 5, 6), (Core((2, 0, 1)),)))]
    assert [leg.mode for leg in core.legs] == [2, 0, 1]
    assert [leg.curve.end.real for leg in core.legs] == sorted(leg.curve.end.real for leg in core.legs)


def test_a_leg_has_one_length_and_points_away_from_the_bonds():
    cores = (Core((0,), position=(0.0, 0.0)), Core((1,), position=(120.0, 0.0)), Core((2,), position=(60.0, 100.0)))
    scene = compose(Structure((2, 2, 2), cores, (Bond((0, 1), 2), Bond((1, 2), 2), Bond((0, 2), 2))))
    centre = sum(core.centre for core in scene.cores) / 3
    assert len(scene.legs) == 3
    for leg in scene.legs:
        assert abs(leg.curve.end - leg.curve.start) == pytest.approx(LENGTH)
        assert abs(leg.curve.end - centre) > abs(leg.curve.start - centre) + LENGTH / 2
