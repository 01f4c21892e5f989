"""Every example in a docstring of the engine runs and gives what it shows."""

import doctest
import importlib
import pkgutil

import pytest

import tnlab

OPTIONAL = ("sqlalchemy",)  # modules that begin by importing what need not be installed

MODULES = [
    found.name for found in pkgutil.walk_packages(tnlab.__path__, "tnlab.") if not found.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in OPTIONAL:
            raise
        pytest.skip(f"needs {error.name}")
    assert doctest.testmod(module).failed == 0
