"""Build a report as one HTML file that works offline: escaped text, tables, and plotly figures in light or dark."""

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from tnlab.errors import TnlabError
from tnlab.figures.style import plotly_objects

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --band: #f6f8fa;
  --link: #0b5cad; --best: #e3f1e7; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e6e8eb; --soft: #a3abb5; --line: #3a414a;
  --band: #1d2127; --link: #7fb8f0; --best: #1c3a2a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 0 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem; }
header { padding: 2rem 0 .5rem; } h1 { font-size: 1.8rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .25rem; }
p, ul, dl { max-width: 52rem; } .soft, figcaption, small { color: var(--soft); }
nav ol { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; padding: 0; margin: .5rem 0; list-style: none; }
.scroll { overflow-x: auto; margin: .75rem 0; border: 1px solid var(--line); border-radius: 6px; }
table { overflow-wrap: normal; border-collapse: collapse; width: 100%; font-size: .9rem;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: .5rem .75rem; color: var(--soft); }
th, td { padding: .4rem .75rem; text-align: right; vertical-align: top; border-top: 1px solid var(--line); }
thead th { background: var(--band); border-top: 0; vertical-align: bottom; }
th:first-child, .text { text-align: left; } tbody th { font-weight: 600; min-width: 9rem; overflow-wrap: anywhere; }
td.text { min-width: 14rem; } td small { display: block; white-space: nowrap; }
tr.best td, tr.best th { background: var(--best); }
figure { margin: 1rem 0; } figcaption { font-size: .9rem; max-width: 52rem; }
.plot { width: 100%; min-height: 8rem; overflow: hidden; }
pre { background: var(--band); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; }
.note { border-left: 4px solid #D55E00; background: var(--band); padding: .5rem .75rem; max-width: 52rem; }
ul.note { padding-left: 2rem; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .1rem 1rem; }
dt { color: var(--soft); } dd { margin: 0; }
@media print { nav, .skip { display: none; } .scroll { overflow: visible; } }
"""
SCRIPT = """
const plots = [...document.querySelectorAll(".plot")];
const colours = () => {
  const style = getComputedStyle(document.documentElement);
  const [ink, line, paper] = ["--ink", "--line", "--paper"].map((name) => style.getPropertyValue(name).trim());
  return { paper_bgcolor: paper, font: { color: ink, family: "system-ui, sans-serif" },
    hoverlabel: { bgcolor: paper, bordercolor: line, font: { color: ink } } };
};
const draw = (plot) => {
  const { data, layout } = JSON.parse(document.getElementById(plot.id + "-data").textContent);
  const options = { responsive: true, displaylogo: false };
  return Plotly.react(plot, data, Object.assign(layout, colours()), options);
};
const drawAll = () => plots.forEach(draw);
drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:"


class Html(str):
    """Text that is HTML markup already; ``tag`` inserts it without escaping."""

    __slots__ = ()


def tag(name: str, *parts: str, **attributes: str) -> Html:
    """Return an HTML element; its content is escaped unless it is ``Html``, its attributes always.

    Args:
        name: Name of the element.
        parts: Content of the element.
        attributes: Attributes; an underscore at the end of a name is left out, others become hyphens.

    Example:
        >>> tag("p", "a < b & ", tag("b", "c"), class_="note")
        '<p class="note">a &lt; b &amp; <b>c</b></p>'
    """
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{said}>{''.join(_safe(part) for part in parts)}</{name}>")


def html_table(
    caption: str, header: Sequence[str | Html], rows: Iterable[tuple[str, Sequence[str | Html]]], label: str = ""
) -> Html:
    """Return an HTML table inside a region that scrolls sideways, by keyboard too, if the page is narrower.

    Args:
        caption: Caption of the table.
        header: A title per column, as text or as ``th``.
        rows: For each row its CSS class (may be empty) and its cells: text, or ``td`` elements.
        label: Name of the region for screen readers; by default the caption.
    """
    head = tag(
        "thead", tag("tr", *(title if isinstance(title, Html) else tag("th", title, scope="col") for title in header))
    )
    body = tag("tbody", *(_row(kind, cells) for kind, cells in rows))
    whole = tag("table", tag("caption", caption), head, body)
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=label or caption)


def plot(identifier: str, figure: "Figure", label: str, caption: str) -> Html:
    """Return a ``figure`` element with a plotly figure's data as JSON, which the script of ``page`` draws.

    Args:
        identifier: Identifier of the element, unique in the page.
        figure: The plotly figure.
        label: Description for screen readers.
        caption: Caption below the figure.
    """
    shown = figure.to_plotly_json()
    data = json.loads(figure.to_json() or "{}") if shown else {}
    data["layout"].pop("template", None)
    text = json.dumps({"data": data["data"], "layout": data["layout"]}, allow_nan=False)
    for sign, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(sign, code)  # no text in the data can then end the script element
    holder = tag("div", id=identifier, class_="plot", role="img", aria_label=label)
    record = tag("script", Html(text), type="application/json", id=f"{identifier}-data")
    return tag("figure", holder, tag("figcaption", caption), record)


def page(title: str, sections: Mapping[str, tuple[str, Sequence[Html]]], head: Sequence[Html], plotly_js: str) -> Html:
    """Return a whole HTML page: a title, links to the sections, and the sections.

    Args:
        title: Title of the page.
        sections: By identifier, the heading and the elements of each section.
        head: Elements above the first section.
        plotly_js: Source of plotly.js; empty if there is no figure.
    """
    links = [tag("li", tag("a", heading, href=f"#{name}")) for name, (heading, _) in sections.items()]
    parts = [
        tag("section", tag("h2", heading, id=f"{name}-title"), *content, id=name, aria_labelledby=f"{name}-title")
        for name, (heading, content) in sections.items()
    ]
    body = tag(
        "body",
        tag("a", "Skip to the results", class_="skip", href="#main"),
        tag("header", tag("h1", title), *head),
        tag("nav", tag("ol", *links), aria_label="Sections"),
        tag("main", *parts, id="main", tabindex="-1"),
        *([tag("script", Html(plotly_js)), tag("script", Html(SCRIPT))] if plotly_js else []),
    )
    metas = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
    metas += '<meta name="viewport" content="width=device-width, initial-scale=1">'
    top = tag("head", Html(metas), tag("title", title), tag("style", Html(STYLE)))
    return Html(f'<!doctype html>\n<html lang="en">{top}{body}</html>\n')


def plotly_source() -> str:
    """Return the JavaScript source of plotly, which a page with figures contains once; empty if it is not installed."""
    try:
        plotly_objects()
    except TnlabError:
        return ""
    from plotly.offline import get_plotlyjs  # noqa: PLC0415, optional

    return get_plotlyjs()


def _safe(part: str) -> str:
    return part if isinstance(part, Html) else escape(part)


def _row(kind: str, cells: Sequence[str | Html]) -> Html:
    first, *rest = cells
    made = [cell if isinstance(cell, Html) and cell.startswith("<td") else tag("td", cell) for cell in rest]
    return tag("tr", tag("th", first, scope="row"), *made, **({"class_": kind} if kind else {}))
