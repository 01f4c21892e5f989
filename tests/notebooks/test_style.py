"""Style of notebooks: short cells, one cell of parameters, stored without outputs."""

import ast
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(path for path in ROOT.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
LESSONS = [path for path in NOTEBOOKS if path.parent == ROOT]


def _code(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def _name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", NOTEBOOKS, ids=_name)
def test_is_stored_without_outputs(path: Path) -> None:
    assert [cell.id for cell in _code(path) if cell.outputs or cell.execution_count] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=_name)
def test_cells_have_at_most_twelve_lines(path: Path) -> None:
    assert [cell.id for cell in _code(path) if len(cell.source.splitlines()) > 12] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=_name)
def test_functions_have_at_most_ten_lines(path: Path) -> None:
    functions = [node for cell in _code(path) for node in ast.walk(ast.parse(cell.source)) if _is_function(node)]
    assert [node.name for node in functions if node.end_lineno - node.lineno >= 10] == []


@pytest.mark.parametrize("path", LESSONS, ids=_name)
def test_lesson_starts_with_a_question_and_has_one_cell_of_parameters(path: Path) -> None:
    first = nbformat.read(path, 4).cells[0].source
    assert first.startswith("# ")
    assert "?" in first.splitlines()[0]
    assert [cell.metadata.get("tags", []) for cell in _code(path)].count(["parameters"]) == 1


@pytest.mark.parametrize("path", LESSONS, ids=_name)
def test_lesson_ends_with_exercises(path: Path) -> None:
    assert nbformat.read(path, 4).cells[-1].source.startswith("## Exercises")


@pytest.mark.parametrize("path", sorted((ROOT / "dashboards").glob("*.ipynb")), ids=_name)
def test_dashboard_is_one_import_and_one_call(path: Path) -> None:
    [cell] = _code(path)
    statements = ast.parse(cell.source).body
    kinds = [type(each.value if isinstance(each, ast.Expr) else each) for each in statements]
    assert kinds == [ast.ImportFrom, ast.Call], (
        f"{path.name} must hold one import and one call, but holds:\n{cell.source}\n"
        "Where the widget needs more than plain values, let its class make that from them."
    )


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
