"""Executors by what a user writes for them."""

import os
import threading
from typing import Any

from typing_extensions import override

from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors.base import AbstractChannel, AbstractExecutor, executors
from tnlab.structure_search.executors.dask import Dask, is_client

_kept: dict[tuple[int, str], AbstractExecutor] = {}
_keeping = threading.Lock()


def executor_of(spec: Any) -> AbstractExecutor:
    """Return the executor that ``NAME`` or ``NAME:ARGUMENT`` stands for, the one that is given, or one for a client.

    What is named is kept until this process ends, so that its workers are warm when they are named again; closing
    what is returned leaves them so.

    Raises:
        UnknownNameError: There is no such executor.
        FormatError: The argument makes no sense.
    """
    if isinstance(spec, AbstractExecutor):
        return spec
    if is_client(spec):
        return Dask(spec)
    name, _, argument = str(spec).partition(":")
    with _keeping:
        key = os.getpid(), str(spec)
        if key not in _kept or _kept[key].over:  # what could not go on once may be able to now
            _kept[key] = executors[name].parsed(argument)
        return _Lent(_kept[key])


class _Lent(AbstractExecutor):
    """An executor that others use too."""

    def __init__(self, kept: AbstractExecutor) -> None:
        self.name = kept.name  # type: ignore[misc]
        self._kept = kept

    @classmethod
    @override
    def parsed(cls, argument: str) -> AbstractExecutor:
        return executor_of(argument)

    @property
    @override
    def workers(self) -> int:
        return self._kept.workers

    @override
    def connect(self, evaluator: Evaluator) -> AbstractChannel:
        return self._kept.connect(evaluator)
