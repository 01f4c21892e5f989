"""Draw a structure as a standalone SVG file: nothing fetched, all text escaped."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tnlab.interop.drawing.scene import Scene, compose
from tnlab.interop.drawing.shapes import Label, Line, short_name
from tnlab.network.structure import Structure

MARGIN = 14.0  # diagram units around the drawing, which keep outlines inside the picture
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class Palette:
    """Colours of a drawing: paper, ink, the fill of cores, and the softer ink of mode sizes."""

    paper: str
    ink: str
    fill: str
    soft: str


LIGHT = Palette(paper="#ffffff", ink="#24292f", fill="#dfe5ec", soft="#57606a")
DARK = Palette(paper="#111418", ink="#e6e9ed", fill="#3a424d", soft="#a3adb8")


def to_svg(structure: Structure, dark: bool = False) -> str:
    """Return a drawing of the structure as the text of an SVG file.

    Cores are discs with their name, latent cores smaller and hollow; hyper-bonds are dots; legs are short lines that
    end in their mode size. The width of a bond grows with the logarithm of its rank; bonds of rank 1 are dashed. Cores
    without a position are laid out first.

    Args:
        structure: The structure to draw.
        dark: Whether to draw light lines on dark paper.
    """
    scene, colours = compose(structure), DARK if dark else LIGHT
    left, top, right, bottom = scene.bounds
    box = left - MARGIN, top - MARGIN, right - left + 2 * MARGIN, bottom - top + 2 * MARGIN
    title, (width, height) = _text(_title(structure)), box[2:]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_number(width)}" height="{_number(height)}" '
        f'viewBox="{" ".join(map(_number, box))}" role="img" aria-label="{title}" font-family="{FONT}">'
    )
    paper = dict(zip(("x", "y", "width", "height"), map(_number, box), strict=True))
    parts = (
        head,
        f"<title>{title}</title>",
        f"<desc>{_text(_description(structure))}</desc>",
        _shape("rect", **paper, fill=colours.paper),
        *_bonds(scene, colours),
        *_legs(scene, colours),
        *_cores(scene, colours),
        *(_label(label, colours.ink, colours) for label in scene.ranks),
        *(_label(label, colours.soft, colours) for label in scene.sizes),
        "</svg>",
    )
    return "\n".join(parts) + "\n"


def _bonds(scene: Scene, colours: Palette) -> Iterator[str]:
    structure, drawn = scene.structure, defaultdict[int, str](str)
    for line in scene.lines:
        drawn[line.bond] += _stroke(line, colours)
    # Thick ones first, so that thin ones stay visible where they cross.
    for place in sorted(range(len(structure.bonds)), key=lambda place: -structure.bonds[place].rank):
        strokes = drawn[place]
        if place in scene.dots:
            dot = scene.dots[place]
            strokes += _shape("circle", cx=dot.centre.real, cy=dot.centre.imag, r=dot.radius, fill=colours.ink)
        yield _group(f"Bond {structure.bond_label(place)}, rank {structure.bonds[place].rank}", strokes)


def _stroke(line: Line, colours: Palette) -> str:
    start, control, end = map(_point, (line.curve.start, line.curve.control, line.curve.end))
    path = f"M {start} L {end}" if line.curve.straight else f"M {start} Q {control} {end}"
    dashes = {"stroke-dasharray": "4 4"} if line.dashed else {}
    return _shape("path", d=path, fill="none", stroke=colours.ink, stroke_width=line.width, **dashes)


def _legs(scene: Scene, colours: Palette) -> Iterator[str]:
    for leg in scene.legs:
        path = f"M {_point(leg.curve.start)} L {_point(leg.curve.end)}"
        stroke = _shape("path", d=path, stroke=colours.ink, stroke_width=1.8)
        yield _group(f"Mode {leg.mode}, size {scene.structure.modes[leg.mode]}", stroke)


def _cores(scene: Scene, colours: Palette) -> Iterator[str]:
    structure = scene.structure
    for place, disc in enumerate(scene.cores):
        name, latent = structure.core_label(place), not structure.cores[place].legs
        fill = colours.paper if latent else colours.fill
        place_and_size = {"cx": disc.centre.real, "cy": disc.centre.imag, "r": disc.radius}
        circle = _shape("circle", **place_and_size, fill=fill, stroke=colours.ink, stroke_width=1.8)
        shown = short_name(name)
        size = min(disc.radius - 2 if latent else 15.0, 2.0 * disc.radius / max(len(shown), 1))
        shape = " × ".join(map(str, structure.core_shapes[place]))
        kind = "Latent core" if latent else "Core"
        letter = _letters(shown, disc.centre, colours.ink, size, weight="600")
        yield _group(f"{kind} {name}, shape {shape}", circle + letter)


def _label(label: Label, ink: str, colours: Palette) -> str:
    halo = {"stroke": colours.paper, "stroke-width": "3.5", "stroke-linejoin": "round", "paint-order": "stroke"}
    return _letters(label.text, label.box.centre, ink, 13.0, **halo)


def _letters(text: str, centre: complex, ink: str, size: float, weight: str = "400", **style: str) -> str:
    # A baseline 0.35 em below the centre centres capitals; programs draw the attribute dominant-baseline differently.
    place = {"x": centre.real, "y": centre.imag + 0.35 * size, "font_size": size, "font_weight": weight}
    return _shape("text", _text(text), **place, text_anchor="middle", fill=ink, **style)


def _shape(tag: str, content: str | None = None, /, **attributes: str | float) -> str:
    written = "".join(
        f' {name.replace("_", "-")}="{value if isinstance(value, str) else _number(value)}"'
        for name, value in attributes.items()
    )
    return f"<{tag}{written}/>" if content is None else f"<{tag}{written}>{content}</{tag}>"


def _group(title: str, content: str) -> str:
    return f"<g><title>{_text(title)}</title>{content}</g>"


def _title(structure: Structure) -> str:
    count = len(structure.cores)
    shape = " × ".join(map(str, structure.modes))
    return f"Tensor network of {count} core{'s' if count > 1 else ''} for a tensor of shape {shape}"


def _description(structure: Structure) -> str:
    bonds = (f"{structure.bond_label(place)} rank {bond.rank}" for place, bond in enumerate(structure.bonds))
    numbers = f"{structure.parameters} parameters, compression ratio {structure.compression_ratio:.4g}."
    return f"Bonds: {'; '.join(bonds) or 'none'}. {numbers}"


def _point(point: complex) -> str:
    return f"{_number(point.real)} {_number(point.imag)}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(text: str) -> str:
    """Return a text with XML markup escaped and the characters that XML cannot hold replaced."""
    return escape(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text), {'"': "&quot;"})
