"""Texts of figures: names as plain text of a bounded length, and titles in lines."""

from html import escape
from textwrap import wrap

LONGEST = 32  # letters of a name: two such names of a legend fit side by side into a narrow notebook

MANY = 60  # letters of the names of several families


def shown_name(name: str, longest: int = LONGEST) -> str:
    """Return a name for a figure: one line of at most ``longest`` letters, which plotly shows as they are."""
    return wrapped(name, longest, lines=1)


def wrapped(text: str, width: int, lines: int = 3) -> str:
    """Return a text in at most ``lines`` lines of at most ``width`` letters, the last cut with "…".

    White space becomes single spaces. ``<b>`` is markup for plotly, ``%{`` a template and ``$`` a formula; here all of
    them are letters.
    """
    whole = wrap(" ".join(text.split()), width)
    if len(whole) > lines:
        whole = [*whole[: lines - 1], f"{whole[lines - 1][: width - 1]}…"]
    return "<br>".join(map(_plain, whole))


def _plain(text: str) -> str:
    return escape(text, quote=False).replace("%{", "%&#123;").replace("$", "&#36;")
