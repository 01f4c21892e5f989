"""Every example in a docstring of the engine runs and gives what it shows."""

import doctest
import importlib
import pkgutil

import pytest

import tnlab

MODULES = [
    found.name for found in pkgutil.walk_packages(tnlab.__path__, "tnlab.") if not found.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
