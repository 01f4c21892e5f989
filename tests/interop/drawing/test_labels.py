"""Labels of ranks and mode sizes stand beside what they name."""

from itertools import combinations

import pytest

from tnlab.formats import formats
from tnlab.interop.drawing.geometry import Curve
from tnlab.interop.drawing.labels import rank_labels, size_labels
from tnlab.interop.drawing.scene import compose
from tnlab.interop.drawing.shapes import Disc, Line
from tnlab.network.structure import Bond, Core, Structure

PAIR = Structure((7, 8), (Core((0,)), Core((1,))), (Bond((0, 1), 5),))
ENDS = (Disc(0, 18), Disc(120, 18))


def test_the_size_of_a_mode_stands_beyond_the_end_of_its_leg():
    scene = compose(formats["tr"].build((7, 8, 9), 2))
    assert len(scene.legs) == 3
    for leg, label in zip(scene.legs, size_labels(scene.structure, scene.legs), strict=True):
        assert label.text == str(scene.structure.modes[leg.mode])
        along = leg.curve.end - leg.curve.start
        assert ((label.box.centre - leg.curve.end) / along).real > 0
        assert not label.box.holds(leg.curve.end)


def test_a_rank_stands_beside_the_middle_of_its_bond():
    line = Line.of(0, 5, Curve.bent(0, 120, 0))
    (label,) = rank_labels(PAIR, ENDS, {}, [line], [], [])
    assert label.text == "5"
    assert label.box.centre.real == pytest.approx(60)
    assert not any(label.box.holds(point, line.width / 2) for point in line.curve.points)


def test_a_rank_avoids_what_is_there_already():
    line = Line.of(0, 5, Curve.bent(0, 120, 0))
    (free,) = rank_labels(PAIR, ENDS, {}, [line], [], [])
    (moved,) = rank_labels(PAIR, ENDS, {}, [line], [], [free])
    assert not moved.box.meets(free.box)


def test_the_rank_of_a_hyper_bond_stands_beside_its_dot():
    scene = compose(formats["cp"].build((4, 5, 6, 7), 30))
    (label,) = scene.ranks
    dot = scene.dots[0]
    assert not label.box.holds(dot.centre, dot.radius)
    assert abs(label.box.centre - dot.centre) < 60
    assert not any(one.box.meets(other.box) for one, other in combinations((label, *scene.sizes), 2))
