"""A registry finds parts by name and alias, lists names, and refuses a name twice."""

import pytest

from tnlab.errors import UnknownNameError
from tnlab.registry import Registry


@pytest.fixture
def registry():
    registry = Registry[object]("format")
    registry.register("tensor_train", "tt", "MPS")("the train")
    registry.register("tucker")("the star")
    return registry


@pytest.mark.parametrize("name", ["tensor_train", "TT", "mps", "Tensor Train", "tensor-train", " tt "])
def test_names_and_aliases_are_found_however_they_are_written(registry, name):
    assert registry[name] == "the train"
    assert name in registry


def test_only_names_are_listed(registry):
    assert list(registry) == ["tensor_train", "tucker"]
    assert len(registry) == 2


def test_the_decorator_returns_the_part(registry):
    def part():
        return 1

    assert registry.register("part")(part) is part


@pytest.mark.parametrize("names", [("tucker",), ("TT",), ("new", "tensor train")])
def test_a_name_that_is_taken_is_refused_and_changes_nothing(registry, names):
    with pytest.raises(ValueError, match=r"The format name '.*' is taken by '(tucker|tensor_train)'"):
        registry.register(*names)
    assert len(registry) == 2
    assert "new" not in registry


def test_an_unknown_name_is_refused_with_the_closest(registry):
    with pytest.raises(UnknownNameError, match=r"Unknown format 'tuker'\. Did you mean 'tucker'"):
        registry["tuker"]
    assert "tuker" not in registry
