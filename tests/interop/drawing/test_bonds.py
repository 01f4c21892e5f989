"""Strokes of bonds lead around cores and each other; the dot of a hyper-bond lies amid its cores."""

from itertools import combinations

from tnlab.formats import formats
from tnlab.interop.drawing.bonds import hyper_bond_dots, lines
from tnlab.interop.drawing.scene import compose
from tnlab.interop.drawing.shapes import Disc, bond_width
from tnlab.network.structure import Bond, Core, Structure


def test_a_hyper_bond_has_a_dot_amid_its_cores():
    scene = compose(formats["cp"].build((4, 5, 6, 7), 3))
    assert abs(scene.dots[0].centre) < 1e-6
    assert len(scene.lines) == 4
    assert [label.text for label in scene.ranks] == ["3"]


def test_what_is_in_the_way_is_avoided():
    row = tuple(Core((mode,), position=(120.0 * mode, 0.0)) for mode in range(3))
    joined = (Bond((0, 1), 2), Bond((1, 2), 2))
    over = compose(Structure((2, 2, 2), row, (*joined, Bond((0, 2), 2))))
    assert over.lines[2].curve.distance(over.cores[1].centre) > over.cores[1].radius
    dotted = compose(Structure((2, 2, 2), row, (*joined, Bond((0, 1, 2), 2))))
    assert abs(dotted.dots[2].centre - dotted.cores[1].centre) > dotted.cores[1].radius


def test_parallel_bonds_are_fanned_out():
    scene = compose(Structure((4, 5), (Core((0,)), Core((1,))), tuple(Bond((0, 1), rank) for rank in (2, 3, 4))))
    middles = [line.curve.at(0.5) for line in scene.lines]
    assert len(middles) == 3
    assert all(abs(one - other) > 20 for one, other in combinations(middles, 2))


def test_every_bond_has_a_stroke_between_its_cores_and_a_hyper_bond_one_to_each():
    structure = Structure((2, 2, 2), tuple(Core((mode,)) for mode in range(3)), (Bond((0, 1), 4), Bond((0, 1, 2), 1)))
    cores = [Disc(0, 18), Disc(200, 18), Disc(100 + 150j, 18)]
    dots = hyper_bond_dots(structure, cores)
    assert list(dots) == [1]
    first, *spokes = lines(structure, cores, dots)
    assert (first.bond, first.width, first.dashed) == (0, bond_width(4), False)
    assert (first.curve.start, first.curve.end) == (0, 200)
    assert [(spoke.bond, spoke.dashed) for spoke in spokes] == [(1, True)] * 3
    assert [spoke.curve.end for spoke in spokes] == [core.centre for core in cores]
    assert {spoke.curve.start for spoke in spokes} == {dots[1].centre}
