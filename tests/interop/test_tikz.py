"""TikZ text: balanced, escaped, one node per core; compiled where a LaTeX is at hand."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings

from tnlab.formats import formats
from tnlab.interop.tikz import escape_tex, to_tikz
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures

NASTY = Structure(
    (4, 5),
    (Core((0,), name="a_%"), Core((1,), name='\\"^')),
    (Bond((0, 1), 1), Bond((0, 1), 8)),
)


@settings(max_examples=40)
@given(structures())
def test_one_node_per_core_and_label(structure):
    picture = to_tikz(structure)
    assert picture.count(r"\node[core]") + picture.count(r"\node[latent]") == len(structure.cores)
    assert picture.count(r"\node[label]") == len(structure.bonds) + structure.order
    assert picture.count("{") == picture.count("}")
    assert picture.rstrip().endswith(r"\end{tikzpicture}")


def test_specials_are_escaped():
    assert escape_tex("50% & #1_x^2 ~ {$}") == r"50\% \& \#1\_x\textasciicircum{}2 \textasciitilde{} \{\$\}"
    assert escape_tex("a\\input\nb") == r"a\textbackslash{}input b"
    assert r"{a\_\%}" in to_tikz(NASTY)


def test_a_name_cannot_leave_its_node():
    name = "}\n\\end{tikzpicture}%"
    picture = to_tikz(Structure((4,), (Core((0,), name=name),)))
    assert picture.count(r"\end{tikzpicture}") == 1


def test_standalone_is_a_document():
    document = to_tikz(formats["cp"].build((4, 5, 6), 3), standalone=True)
    assert document.startswith("\\documentclass")
    assert document.endswith("\\end{document}\n")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_compiles(tmp_path):
    picked = [NASTY, *(formats[name].build((4, 16, 3, 128), 3) for name in formats)]
    preamble = "\\documentclass{article}\\usepackage{tikz}\\begin{document}\n"
    source = tmp_path / "pictures.tex"
    source.write_text(preamble + "\n\n".join(map(to_tikz, picked)) + "\\end{document}\n", encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", source.name]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, text=True)
    assert run.returncode == 0, run.stdout[-2000:]
