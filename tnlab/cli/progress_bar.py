"""The progress bar of a search in a terminal, for ``tnlab search``, ``tnlab resume`` and ``tnlab watch``."""

import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text
from typing_extensions import override

from tnlab.structure_search.progress import Progress
from tnlab.structure_search.progress_log import best_words

WIDTH = 20  # characters of the bar: enough to see 5 %, and it leaves room for text in 80 columns
PER_SECOND = 4  # refreshes of the line in a second


class ProgressBar:
    """A context that shows a search's progress in one line on stderr and removes it at the end; needs a terminal.

    A terminal that goes while the search runs is no error.

    Args:
        console: Where to draw instead of stderr, terminal or not.

    Attributes:
        live: Whether anything is drawn.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.live = console is not None or (sys.stderr is not None and sys.stderr.isatty())
        self._bar = Bar(
            BarColumn(WIDTH),
            TextColumn("{task.fields[best]}", markup=False),
            TextColumn("{task.fields[counts]}", markup=False, style="dim"),
            _Left(),
            console=console or Console(file=_Lasting(sys.stderr), highlight=False),  # type: ignore[arg-type]
            transient=True,
            refresh_per_second=PER_SECOND,
        )
        self._task = self._bar.add_task("", total=1.0, best="...", counts="", left=None, shown=0.0)

    def __enter__(self) -> Self:
        if self.live:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.live:
            self._bar.stop()

    def show(self, progress: Progress) -> None:
        """Update the line: fraction of the budget spent, best structure, counts, and time left."""
        if self.live:
            self._bar.update(
                self._task,
                completed=progress.fraction,
                best=best_words(progress),
                counts=_counts(progress),
                left=progress.seconds_left,
                shown=time.monotonic(),
            )


class _Lasting:
    """A stream that drops what cannot be written; rich writes from a thread of its own, too."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):  # the terminal has gone
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


class _Left(ProgressColumn):
    """Column of the time left, which counts down between two snapshots of the search."""

    @override
    def render(self, task: Task) -> Text:
        left = task.fields["left"]
        if left is None:
            return Text("")
        return Text(f"{span(max(0.0, left - (time.monotonic() - task.fields['shown'])))} left", style="dim")


def span(seconds: float) -> str:
    """Return a time as text in at most two units, such as ``2 h 05 min``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def _counts(progress: Progress) -> str:
    counts = progress.counts
    return f"{counts.fitted:,} fitted, {counts.pruned:,} pruned, {counts.repeated:,} repeated"
