"""Find an executor from what a user passes: a name, an executor, or a dask client."""

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
    """Return the executor for a text ``NAME`` or ``NAME:ARGUMENT``, for a dask client, or the executor itself.

    An executor made from text is cached until this process ends, so that its workers stay warm for the next search;
    ``close`` on the returned executor leaves it running.

    Args:
        spec: Text, an ``AbstractExecutor``, or a ``distributed.Client``.

    Raises:
        UnknownNameError: No executor has that name.
        FormatError: The executor does not understand the argument.
    """
    if isinstance(spec, AbstractExecutor):
        return spec
    if is_client(spec):
        return Dask(spec)
    name, _, argument = str(spec).partition(":")
    with _keeping:
        key = os.getpid(), str(spec)
        if key not in _kept or _kept[key].over:  # one that failed is made anew: its cause may be gone
            _kept[key] = executors[name].parsed(argument)
        return _Lent(_kept[key])


class _Lent(AbstractExecutor):
    """A cached executor as a caller gets it: ``close`` does nothing."""

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
