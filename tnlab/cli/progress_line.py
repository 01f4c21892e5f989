"""A line on stderr that tells how far a command is: rewritten in place on a terminal, else a new line now and then."""

import sys
import time
from contextlib import suppress

FIRST, LONGEST = 5.0, 300.0  # seconds until the first line off a terminal, and between two at most; waits double


class ProgressLine:
    """One line of progress. Nothing that happens to stderr is an error.

    Attributes:
        live: Whether stderr is a terminal.
    """

    def __init__(self) -> None:
        self.live = sys.stderr is not None and sys.stderr.isatty()
        self._pause = FIRST
        self._next = time.monotonic() + FIRST

    def show(self, text: str) -> None:
        """Show a line of text if it is time for one."""
        if self.live:
            self._write(f"\r{text}\x1b[K")
        elif time.monotonic() >= self._next:
            self._pause = min(2 * self._pause, LONGEST)
            self._next = time.monotonic() + self._pause
            self._write(f"{text}\n")

    def end(self) -> None:
        """Remove the line from a terminal."""
        if self.live:
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(text)
            sys.stderr.flush()
