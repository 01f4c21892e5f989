"""Draw a structure as a TikZ picture for LaTeX."""

import re
from collections.abc import Iterator

from tnlab.interop.drawing.geometry import Curve
from tnlab.interop.drawing.scene import Scene, compose
from tnlab.interop.drawing.shapes import short_name
from tnlab.network.structure import Structure

UNIT = 0.016
"""Centimetres on paper for one diagram unit: a core, 36 units wide, is then about 6 mm wide."""
POINTS = UNIT * 28.45
"""TeX points for one diagram unit (28.45 to a centimetre)."""
SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\symbol{34}",
    "…": r"\ldots{}",
} | {character: f"\\{character}" for character in "#$%&_"}


def to_tikz(structure: Structure, standalone: bool = False) -> str:
    r"""Return a ``tikzpicture`` of the structure; the preamble needs ``\usepackage{tikz}``.

    Args:
        structure: The structure to draw; cores without a position are laid out first.
        standalone: Whether to return a whole LaTeX document of the class ``standalone`` instead.
    """
    scene = compose(structure)
    picture = "\n".join(
        (
            *_head(structure),
            *_strokes(scene),
            *_cores(scene),
            *_labels(scene),
            r"\end{tikzpicture}",
        )
    )
    if not standalone:
        return picture + "\n"
    head = "\\documentclass[tikz,border=4pt]{standalone}\n\\usepackage[T1]{fontenc}\n\\begin{document}\n"
    return f"{head}{picture}\n\\end{{document}}\n"


def _head(structure: Structure) -> Iterator[str]:
    yield f"% {len(structure.cores)} cores, {structure.parameters} parameters, compression ratio " + (
        f"{structure.compression_ratio:.4g}; needs \\usepackage{{tikz}}"
    )
    if any(ord(letter) > 255 for core in structure.cores for letter in core.name):
        yield "% some names have letters that need lualatex or xelatex and a font with them"
    yield rf"\begin{{tikzpicture}}[x={UNIT}cm, y=-{UNIT}cm, line cap=round,"
    yield r"  core/.style={circle, draw, fill=black!12, inner sep=0pt, minimum size=6mm, font=\footnotesize},"
    yield r"  latent/.style={circle, draw, fill=white, inner sep=0pt, minimum size=3.6mm, font=\tiny},"
    yield r"  label/.style={inner sep=1pt, font=\scriptsize, fill=white, fill opacity=0.75, text opacity=1}]"


def _strokes(scene: Scene) -> Iterator[str]:
    for leg in scene.legs:
        yield rf"  \draw[line width=0.7pt] {_path(leg.curve)};"
    for line in sorted(scene.lines, key=lambda line: -line.width):
        dashes = ", dash pattern=on 2pt off 2pt" if line.dashed else ""
        yield rf"  \draw[line width={line.width * POINTS:.2f}pt{dashes}] {_path(line.curve)};"
    for dot in scene.dots.values():
        yield rf"  \fill {_point(dot.centre)} circle[radius={dot.radius * UNIT:.3f}cm];"


def _cores(scene: Scene) -> Iterator[str]:
    for place, disc in enumerate(scene.cores):
        style = "core" if scene.structure.cores[place].legs else "latent"
        name = escape_tex(short_name(scene.structure.core_label(place)))
        yield rf"  \node[{style}] at {_point(disc.centre)} {{{name}}};"


def _labels(scene: Scene) -> Iterator[str]:
    for label in (*scene.ranks, *scene.sizes):
        yield rf"  \node[label] at {_point(label.box.centre)} {{{label.text}}};"


def _path(curve: Curve) -> str:
    start, end = _point(curve.start), _point(curve.end)
    if curve.straight:
        return f"{start} -- {end}"
    # TikZ draws cubic curves: these controls give the quadratic one.
    first, last = (_point((end + 2 * curve.control) / 3) for end in (curve.start, curve.end))
    return f"{start} .. controls {first} and {last} .. {end}"


def _point(point: complex) -> str:
    return f"({point.real:.1f},{point.imag:.1f})"


def escape_tex(text: str) -> str:
    r"""Return a text on one line with TeX's special characters escaped, so that TeX prints it literally.

    Example:
        >>> print(escape_tex(r"50% of_A\\B"))
        50\% of\_A\textbackslash{}\textbackslash{}B
    """
    printable = re.sub(r"[^\x20-\x7e\u00a1-\ud7ff\ue000-\uffef\U00010000-\U0010ffff]+", " ", text).strip()
    return "".join(SPECIAL.get(character, character) for character in printable)
