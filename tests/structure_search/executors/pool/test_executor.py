"""What a pool of processes leaves behind in the process that has it, and how it goes on after it could not."""

# pyright: reportPrivateUsage=false

import gc
import sys
from itertools import islice
from pathlib import Path

import pytest

from tests.waiting import wait_for
from tnlab.data.planted_tensors import planted
from tnlab.errors import ExecutorError
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.executors import by_name as spec
from tnlab.structure_search.executors.pool import crew as pool_crew
from tnlab.structure_search.executors.pool.executor import Pool
from tnlab.structure_search.run import Search

X = planted(ring((3,) * 5, (0, 2, 4, 1, 3), (2, 1, 2, 2, 3)), noise=0.01, seed=1)


def search_with(pool: Pool | str) -> Search:
    return Search(X, 0.001, engine="tnls", family="ring", max_evaluations=20, max_seconds=1e6, executor=pool)


def tensors_kept() -> int:
    """Return how many files in memory this process holds that were made for pools."""
    files = []
    for handle in Path("/proc/self/fd").iterdir():
        try:
            files.append(str(handle.readlink()))
        except OSError:  # that of the listing itself
            continue
    return sum("memfd:tnlab" in file for file in files)


@pytest.mark.skipif(sys.platform != "linux", reason="looks where Linux lists open files")
def test_a_tensor_is_not_kept_when_its_search_is_over():
    """Neither for the fits that were answered last, nor for those that were dropped."""
    with Pool(2) as pool:
        for steps in (3, None):
            list(islice(search_with(pool), steps))
        gc.collect()
        wait_for(lambda: tensors_kept() == 0)


def test_a_pool_that_could_not_start_is_made_again(monkeypatch):
    """A machine that was out of processes once may have some later, and who names a pool cannot make it anew."""

    def refused():
        raise BlockingIOError("Resource temporarily unavailable")

    kept: dict = {}
    monkeypatch.setattr(spec, "_kept", kept)
    with monkeypatch.context() as short:
        short.setattr(pool_crew, "start_process", refused)
        with pytest.raises(ExecutorError, match="No process can be started"):
            list(search_with("pool:1"))
    assert list(search_with("pool:1"))[-1].counts.fitted > 0
    kept.popitem()[1].close()
