"""Every recipe of CONTRIBUTING.md, followed as it is written in a copy of the tree: its files, then its commands."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PLACE = re.compile(r'(?:#|//|/\*) (?P<path>[\w/.]+)(?:, below "(?P<line>.*)")?(?: \*/)?')
RECIPES = {
    part.partition("\n")[0]: BLOCK.findall(part)
    for part in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("### Recipe: ")[1:]
}
LINTERS = ("ruff", "lint-imports", "pyright")
PACKAGES = ROOT / "widgets" / "node_modules"  # what `npm ci` installs


def write(tree: Path, block: str) -> Path:
    """Put a block where its first line says, into a file of its own or below a line of one, and return that file."""
    head, _, text = block.partition("\n")
    place = PLACE.fullmatch(head)
    assert place, f"{head!r} does not say where its block belongs"
    path = tree / place["path"]
    if place["line"] is None:
        assert not path.exists(), f"{path} is there already: the example's name is taken"
        path.write_text(text, encoding="utf-8")
        return path
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    (at,) = (k for k, line in enumerate(lines) if line.startswith(place["line"]))
    path.write_text("".join([*lines[: at + 1], text, *lines[at + 1 :]]), encoding="utf-8")
    return path


def run(tree: Path, command: str) -> None:
    """Run a command as in an activated environment; one of Node in ``widgets``, where Node's packages are installed."""
    words = shlex.split(command)
    own = {"pytest": ["-m", "pytest", "-q", "-p", "no:cacheprovider"], "tnlab": ["-m", "tnlab"]}
    if "tests/browser" in command and not PACKAGES.is_dir():
        return  # there is no bundle to show
    if words[0] in own:
        words = [sys.executable, *own[words[0]], *words[1:]]
    elif words[0] in ("npm", "npx") and not PACKAGES.is_dir():
        (tree / "widgets" / "tnlab_widgets" / "static" / "spectrum.js").touch()  # Python's half asks for a bundle
        return
    paths = os.pathsep.join([str(tree), str(tree / "widgets")])
    done = subprocess.run(
        words,
        cwd=tree / "widgets" if words[0] in ("npm", "npx") else tree,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what recipes change and what their commands need."""
    skip = shutil.ignore_patterns("__pycache__", "node_modules", ".*_cache")
    for folder in ("tnlab", "tests", "notebooks", "widgets"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=skip)
    for file in ("pyproject.toml", ".importlinter"):
        shutil.copy(ROOT / file, tmp_path)
    if PACKAGES.is_dir():
        (tmp_path / "widgets" / "node_modules").symlink_to(PACKAGES.resolve())
    return tmp_path


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_does_what_it_says(tree: Path, name: str) -> None:
    if name in ("a widget", "a dashboard"):
        pytest.importorskip("anywidget")
    for _, block in (each for each in RECIPES[name] if each[0] != "sh"):
        write(tree, block)
    commands = [line for kind, block in RECIPES[name] if kind == "sh" for line in block.splitlines()]
    assert commands
    for command in commands:
        run(tree, command)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_linters_find_nothing_in_what_all_recipes_write(tree: Path) -> None:
    if not all(map(shutil.which, LINTERS)):
        pytest.skip("the linters come with tnlab[dev]")
    blocks = [block for recipe in RECIPES.values() for kind, block in recipe if kind == "python"]
    written = {str(write(tree, block).relative_to(tree)) for block in blocks}
    run(tree, f"ruff check {' '.join(written)}")
    run(tree, f"ruff format --check {' '.join(written)}")
    run(tree, "lint-imports")
    run(tree, f"pyright --pythonpath {sys.executable} {' '.join(path for path in written if 'tests/' not in path)}")


def test_every_kind_of_part_has_a_recipe() -> None:
    kinds = "format, solver, search engine, widget, dashboard, figure, subcommand, data set"
    assert list(RECIPES) == [f"a {kind}" for kind in kinds.split(", ")]
