"""Fits run where they are asked for, one after the other, when somebody waits for them."""

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
    """The fits of one search, in the thread that waits for them."""

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
    """In this process, one fit after the other."""

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
