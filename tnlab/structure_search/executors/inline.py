"""The executor that runs fits in the calling thread, one after the other."""

import threading
import time
from collections import deque
from dataclasses import replace
from typing import ClassVar

from typing_extensions import override

from tnlab.errors import FormatError
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors.base import AbstractChannel, AbstractExecutor, Answer, Cancelled, Task, executors


class InlineChannel(AbstractChannel):
    """Channel whose ``next`` makes the oldest queued fit in the calling thread."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._tasks: deque[Task] = deque()
        self._cancelled = threading.Event()

    @override
    def submit(self, task: Task) -> None:
        self._tasks.append(task)

    @override
    def next(self) -> Answer:
        task = self._tasks.popleft() if self._tasks else None
        if task is None or self._cancelled.is_set():
            raise Cancelled
        deadline = time.monotonic() + (task.until - time.time())
        fitted = self._evaluator(task.proposal, task.cutoff, deadline, self._cancelled.is_set)
        if self._cancelled.is_set():
            raise Cancelled
        return Answer(task.number, fitted)

    @override
    def postpone(self, seconds: float) -> None:
        self._tasks = deque(replace(task, until=task.until + seconds) for task in self._tasks)

    @override
    def cancel(self) -> None:
        self._cancelled.set()

    @override
    def close(self) -> None:
        self.cancel()


@executors.register("inline")
class Inline(AbstractExecutor):
    """Run fits in this process, one after the other; each begins when its answer is asked for."""

    name: ClassVar[str] = "inline"

    @override
    @classmethod
    def parsed(cls, argument: str) -> "Inline":
        if argument:
            raise FormatError(f"The executor inline takes nothing behind a colon, but was given {argument!r:.80}.")
        return cls()

    @property
    @override
    def workers(self) -> int:
        return 1

    @override
    def connect(self, evaluator: Evaluator) -> InlineChannel:
        return InlineChannel(evaluator)
