"""Every text that says what is proved says for which structures: pages, lessons, the command line, figures, widgets."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("notebooks/*.ipynb")]
PROGRAMS = [
    *(path for part in ("bounds", "cli", "figures", "structure_search") for path in ROOT.glob(f"tnlab/{part}/**/*.py")),
    *ROOT.glob("widgets/tnlab_widgets/**/*.py"),
    *(path for path in ROOT.glob("widgets/src/**/*.ts") if not path.name.endswith(".test.ts")),
]
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`')
SENTENCE = re.compile(r"(?<=[.:;])\s+|(?<=\w\?)\s+|\n\s*\n|\|")
CLAIMS = {  # what is said, and what such a sentence must also say
    re.compile(
        r"(?<!needs )(?<!need )(?<!costs )\bno\W{0,2} fit\b(?! (is made|is needed|yet|has begun)\b)"
    ): re.compile(r"\bno\W{0,2} fit (of|here)\b"),
    re.compile(r"\bno\W{0,2} structure\b.*\b(below|without|fewer|gets there)"): re.compile(r"famil|\bscope\b"),
    re.compile(r"\bproved? (minimum|bound|impossible|empty|best|necessary)|impossible"): re.compile(
        r"famil|kind|rings|trees|graph|networks"
    ),
    re.compile(r"\bnothing (smaller|cheaper|below)"): re.compile(r"famil|kind|every cut|rings|trees|graphs|networks"),
}
KNOWN = {
    "no fit": "a part of 'no fit of this structure', and the state of a page without one",
    "impossible": "the name of a field",
    "nothing smaller": "follows 'proved for' and the family",
    "proved minimum / planted": "the table has a column for the family",
}


def literals(path: Path) -> Iterator[str]:
    """Yield the texts of a program that are not docstrings; expressions in them stand as they are written."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ts":
        yield from (
            found[0][1:-1] for found in LITERAL.finditer(re.sub(r"/\*.*?\*/|(?m:^\s*//.*$)", "", text, flags=re.DOTALL))
        )
        return
    tree = ast.parse(text)
    skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)
    } - skipped
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield ast.unparse(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped | parts:
            yield node.value


def texts(path: Path) -> Iterator[str]:
    if path.suffix == ".ipynb":
        yield from ("".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"])
    elif path.suffix == ".md":
        yield path.read_text(encoding="utf-8")
    else:
        yield from literals(path)


def unnamed(text: str) -> list[str]:
    """Return the sentences of a text that say what is proved, and not for which structures."""
    said = [" ".join(sentence.split()) for sentence in SENTENCE.split(text)]
    return [
        sentence
        for sentence in said
        for claim, named in CLAIMS.items()
        if claim.search(sentence.lower()) and not named.search(sentence.lower()) and sentence not in KNOWN
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("In short: no fit is below 0.1.", 1),
        ("No *fit* of this structure is below 0.1.", 0),
        ("The proved minimum is 640", 1),
        ("The minimum proved for rings is 640; nothing smaller exists.", 1),
        ("proved impossible for simple graphs", 0),
        ("the bound, which no structure can go below", 1),
        ("no structure of the family has fewer", 0),
    ],
)
def test_a_sentence_without_its_structures_is_found(text, count):
    assert len(unnamed(text)) == count


@pytest.mark.parametrize("path", PAGES + PROGRAMS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_proved_is_said_of_some_structures(path):
    assert [sentence for text in texts(path) for sentence in unnamed(text)] == []
