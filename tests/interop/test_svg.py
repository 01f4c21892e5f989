"""The static picture: well-formed, complete and harmless."""

from collections import Counter
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from tnlab.formats import formats
from tnlab.interop.drawing.shapes import short_name
from tnlab.interop.svg import to_svg
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures

SVG = "{http://www.w3.org/2000/svg}"


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


def test_long_names_are_cut_in_the_disc_only():
    structure = Structure((4,), (Core((0,), name="embedding"),))
    assert short_name("embedding") == "em…"
    assert "Core embedding, shape 4" in to_svg(structure)
