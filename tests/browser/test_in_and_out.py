"""Files and text in and out of the editor; names with markup stay text."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.diagram import Diagram
from tnlab.network import structure_json

pytestmark = pytest.mark.browser
Editor = Callable[..., Diagram]

MARKUP = "<img src=x onerror=window.hacked=1>"


def _export(diagram: Diagram, item: str, folder: Path) -> Path:
    diagram.stage.find("[data-action=export]").click()
    with diagram.page.expect_download() as waiting:
        diagram.stage.find(f"[data-action='export:{item}']").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_json_comes_out_as_it_would_go_in(editor: Editor, tmp_path: Path) -> None:
    diagram = editor("tr", (4, 5, 6), 3)
    assert structure_json.loads(_export(diagram, "json", tmp_path).read_text()) == diagram.value


def test_svg_stands_alone_and_shows_the_ranks(editor: Editor, tmp_path: Path) -> None:
    text = _export(editor("tr", (4, 5, 6), 3), "svg", tmp_path).read_text()
    assert text.lstrip().startswith(("<svg", "<?xml"))
    assert "var(--" not in text
    assert text.count(">3<") == 3


def test_tikz_is_a_picture(editor: Editor, tmp_path: Path) -> None:
    assert "\\begin{tikzpicture}" in _export(editor(), "tikz", tmp_path).read_text()


def test_python_runs_and_builds_the_tensor(editor: Editor, tmp_path: Path) -> None:
    diagram = editor("cp", (4, 5, 6), 3)
    source = _export(diagram, "python", tmp_path).read_text()
    names: dict[str, object] = {"__name__": "exported"}
    exec(compile(source, "exported.py", "exec"), names)
    assert any(isinstance(value, np.ndarray) and value.shape == (4, 5, 6) for value in names.values())


def test_png_is_a_picture_of_the_diagram(editor: Editor, tmp_path: Path) -> None:
    assert _export(editor(), "png", tmp_path).read_bytes().startswith(b"\x89PNG")


def test_einsum_text_comes_in(editor: Editor) -> None:
    diagram = editor()
    diagram.stage.find("[data-action=import]").click()
    diagram.stage.find("[data-action=import_text]").fill("aib,bjc,cka->ijk")
    diagram.stage.find("[data-action=import_go]").click()
    diagram.stage.until(lambda: len(diagram.value.cores) == 3, "three cores")
    assert len(diagram.value.bonds) == 3


def test_text_that_is_no_network_gets_a_sentence(editor: Editor) -> None:
    diagram = editor()
    diagram.stage.find("[data-action=import]").click()
    diagram.stage.find("[data-action=import_text]").fill('{"version": 99}')
    diagram.stage.find("[data-action=import_go]").click()
    expect(diagram.stage.find(".tn-wrong")).to_contain_text("lacks the field")
    assert len(diagram.value.cores) == 4


def test_markup_in_a_name_is_text(editor: Editor) -> None:
    diagram = editor()
    hostile = structure_json.to_dict(diagram.value)
    hostile["cores"][1]["name"] = MARKUP
    diagram.widget.value = hostile
    diagram.stage.until(lambda: diagram.core(MARKUP).count() == 1, "the core is drawn")
    diagram.core(MARKUP).focus()
    diagram.stage.press("ArrowRight", "?", "Escape")
    assert diagram.page.evaluate("window.hacked") is None
    assert diagram.page.locator("#widget img").count() == 0
