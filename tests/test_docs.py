"""Names of modules, functions and files in the documentation are those of today."""

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("notebooks/*.ipynb")]
LATER = {"CHANGELOG.md"}  # it also names what has gone
DOTTED = re.compile(r"`(tnlab(?:_widgets)?(?:\.\w+)+)")
FILE = re.compile(r"`((?:tnlab|widgets|tests|notebooks|benchmarks|docs)/[\w/.]+\.(?:py|pyi|ipynb|md|ts|css|toml|cjs))`")
LINK = re.compile(r"\]\((?!http)([\w/.]+)")
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
pages = pytest.mark.parametrize("page", [each for each in PAGES if each.name not in LATER], ids=lambda page: page.stem)


def found(dotted: str) -> object:
    """Return the module, or the attribute of one, that a dotted path names."""
    module, _, rest = dotted.partition(".")
    thing = importlib.import_module(module)
    for name in rest.split("."):
        is_module = not hasattr(thing, name) and hasattr(thing, "__path__")
        thing = importlib.import_module(f"{thing.__name__}.{name}") if is_module else getattr(thing, name)
    return thing


@pytest.mark.parametrize("names", [DOTTED, FILE, LINK, BLOCK], ids=["modules", "files", "links", "examples"])
def test_the_documentation_has_names_of_every_kind(names):
    """A page may have none of a kind, but not all pages."""
    assert sum(len(names.findall(page.read_text(encoding="utf-8"))) for page in PAGES) >= 10


@pages
def test_dotted_paths_are_there(page):
    pytest.importorskip("anywidget")
    for dotted in set(DOTTED.findall(page.read_text(encoding="utf-8"))):
        assert found(dotted) is not None


@pages
def test_files_are_there(page):
    added = set(re.findall(r"^(?:#|//|/\*) ([\w/.]+)", page.read_text(encoding="utf-8"), re.MULTILINE))  # by a recipe
    for path in set(FILE.findall(page.read_text(encoding="utf-8"))) - added:
        assert (ROOT / path).is_file(), path
    for path in set(LINK.findall(page.read_text(encoding="utf-8"))):
        assert (page.parent / path).is_file(), path


@pages
def test_imports_of_examples_work(page):
    pytest.importorskip("anywidget")
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for node in ast.walk(ast.parse(block)) if not block.startswith("# ") else ():
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("tnlab"):
                exec(ast.unparse(node), {})


def test_examples_of_widgets_in_a_program_run():
    pytest.importorskip("anywidget")
    examples = BLOCK.findall((ROOT / "docs/program.md").read_text(encoding="utf-8"))
    assert len(examples) == 3
    for example in examples:
        exec(compile(example, "docs/program.md", "exec"), {"__name__": "example"})
