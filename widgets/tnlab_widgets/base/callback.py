"""Functions of a caller that threads of the laboratory call."""

import weakref
from collections.abc import Callable
from types import MethodType
from typing import Generic, ParamSpec

from tnlab_widgets.base.sentences import LOG

Given = ParamSpec("Given")


class Callback(Generic[Given]):
    """A function of the caller, which may fail or be forgotten without harm to what calls it.

    An exception in the function is logged as its own, with its traceback, and goes no further.

    Args:
        function: The function. A method is held weakly: once its object is forgotten, a call does nothing.
    """

    def __init__(self, function: Callable[Given, object]) -> None:
        self._function: Callable[[], Callable[Given, object] | None] = (
            weakref.WeakMethod(function) if isinstance(function, MethodType) else lambda: function
        )

    def __call__(self, *args: Given.args, **kwargs: Given.kwargs) -> None:
        """Call the function with these arguments."""
        function = self._function()
        if function is None:
            return
        try:
            function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - it is the caller's, who is told in the log
            name = getattr(function, "__qualname__", repr(function))
            LOG.error("Your function %s, called with a report, raised an exception.", name, exc_info=error)
