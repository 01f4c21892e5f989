"""Every block of code in docs/asks.md, run by itself after the first; and that of docs/figures.md."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "asks.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
ASKS = {part.split("\n", 1)[0]: BLOCK.findall(part) for part in TEXT.split("\n## ")[1:]}


def test_all_asks_are_there():
    assert [int(title.split(".")[0]) for title in ASKS] == list(range(1, 23))
    assert all(ASKS.values())


@pytest.mark.parametrize("ask", ASKS)
def test_the_answer_works(ask):
    for block in ASKS[ask]:
        exec(compile(BLOCK.findall(TEXT)[0] + block, ask, "exec"), {})


def test_the_figures_are_drawn():
    pytest.importorskip("plotly")
    (block,) = BLOCK.findall((DOCS / "figures.md").read_text(encoding="utf-8"))
    exec(compile(block, "figures.md", "exec"), {})
