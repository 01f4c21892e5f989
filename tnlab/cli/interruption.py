"""Answer SIGINT (Ctrl-C) and SIGTERM (a scheduler's warning): the first stops a search, the second ends the process."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)
ASKED = b"\nStopping after this sweep. Once more ends it at once.\n"
CURSOR = b"\x1b[?25h\n"  # terminal code that shows the cursor again, which the progress bar hides


class Interruption:
    """Context in which the first SIGINT or SIGTERM calls ``stop`` and the second ends the process at once.

    Args:
        stop: What to call, from a thread of its own.

    Attributes:
        asked: Whether a signal has come.
    """

    def __init__(self, stop: Callable[[], object]) -> None:
        self.asked = False
        self._stop = stop
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():  # Python lets only this thread set handlers
            self._before = {number: signal.signal(number, self._answer) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _answer(self, number: int, _frame: FrameType | None) -> None:
        if self.asked:
            if sys.stderr.isatty():
                os.write(2, CURSOR)
            os._exit(128 + number)
        self.asked = True
        os.write(2, ASKED)
        threading.Thread(target=self._stop, daemon=True).start()
