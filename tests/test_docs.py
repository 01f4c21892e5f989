"""Names of modules, functions and files in the documentation are those of today, and its Python runs."""

import ast
import functools
import importlib
import re
from pathlib import Path

import numpy as np
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


def run(page: str, smaller: dict[str, str]) -> int:
    """Run a page's blocks of Python one after the other, as in a notebook, and return how many there are."""
    blocks, names = BLOCK.findall((ROOT / page).read_text(encoding="utf-8")), {"__name__": "example"}
    for block in blocks:
        text = functools.reduce(lambda part, pair: part.replace(*pair), smaller.items(), block)
        exec(compile(text, page, "exec"), names)
    return len(blocks)


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    pytest.importorskip("anywidget")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TNLAB_STUDIES", str(tmp_path))
    assert run("README.md", {"max_seconds=30": "max_seconds=1", '"growth"': '"growth", max_seconds=1'}) > 5


def test_the_comparison_that_the_docs_write_runs(tmp_path, monkeypatch):
    """The plan of the page is that of its Python: one engine and seed of it, and few fits."""
    pytest.importorskip("plotly")
    monkeypatch.chdir(tmp_path)
    (plan,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/compare.md").read_text(encoding="utf-8"), re.DOTALL)
    for setting, value in {"seeds": 1, "max_evaluations": 1, "max_seconds": 2, "target_errors": [0.1]}.items():
        plan, count = re.subn(rf"^{setting} = \S+( 0.1])?", f"{setting} = {value}", plan, count=1, flags=re.MULTILINE)
        assert count == 1
    Path("rings.toml").write_text(re.sub(r"engines = .*", 'engines = ["certificate"]', plan), encoding="utf-8")
    np.save("own.npy", np.random.default_rng(0).random((4, 4, 4)))
    assert run("docs/compare.md", {"jobs=2": "jobs=1"}) == 1
    assert (tmp_path / "rings" / "report.html").is_file()
