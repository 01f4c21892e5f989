"""Functions of a caller or a user; their errors are reported as theirs and change nothing."""

import threading
import weakref
from collections.abc import Callable
from types import MethodType
from typing import Any, Generic, ParamSpec

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


class Callbacks:
    """Functions that a user has given to be called with snapshots.

    Args:
        giver: The method that takes them, named in reports, e.g. ``"on_fit"``.
        tell: Called with a sentence about a function that raised.

    Attributes:
        latest: The newest snapshot with which all functions have been called.
    """

    def __init__(self, giver: str, tell: Callable[[str], None]) -> None:
        self._giver, self._tell = giver, tell
        self._lock = threading.Lock()
        self._functions: dict[object, Callable[[Any], object]] = {}
        self._failing: set[object] = set()
        self.latest: Any = None

    def add(self, function: Callable[[Any], object]) -> Callable[[], None]:
        """Call a function with every snapshot from now on; return a function that ends this.

        Raises:
            TypeError: It cannot be called.
        """
        if not callable(function):
            raise TypeError(f"{self._giver} needs a function of one snapshot, but got {type(function).__name__}.")
        key = object()
        with self._lock:
            self._functions[key] = function

        def end() -> None:
            with self._lock:
                self._functions.pop(key, None)
                self._failing.discard(key)

        return end

    def call(self, snapshot: object) -> None:
        """Call every function with a snapshot; log one that raises with its traceback, and tell the page.

        A function that raises at every call is reported once.
        """
        with self._lock:
            functions = tuple(self._functions.items())
        for key, function in functions:
            try:
                function(snapshot)
                self._failing.discard(key)
            except Exception as error:  # noqa: BLE001 - the user's error must not change what is shown
                if key in self._failing:
                    continue
                self._failing.add(key)
                name = getattr(function, "__qualname__", repr(function))
                LOG.error("The function %s, given to %s, raised.", name, self._giver, exc_info=error)
                said = f"{type(error).__name__}: {str(error)[:200]}".rstrip(".: ")
                self._tell(f"Your function {name}, given to {self._giver}, raised {said}. Nothing else has changed.")
        self.latest = snapshot
