"""Answers to the signals that stop a command: Ctrl-C, a scheduler's warning, a line that drops.

A command that has nothing to keep ends at once. One that computes a result stops at the first signal, keeps the best so
far, and ends at once at the second. A signal that is ignored when the command starts (``nohup``) stays ignored.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any, Self

from tnlab.writing import remove_parts

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1")  # Ctrl-C, ``kill`` and schedulers, a dropped line, Slurm
SIGNALS = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))
ASKED = b"\nStopping after this sweep. Once more ends it at once.\n"
CURSOR = b"\x1b[?25h\n"  # terminal code that shows the cursor again, which a progress bar hides
_came: list[int] = []  # the signals that have been answered


def last_code() -> int:
    """Return 128 and the number of the last signal that stopped a command, as a shell does; 0 if none came."""
    return 128 + _came[-1] if _came else 0


def forget() -> None:
    """Forget the signals of an earlier command in this process."""
    _came.clear()


def end_at_once() -> None:
    """Let every signal say "Stopped." and end this process, from now on."""
    _set(lambda number, _: _end(number, b"Stopped.\n"))


@contextmanager
def raised() -> Iterator[None]:
    """Raise ``KeyboardInterrupt`` on the first signal in a block, and end the process at once on the second."""

    def answer(number: int, _frame: FrameType | None) -> None:
        if _came:
            _end(number)
        _came.append(number)
        raise KeyboardInterrupt

    forget()
    before = _set(answer)
    try:
        yield
    finally:
        _restore(before)


class Interruption:
    """Context in which the first signal calls ``stop`` and the second ends the process at once.

    Args:
        stop: What to call, from a thread of its own.
    """

    def __init__(self, stop: Callable[[], object]) -> None:
        self._stop = stop
        self._before: dict[int, Any] = {}

    @property
    def asked(self) -> bool:
        """Whether a signal has come."""
        return bool(_came)

    def __enter__(self) -> Self:
        forget()
        self._before = _set(self._answer)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _restore(self._before)

    def _answer(self, number: int, _frame: FrameType | None) -> None:
        if _came:
            _end(number)
        _came.append(number)
        _say(ASKED)
        threading.Thread(target=self._stop, daemon=True).start()


def _set(answer: Callable[[int, FrameType | None], object]) -> dict[int, Any]:
    """Answer all signals but the ignored ones, and return what answered them before."""
    if threading.current_thread() is not threading.main_thread():  # Python lets only this thread set handlers
        return {}
    chosen = [number for number in SIGNALS if signal.getsignal(number) not in (signal.SIG_IGN, None)]
    return {number: signal.signal(number, answer) for number in chosen}


def _restore(before: dict[int, Any]) -> None:
    for number, answer in before.items():
        signal.signal(number, answer)


def _say(sentence: bytes) -> None:
    with suppress(OSError):  # the terminal has gone
        os.write(2, sentence)


def _end(number: int, sentence: bytes = b"") -> None:
    if sys.stderr is not None and sys.stderr.isatty():
        sentence = CURSOR + sentence
    _say(sentence)
    remove_parts()
    os._exit(128 + number)
