"""A page of an Explorer as one HTML file, which opens without Python, scripts or a network."""

import base64
import io
import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from PIL import Image

from tnlab.data import modes_text
from tnlab.interop.svg import to_svg
from tnlab.network.residual import relative_residual
from tnlab_widgets.base.pictures import Panels, View
from tnlab_widgets.fitting.session_file import SavedSession

WIDTH, HEIGHT, EDGE = 420, 220, 44  # units of the trade-off and of curves, and the room for what their axes say
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 1rem auto; padding: 0 1rem; }
main { display: flex; flex-wrap: wrap; gap: 1.5rem; }
figure { margin: 0; } figcaption { margin-top: .3rem; }
img { width: 256px; max-width: 100%; image-rendering: pixelated; background: #fff; }
svg { max-width: 100%; height: auto; }
.dark { display: none; }
@media (prefers-color-scheme: dark) { .dark { display: inline; } .light { display: none; } }
table { border-collapse: collapse; } th, td { text-align: left; padding: .1rem .8rem .1rem 0; }
"""


def page_html(saved: SavedSession, view: View) -> str:
    """Return the text of an HTML file with the diagram, pictures, numbers, pins and visits of a session.

    Before the first sweep of the fit there is the picture of the data alone, and no error.

    Args:
        saved: What the page shows.
        view: The slice that its pictures show, and the scale of residuals.
    """
    structure, source = saved.structure, saved.source
    panels = Panels(source)
    panels.view = view
    original = panels.original()
    pictures = [_picture(original, original["pixels"], source.label)]
    numbers = [("data", f"{source.label}, {modes_text(source.shape)} cut into {modes_text(source.modes)}")]
    words = f"{source.label}: {source.array.size:,} numbers, kept by a network of {len(structure.cores)} cores "
    words += f"in {structure.parameters:,} numbers: {structure.compression_ratio:.3g} times fewer"
    error = None
    if saved.network is not None:
        tensor = saved.network.to_tensor()
        error = relative_residual(source.tensor, saved.network)
        words += f", with a relative error of {error:.4g}"
        numbers += [("relative error", f"{error:.6g}")]
        compared = panels.compare(tensor)
        pictures += [
            _picture(compared, compared["reconstruction"], "reconstruction"),
            _picture(compared, compared["residual"], f"residual, black or white at {compared['residual_scale']:g}"),
        ]
    numbers += [
        ("parameters", f"{structure.parameters:,}"),
        ("compression", f"{structure.compression_ratio:.4g} times"),
    ]
    numbers += [("ranks", ", ".join(map(str, structure.ranks))), ("seed", str(saved.seed))]
    diagram = "".join(
        f'<span class="{name}">{to_svg(structure, dark=name == "dark")}</span>' for name in ("light", "dark")
    )
    points = [(drawn.parameters, reached) for drawn, reached, _ in saved.visited]
    here = None if error is None else (structure.parameters, error)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(source.label)}, tnlab</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{escape(source.label)}</h1><p>{escape(words)}.</p><main>"
        f"<figure>{diagram}<figcaption>network</figcaption></figure>{''.join(pictures)}"
        f"<figure>{_table(numbers)}<figcaption>numbers</figcaption></figure>"
        f"{_trade_off(points, here)}{_pins(saved)}</main></body></html>\n"
    )


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = (f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows)
    return f"<table>{''.join(cells)}</table>"


def _pins(saved: SavedSession) -> str:
    if not saved.pins:
        return ""
    rows = []
    for pin in saved.pins:
        reached = "not fitted yet" if pin.relative_error is None else f"relative error {pin.relative_error:.4g}"
        rows.append((pin.name, f"{pin.parameters:,} parameters, {reached}"))
    return f"<figure>{_table(rows)}<figcaption>pins</figcaption></figure>"


def _picture(frame: dict[str, Any], content: bytes, name: str) -> str:
    height, width = frame["height"], frame["width"]
    words = escape(name)
    if frame["kind"] == "curve":
        lines = np.frombuffer(content, np.float32).reshape(height, width)
        return f"<figure>{_curves(lines, words)}<figcaption>{words}</figcaption></figure>"
    shape = (height, width, 3) if frame["channels"] == 3 else (height, width)
    file = io.BytesIO()
    Image.fromarray(np.frombuffer(content, np.uint8).reshape(shape)).save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    return f'<figure><img alt="{words}" src="data:image/png;base64,{data}"><figcaption>{words}</figcaption></figure>'


def _curves(lines: np.ndarray, words: str) -> str:
    low, high = float(lines.min()), float(lines.max())
    x = np.linspace(0, WIDTH, lines.shape[1])
    drawn = []
    for line in lines:
        y = HEIGHT - (line - low) / max(high - low, 1e-300) * HEIGHT
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        drawn.append(f'<polyline points="{points}" fill="none" stroke="currentColor"/>')
    return _svg(words, "".join(drawn))


def _trade_off(points: Sequence[tuple[int, float]], here: tuple[int, float] | None) -> str:
    """Return a chart of errors over parameters, both logarithmic, with the drawn structure as a larger mark."""
    shown = [point for point in (*points, *([here] if here else [])) if point[1] > 0]
    if not shown:
        return ""
    x, y = _axis([p for p, _ in shown], EDGE, WIDTH - EDGE), _axis([e for _, e in shown], HEIGHT - EDGE, EDGE)
    marks = [f'<circle cx="{x(p):.1f}" cy="{y(e):.1f}" r="4"/>' for p, e in points if e > 0]
    if here and here[1] > 0:
        marks.append(f'<circle cx="{x(here[0]):.1f}" cy="{y(here[1]):.1f}" r="7" fill="none" stroke="currentColor"/>')
    sizes, errors = [p for p, _ in shown], [e for _, e in shown]
    ends = {f'x="{x(p):.1f}" y="{HEIGHT - 24}" text-anchor="middle"': f"{p:,}" for p in (min(sizes), max(sizes))}
    ends |= {f'x="2" y="{y(e):.1f}"': f"{e:.3g}" for e in (min(errors), max(errors))}
    ends |= {f'x="{WIDTH / 2}" y="{HEIGHT - 6}" text-anchor="middle"': "parameters", 'x="2" y="12"': "relative error"}
    labels = "".join(f"<text {place}>{text}</text>" for place, text in ends.items())
    caption = "<figcaption>trade-off of the structures fitted so far; the ring is this one</figcaption>"
    return f"<figure>{_svg('trade-off', ''.join(marks) + labels)}{caption}</figure>"


def _axis(values: Sequence[float], first: float, last: float) -> Any:
    low, high = math.log(min(values)), math.log(max(values))
    if high == low:
        return lambda _: (first + last) / 2
    return lambda value: first + (math.log(value) - low) / (high - low) * (last - first)


def _svg(name: str, content: str) -> str:
    head = f'<svg role="img" aria-label="{name}" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'{head} fill="currentColor" font-size="12">{content}</svg>'
