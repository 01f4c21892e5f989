"""What holds of the tree as a whole: where tests stand, what names mean, what an import of tnlab brings."""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest

import tnlab

ROOT = Path(__file__).parents[1]
PACKAGES = {"tnlab": ROOT / "tnlab", "widgets": ROOT / "widgets" / "tnlab_widgets"}
# Rooms of registered parts: the contract suites of tests/contracts run over every one of them.
COVERED = {
    "formats": "base layout",
    "solvers": "base loop snapshot settings closed_form_base completion_base completion_race fit decompose choose_rank "
    "contained least_ranks",
    "structure_search/engines": "base",
}


def modules() -> list[tuple[str, str]]:
    """Return the place of every module that wants a test file, and of that file."""
    found = []
    for tests, package in PACKAGES.items():
        for path in sorted(package.rglob("*.py")):
            place = path.relative_to(package)
            if path.stem.startswith("__") or (tests == "tnlab" and _is_covered(place)):
                continue
            folder = ROOT / "tests" / place.parent if tests == "tnlab" else ROOT / "tests" / tests / place.parent
            found.append(
                (path.relative_to(ROOT).as_posix(), (folder / f"test_{place.name}").relative_to(ROOT).as_posix())
            )
    return found


def _is_covered(place: Path) -> bool:
    own = COVERED.get(place.parent.as_posix())
    return own is not None and place.stem not in own.split()


@pytest.mark.parametrize(("module", "test"), modules(), ids=lambda place: place)
def test_a_module_has_a_test_file_of_its_name(module, test):
    assert (ROOT / test).is_file(), f"{module} has no {test}"


# What the loop of fits knows alone (``tnlab/solvers/loop.py``): a file of one solver holds its algorithm.
OF_THE_LOOP = re.compile(r"Status|Snapshot|Limit|(?i:patience|deadline)|monotonic|perf_counter|^time$|^deque$")
SOLVERS = PACKAGES["tnlab"] / "solvers"


def _solver_files() -> list[str]:
    shared = {"__init__", *COVERED["solvers"].split()} - {"closed_form_base"}
    return sorted(path.stem for path in SOLVERS.glob("*.py") if path.stem not in shared)


@pytest.mark.parametrize("solver", _solver_files())
def test_a_solver_file_has_no_code_of_the_loop(solver):
    """No status, patience, deadline or clock, and no loop of its own; a setting may be called patience."""
    tree = ast.parse((SOLVERS / f"{solver}.py").read_text())
    settings = {id(node.target) for node in ast.walk(tree) if isinstance(node, ast.AnnAssign)}
    used = {
        getattr(node, attribute)
        for node in ast.walk(tree)
        if id(node) not in settings
        for attribute in ("id", "attr", "name", "arg", "module")
        if isinstance(getattr(node, attribute, None), str)
    }
    assert not [name for name in used if OF_THE_LOOP.search(name)]
    assert "iterate" not in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _packages(name: str) -> list[str]:
    package = importlib.import_module(name)
    inner = pkgutil.walk_packages(package.__path__, f"{name}.")
    return [name, *(found.name for found in inner if found.ispkg)]


@pytest.mark.parametrize("name", _packages("tnlab"))
def test_no_package_exports_a_name_that_one_of_its_modules_has(name):
    package = importlib.import_module(name)
    for found in pkgutil.iter_modules(package.__path__):
        if found.name == "__main__":
            continue
        try:
            module = importlib.import_module(f"{name}.{found.name}")
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("tnlab"):
                raise
            continue  # an optional package is not installed
        assert getattr(package, found.name) is module, f"{name}.{found.name} is not the module"


def _public_definitions() -> dict[str, list[str]]:
    """Return where every public class, function and type alias of a module is defined, by its name."""
    found: dict[str, list[str]] = {}
    for package in PACKAGES.values():
        for path in sorted(package.rglob("*.py")):
            if path.is_relative_to(PACKAGES["tnlab"] / "cli"):
                continue  # a command is called like the function that it calls
            for node in ast.parse(path.read_text()).body:
                names = [node.name] if isinstance(node, ast.ClassDef | ast.FunctionDef) else []
                if isinstance(node, ast.Assign):  # a type alias is written like a class
                    names = [each.id for each in node.targets if isinstance(each, ast.Name) and not each.id.isupper()]
                for name in names:
                    if not name.startswith("_"):
                        found.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
    return found


# Said by several modules in one and the same sense.
SAME_SENSE = {"solve"}


def test_a_public_name_means_one_thing():
    twice = {name: places for name, places in _public_definitions().items() if len(places) > 1}
    assert not {name: places for name, places in twice.items() if name not in SAME_SENSE}


def _own_classes(tree: ast.Module) -> set[str]:
    """Return the names by which a module calls classes of this repository."""
    made = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)} | {"cls"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in (
            "tnlab",
            "tnlab_widgets",
            "tests",
        ):
            made |= {name for each in node.names if (name := each.asname or each.name).lstrip("_")[:1].isupper()}
    return made


def constructions_of_many(source: str) -> list[int]:
    """Return the lines of the calls of a class of this repository with more than three positional arguments."""
    tree = ast.parse(source)
    made = _own_classes(tree)
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) > 3)
    return [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id in made]


def unformatted_code(source: str) -> list[int]:
    """Return the lines with ``fmt: skip`` behind what is no table of constants."""
    statements = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)]
    found = []
    for line, text in enumerate(source.splitlines(), start=1):
        if text.endswith("# fmt: skip"):
            ended = [node for node in statements if node.end_lineno == line]
            if not any(isinstance(node, ast.Assign) and _is_constant(node.value) for node in ended):
                found.append(line)
    return found


def _is_constant(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def _in_sources(found_in: Callable[[str], list[int]]) -> list[str]:
    """Return the places that a rule finds in the Python files of all rooms."""
    found = []
    for folder in (*PACKAGES.values(), ROOT / "tests"):
        for path in sorted(folder.rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            found += [f"{place}:{line}" for line in found_in(path.read_text())]
    return found


def test_constructions_name_their_arguments():
    assert _in_sources(constructions_of_many) == []


def test_only_tables_of_constants_are_not_formatted():
    assert _in_sources(unformatted_code) == []


def test_planted_constructions_are_found():
    source = """
from tnlab.network.structure import Core
from elsewhere import Table
class _Own: ...
Core(1, 2, 3)
Core(1, 2, 3, 4)
Table(1, 2, 3, 4)
_Own(1, 2, *more, 4)
_Own(1, 2, 3, d=4)
"""
    assert constructions_of_many(source) == [6, 8]


def test_planted_marks_are_found():
    mark = "# fmt: " + "skip"
    source = f"A = (1, -2,\n     'x')  {mark}\nf(1,\n  2)  {mark}\nB = [a,\n     b]  {mark}\n"
    assert unformatted_code(source) == [4, 6]


def test_every_public_name_can_be_had():
    for name in tnlab.__all__:
        assert getattr(tnlab, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = tnlab.no_such_name


def test_public_modules_can_be_had_first():
    """In a new process, where no other module has imported them yet."""
    code = "from tnlab import arithmetic, edits; print(arithmetic.add.__name__, edits.add_core.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["add", "add_core"], done.stderr


def test_packages_are_attributes_of_tnlab():
    code = "import tnlab; tnlab.solvers.solvers, tnlab.network.edits, tnlab.data.datasets, tnlab.errors, tnlab.metrics"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr == ""


def test_import_of_tnlab_brings_nothing_heavy():
    code = "import sys, tnlab; print(sorted({'torch', 'numpy', 'scipy', 'networkx', 'skimage'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def circles(package: Path) -> list[set[str]]:
    """Return the groups of modules of a package that import each other in a circle, imports for types included."""
    files = {".".join(path.relative_to(package.parent).with_suffix("").parts): path for path in package.rglob("*.py")}
    graph: nx.DiGraph = nx.DiGraph()
    for name, path in files.items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                wanted = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                wanted = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
            else:
                continue
            graph.add_edges_from((name, each) for each in wanted if each in files)
    looped = [{name} for name in nx.nodes_with_selfloops(graph)]
    return [set(group) for group in nx.strongly_connected_components(graph) if len(group) > 1] + looped


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_no_modules_import_each_other_in_a_circle(package):
    assert circles(package) == []


def test_a_planted_circle_is_found(tmp_path):
    package = tmp_path / "house"
    (package / "inner").mkdir(parents=True)
    (package / "a.py").write_text("from house import b\n")
    (package / "b.py").write_text("from house.inner.c import x\n")
    (package / "inner" / "c.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import house.a\nx = 1\n"
    )
    (package / "d.py").write_text("from house.a import b\n")
    assert circles(package) == [{"house.a", "house.b", "house.inner.c"}]
