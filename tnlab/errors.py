"""Exceptions that tnlab raises on purpose; each message says what was needed, what was given, and where."""

import difflib
from collections.abc import Iterable

COMPLEX = (
    "Complex entries cannot be used, only real ones: take the real part or the modulus, or stack real and imaginary "
    "parts along a new axis of size 2."
)


class TnlabError(Exception):
    """Base class of all exceptions that tnlab raises on purpose."""


class StructureError(TnlabError, ValueError):
    """A structure breaks a rule (a rank below 1, a mode without a core, ...), or does not admit an operation."""


class DataError(TnlabError, ValueError):
    """A tensor, image, file or index is malformed, or unsuitable for the operation."""


class ComplexError(DataError):
    """Complex entries were given where real ones are needed, which is everywhere."""

    def __init__(self, message: str = COMPLEX) -> None:
        super().__init__(message)


class FormatError(TnlabError, ValueError):
    """A named format does not exist for the given order, mode sizes or ranks."""


class ExecutorError(TnlabError, RuntimeError):
    """An executor, which runs the fits of a search in other processes, cannot run them or has lost a worker."""


class StudyBusyError(TnlabError, RuntimeError):
    """Another process is writing to a study, so that this one may read but not continue it."""


class NotInstalledError(TnlabError, ImportError):
    """A call needs an optional package that is not installed; the message says how to install it.

    Args:
        package: Name of the package.
        install: What ``pip install`` must be given.
    """

    def __init__(self, package: str, install: str) -> None:
        super().__init__(f"This needs {package}, which is not installed: pip install {install}.")


class FewEntriesWarning(UserWarning):
    """A network has more parameters than the tensor has known entries, so that they do not determine it."""


class UnknownNameError(TnlabError, KeyError):
    """A name is not registered; the message suggests the closest known one and lists all.

    Args:
        kind: What is named, for the message, e.g. ``"format"``.
        name: The unknown name.
        known: All registered names.
    """

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        self.known = tuple(sorted(known))
        close = difflib.get_close_matches(str(name).lower(), self.known, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        super().__init__(f"Unknown {kind} {name!r}.{hint} Known: {', '.join(self.known)}.")

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would print the repr
