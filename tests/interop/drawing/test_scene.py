"""A whole drawing: nothing lies over something else, and the bounds hold it all."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings

from tnlab.formats import formats
from tnlab.interop.drawing.scene import compose
from tnlab.interop.drawing.shapes import CORE_RADIUS, LATENT_RADIUS
from tnlab.testing.structures import structures

NAMED = [(name, order) for name in formats for order in range(10) if not formats[name].refusal(order)]


@pytest.mark.parametrize(("name", "order"), NAMED)
def test_named_formats_have_no_overlaps(name, order):
    structure = formats[name].build((16,) * order, 12)
    scene = compose(structure)
    assert (len(scene.sizes), len(scene.cores)) == (order, len(structure.cores))
    labels = [label.box for label in (*scene.sizes, *scene.ranks)]
    assert not any(one.meets(other) for one, other in combinations(labels, 2))
    assert not any(box.holds(core.centre, core.radius) for box in labels for core in scene.cores)
    ends = [leg.curve.end for leg in scene.legs]
    assert all(abs(end - core.centre) > core.radius + 4 for end in ends for core in scene.cores)


@settings(max_examples=40)
@given(structures())
def test_every_part_of_a_structure_is_drawn_inside_the_bounds(structure):
    scene = compose(structure)
    radii = [CORE_RADIUS if core.legs else LATENT_RADIUS for core in structure.cores]
    assert [core.radius for core in scene.cores] == radii
    assert [label.text for label in scene.ranks] == [str(rank) for rank in structure.ranks]
    assert [label.text for label in scene.sizes] == [str(structure.modes[leg.mode]) for leg in scene.legs]
    assert sorted(leg.mode for leg in scene.legs) == list(range(structure.order))
    assert list(scene.dots) == [place for place, bond in enumerate(structure.bonds) if len(bond.cores) > 2]
    left, top, right, bottom = scene.bounds
    for core in scene.cores:
        assert left <= core.centre.real - core.radius <= core.centre.real + core.radius <= right
        assert top <= core.centre.imag - core.radius <= core.centre.imag + core.radius <= bottom


@pytest.mark.parametrize("name", ["tt", "tr", "tucker", "cp", "grid", "binary_tree"])
def test_two_hundred_cores_are_drawn_without_labels_on_cores(name):
    scene = compose(formats[name].build((2,) * 200, 3))
    assert len(scene.legs) == 200
    centres = np.array([core.centre for core in scene.cores])
    for label in (*scene.ranks, *scene.sizes):
        apart = centres - label.box.centre
        inside = (np.abs(apart.real) < label.box.half_width) & (np.abs(apart.imag) < label.box.half_height)
        assert not inside.any()
