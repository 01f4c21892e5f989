"""The errors tnlab raises on purpose: each says what was needed, what was given, and where."""

import difflib
from collections.abc import Iterable


class TnlabError(Exception):
    """Base of every error that tnlab raises on purpose."""


class StructureError(TnlabError, ValueError):
    """A structure breaks a rule (a bond to nowhere, a rank below one, a mode without a core, ...)."""


class DataError(TnlabError, ValueError):
    """A tensor, image or file cannot be used as it is."""


class FormatError(TnlabError, ValueError):
    """A named format cannot be built for this order or rank."""


class ExecutorError(TnlabError, RuntimeError):
    """Where fits were to run there is nobody, or nobody any more."""


class StudyBusyError(TnlabError, RuntimeError):
    """A study is being written by another process; it can be watched, but not gone on with."""


class NotInstalledError(TnlabError, ImportError):
    """An optional package is needed and not installed."""

    def __init__(self, package: str, install: str) -> None:
        super().__init__(f"This needs {package}, which is not installed: pip install {install}.")


class UnknownNameError(TnlabError, KeyError):
    """A name is not registered; the message offers the closest known one."""

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        self.known = tuple(sorted(known))
        close = difflib.get_close_matches(str(name).lower(), self.known, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        super().__init__(f"Unknown {kind} {name!r}.{hint} Known: {', '.join(self.known)}.")

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would print the repr
