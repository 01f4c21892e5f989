"""The static picture: well-formed, complete, harmless, and nothing drawn over something else."""

from collections import Counter
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from tnlab.formats import formats
from tnlab.interop.drawing.scene import compose
from tnlab.interop.drawing.shapes import bond_width, short_name
from tnlab.interop.svg import to_svg
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures

SVG = "{http://www.w3.org/2000/svg}"
NAMED = [(name, order) for name in formats for order in range(10) if not formats[name].refusal(order)]


def texts(svg: str) -> Counter[str]:
    return Counter(text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text"))


@settings(max_examples=60)
@given(structures())
def test_shows_every_core_rank_and_mode(structure):
    svg = to_svg(structure)
    shown = [structure.core_label(core) for core in range(len(structure.cores))]
    assert texts(svg) == Counter([*shown, *map(str, structure.ranks), *map(str, structure.modes)])
    titles = {title.text for title in ElementTree.fromstring(svg).iter(f"{SVG}title")}
    assert {f"Mode {mode}, size {size}" for mode, size in enumerate(structure.modes)} <= titles


@pytest.mark.parametrize("dark", [False, True])
def test_is_standalone_and_says_what_it_shows(dark):
    svg = to_svg(formats["tt"].build((4, 5, 6), (3, 1)), dark=dark)
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == root.get("aria-label")
    assert root.get("aria-label") == "Tensor network of 3 cores for a tensor of shape 4 × 5 × 6"
    assert "A-B rank 3; B-C rank 1. 33 parameters" in root.find(f"{SVG}desc").text
    assert svg.count("http") == 1, "only the name of the format, nothing to fetch"
    assert "<script" not in svg
    assert "<style" not in svg


def test_light_and_dark_differ_in_colours_only():
    structure = formats["tucker"].build((4, 5, 6), 3)
    light, dark = (ElementTree.fromstring(to_svg(structure, dark=dark)) for dark in (False, True))
    for one, other in zip(light.iter(), dark.iter(), strict=True):
        differ = {key for key in one.attrib if one.attrib[key] != other.attrib[key]}
        assert differ <= {"fill", "stroke"}


def test_names_are_text_never_markup():
    evil = "<script>alert('\"&\x00\ud800')</script>"
    structure = Structure((4, 5), (Core((0,), name=evil), Core((1,), name="]]>")), (Bond((0, 1), 2),))
    svg = to_svg(structure)
    svg.encode()
    root = ElementTree.fromstring(svg)
    assert not list(root.iter(f"{SVG}script"))
    assert any("<script>alert(" in (title.text or "") for title in root.iter(f"{SVG}title"))


def test_latent_cores_are_smaller_and_hollow_and_rank_1_is_dashed():
    root = ElementTree.fromstring(to_svg(formats["tucker"].build((4, 5, 6), (1, 2, 2))))
    circles = list(root.iter(f"{SVG}circle"))
    assert [circle.get("r") for circle in circles] == ["18", "18", "18", "11"]
    paper = root.find(f"{SVG}rect").get("fill")
    assert circles[3].get("fill") == paper != circles[0].get("fill")
    assert sum(path.get("stroke-dasharray") is not None for path in root.iter(f"{SVG}path")) == 1


def test_width_grows_with_log_rank_up_to_a_limit():
    widths = [bond_width(2**power) for power in range(1, 7)]
    steps = [after - before for before, after in pairwise(widths)]
    assert max(steps) - min(steps) < 1e-9 < steps[0]
    assert bond_width(1) < bond_width(2)
    assert bond_width(10**6) == bond_width(10**9)


@pytest.mark.parametrize(("name", "order"), NAMED)
def test_named_formats_have_no_overlaps(name, order):
    scene = compose(formats[name].build((16,) * order, 12))
    labels = [label.box for label in (*scene.sizes, *scene.ranks)]
    assert not any(one.meets(other) for one, other in combinations(labels, 2))
    assert not any(box.holds(core.centre, core.radius) for box in labels for core in scene.cores)
    ends = [leg.curve.end for leg in scene.legs]
    assert all(abs(end - core.centre) > core.radius + 4 for end in ends for core in scene.cores)


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
    assert all(abs(one - other) > 20 for one, other in combinations(middles, 2))


def test_legs_of_a_chain_hang_and_legs_of_a_ring_point_out():
    chain = compose(formats["tt"].build((2,) * 5, 2))
    assert all(abs(leg.curve.end - leg.curve.start - 42j) < 1e-6 for leg in chain.legs)
    ring = compose(formats["tr"].build((2,) * 5, 2))
    assert all(abs(leg.curve.end) == pytest.approx(abs(leg.curve.start) + 42) for leg in ring.legs)


def test_several_legs_of_a_core_are_read_from_left_to_right():
    (core,) = [compose(Structure((4, 5, 6), (Core((2, 0, 1)),)))]
    assert [leg.mode for leg in core.legs] == [2, 0, 1]
    assert [leg.curve.end.real for leg in core.legs] == sorted(leg.curve.end.real for leg in core.legs)


def test_long_names_are_cut_in_the_disc_only():
    structure = Structure((4,), (Core((0,), name="embedding"),))
    assert short_name("embedding") == "em…"
    assert "Core embedding, shape 4" in to_svg(structure)
