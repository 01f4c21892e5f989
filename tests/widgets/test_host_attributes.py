"""Attributes that a host writes on a widget are none of the widget's own.

marimo wraps a widget in an element that forwards to it every assignment of a name that it has: an attribute of ours
with the name of one of the element's would be overwritten.
"""

import ast
import inspect
import textwrap
from typing import Any

import anywidget
import pytest

import tnlab_widgets
from tnlab_widgets.base.widget import BaseWidget

wrapping = pytest.importorskip("marimo._plugins.ui._impl.from_anywidget")

WIDGETS: dict[str, Any] = {
    name: kind for name in dir(tnlab_widgets) if issubclass(kind := getattr(tnlab_widgets, name), BaseWidget)
}


def written(kind: type) -> set[str]:
    """Return the names that the methods of a class of marimo and of its bases assign on `self`, or on a copy of it."""
    classes = [base for base in kind.__mro__ if base.__module__.startswith("marimo.")]
    trees = [ast.parse(textwrap.dedent(inspect.getsource(base))) for base in classes]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    assigned = [node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)]
    calls = [node for node in nodes if getattr(getattr(node, "func", None), "attr", "") == "__setattr__"]
    constants = [each for call in calls for each in ast.walk(call) if isinstance(each, ast.Constant)]
    return {node.attr for node in assigned if getattr(node.value, "id", "") in ("self", "result")} | {
        each.value for each in constants if isinstance(each.value, str)
    }


def test_the_names_are_found():
    assert {"_value", "_value_frontend", "_updating_value", "_lens", "_id", "_widget_synced"} <= written(
        wrapping.anywidget
    )


@pytest.mark.parametrize("name", WIDGETS)
def test_marimo_writes_on_no_attribute_of_a_widget(name):
    widget = WIDGETS[name]()
    try:
        assert {each for each in written(wrapping.anywidget) if hasattr(widget, each)} == set()
    finally:
        widget.close()


@pytest.mark.parametrize("name", WIDGETS)
def test_all_that_is_private_of_ours_is_in_one_attribute(name):
    widget = WIDGETS[name]()
    try:
        assert set(vars(widget)) - set(vars(anywidget.AnyWidget())) == {"_tnlab"}
    finally:
        widget.close()
