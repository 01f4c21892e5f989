"""What every executor has: a name in the registry, and an end that a with statement calls."""

import pytest

from tnlab.structure_search.executors.base import AbstractExecutor, executors
from tnlab.structure_search.executors.inline import Inline


def test_executors_are_registered_by_name():
    assert set(executors) >= {"inline", "pool", "dask"}
    assert all(issubclass(executors[name], AbstractExecutor) and executors[name].name == name for name in executors)


def test_a_with_statement_closes_an_executor_also_after_an_error():
    class Counting(Inline):
        closed = 0

        def close(self) -> None:
            self.closed += 1

    executor = Counting()
    with executor as same:
        assert same is executor
        assert executor.over == ""
    assert executor.closed == 1
    with pytest.raises(ZeroDivisionError), executor:
        _ = 1 / 0
    assert executor.closed == 2
