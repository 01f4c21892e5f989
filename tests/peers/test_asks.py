"""Every block of code in docs/asks.md, run by itself after the first; and that of docs/figures.md."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "asks.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
*NUMBERED, SUITES = TEXT.split("\n## ")[1:]
ASKS = {part.split("\n", 1)[0]: BLOCK.findall(part) for part in NUMBERED}
DEFECTS = ("test_asks.py", "test_defects.py")


def test_all_asks_are_there():
    assert [int(title.split(".")[0]) for title in ASKS] == list(range(1, 23))
    assert all(ASKS.values())


def test_every_suite_has_its_table_and_its_file():
    named = re.findall(r"^### .*\(`tests/peers/(.*)`\)$", SUITES, re.MULTILINE)
    assert sorted(named) == sorted({path.name for path in Path(__file__).parent.glob("test_*.py")} - {*DEFECTS})
    rows = [line for line in SUITES.splitlines() if line.startswith("| ") and not line.startswith("| subject")]
    for row in rows:
        subject, had, declined = (cell.strip() for cell in row.strip("|").split("|"))
        assert subject
        assert had or declined, row


@pytest.mark.parametrize("ask", ASKS)
def test_the_answer_works(ask):
    for block in ASKS[ask]:
        exec(compile(BLOCK.findall(TEXT)[0] + block, ask, "exec"), {})


def test_the_figures_are_drawn():
    pytest.importorskip("plotly")
    (block,) = BLOCK.findall((DOCS / "figures.md").read_text(encoding="utf-8"))
    exec(compile(block, "figures.md", "exec"), {})
