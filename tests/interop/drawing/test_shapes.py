"""Line widths, names that fit and the room that a label takes."""

from itertools import pairwise

import pytest

from tnlab.interop.drawing.geometry import Curve
from tnlab.interop.drawing.shapes import Label, Line, bond_width, short_name


def test_width_grows_with_log_rank_up_to_a_limit():
    widths = [bond_width(2**power) for power in range(1, 7)]
    steps = [after - before for before, after in pairwise(widths)]
    assert max(steps) - min(steps) < 1e-9 < steps[0]
    assert bond_width(1) < bond_width(2)
    assert bond_width(10**6) == bond_width(10**9)


def test_a_stroke_of_rank_1_is_dashed():
    curve = Curve.bent(0, 10, 0)
    assert Line.of(3, 1, curve) == Line(3, curve=curve, width=bond_width(1), dashed=True)
    assert not Line.of(3, 2, curve).dashed


@pytest.mark.parametrize("direction", [1, -1, 1j, -1j])
def test_a_label_keeps_its_distance(direction):
    label = Label.beside(5 + 5j, direction, 3.0, "12")
    assert abs(label.box.centre - (5 + 5j)) == pytest.approx(3 + label.box.reach(direction))
    assert not label.box.holds(5 + 5j, 2.9)
    assert label.box.holds(5 + 5j, 3.1)


def test_a_long_name_is_cut():
    assert [short_name(name) for name in ("A", "abc", "embedding")] == ["A", "abc", "em…"]
