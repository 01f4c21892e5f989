"""Old import paths give the modules of the new ones, with a warning, and hide no module of today."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tnlab import moved

ROOT = Path(__file__).parents[1]
OLD = sorted({*moved.MODULES, "tnlab.search.run", "tnlab.search.engines.core_shapes", "tnlab.search.comparison.plan"})


def test_old_paths_give_the_modules_of_the_new_ones_and_leave_search_a_function():
    code = f"""
import importlib, warnings, tnlab, tnlab.data
from tnlab import moved
for old in {OLD!r}:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = importlib.import_module(old)
        except ModuleNotFoundError as error:  # an optional package is not installed
            assert error.name == "sqlalchemy", error
            continue
    assert any(moved.new_path(old) in str(each.message) for each in caught), old
    new = importlib.import_module(moved.new_path(old))
    if old in moved.FUNCTIONS:
        assert callable(found) and all(getattr(found, name) is vars(new)[name] for name in dir(new) if name[0] != "_")
    elif hasattr(new, "__path__"):
        assert found.__name__ == old and found.__doc__ == new.__doc__
    else:
        assert found is new, old
    assert callable(tnlab.search) and tnlab.search.__module__ == "tnlab.structure_search.run", old
    assert callable(tnlab.data.planted), old
from tnlab.search import engines, run
assert run.search is tnlab.search
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "from tnlab.search import study, engine, coding",
        "from tnlab.search import engines; assert 'auto' in engines.engines",
        "from tnlab.search.executors import pool_crew, Inline, spec",
        "from tnlab.search.comparison import pool, plan",
        "from tnlab.network import starts, growth; assert starts.svd_start",
        "from tnlab.data import planted; assert callable(planted)",
        "import tnlab.search.executors.pool as p; assert p.Pool",
        "import tnlab.search.executors as e; assert e.Inline and not hasattr(e, 'no_such_name')",
    ],
)
def test_an_old_module_can_be_had_from_its_old_package(line):
    code = f"{line}\nimport tnlab\nassert tnlab.search.__name__ == 'search' and callable(tnlab.search)"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_name_that_no_module_had_is_not_found():
    code = "import importlib.util, tnlab; print(importlib.util.find_spec('tnlab.search.no_such_module'))"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "None", done.stderr


@pytest.mark.parametrize("old", moved.MODULES)
def test_an_old_path_is_no_module_of_today(old):
    place = ROOT / Path(*old.split("."))
    assert not place.with_suffix(".py").exists()
    assert not list(place.glob("*.py"))


def test_an_unknown_path_is_unknown():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("tnlab.networks")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tnlab.network.canonical", "tnlab.network.gauge.canonical"),
        ("tnlab.search.moves", "tnlab.structure_search.parts.moves"),
        ("tnlab.search.driver", "tnlab.structure_search.driver"),
        ("tnlab.search.logs.file", "tnlab.structure_search.studies.logs.file"),
        ("tnlab.search.comparison.plan", "tnlab.structure_search.comparison.plan"),
        ("tnlab.search", "tnlab.structure_search"),
        ("tnlab.network.cuts", ""),
        ("tnlab.searching", ""),
    ],
)
def test_the_new_path_follows_from_the_old_one(old, new):
    assert moved.new_path(old) == new


def test_the_import_hook_is_installed_once():
    before = list(sys.meta_path)
    moved.install()
    assert sys.meta_path == before


@pytest.mark.parametrize("new", sorted(set(moved.MODULES.values())))
def test_every_new_path_exists(new):
    place = ROOT.joinpath(*new.split("."))
    assert place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()
