"""A process that is lost is replaced and its fit made again; processes end when idle, and say why they cannot start."""

# pyright: reportPrivateUsage=false

import os
import signal

import pytest

from tests.structure_search.executors.fits import LONG, answered, evaluator, inline, task
from tests.waiting import wait_for
from tnlab.errors import ExecutorError
from tnlab.structure_search.executors import Pool
from tnlab.structure_search.executors.pool import crew as pool_crew


def busy(pool: Pool) -> int:
    """Return the process that is at work, once there is just one."""

    def one_at_work() -> int | None:
        at_work = [hand for hand in pool._crew._hands if hand.ticket is not None and hand._known]
        process = at_work[0]._process if len(at_work) == 1 else None
        return None if process is None else process.pid

    return wait_for(one_at_work)


def pids(pool: Pool) -> list[int]:
    return [hand._process.pid for hand in pool._crew._hands if hand._process is not None]


def test_a_lost_process_is_replaced_and_its_fit_done_again(pool, monkeypatch):
    """The same answer; only one whose processes are lost again and again is given up."""
    channel = pool.connect(evaluator())
    channel.submit(task(1, 500, starts=1))
    os.kill(busy(pool), signal.SIGKILL)
    answer = channel.next()
    assert answer.fitted is not None
    assert {1: answer.fitted.relative_error} == inline(task(1, 500, starts=1))
    monkeypatch.setattr(pool_crew, "LOSSES", 1)
    channel.submit(task(2, LONG))
    os.kill(busy(pool), signal.SIGKILL)
    assert channel.next().fitted is None
    assert answered(channel, task(3)) == inline(task(3))
    channel.close()


@pytest.mark.slow
def test_processes_without_work_end_until_there_is_some(monkeypatch):
    """And are there again for the next task."""
    monkeypatch.setattr(pool_crew, "IDLE", 0.05)
    with Pool(1) as lazy:
        channel = lazy.connect(evaluator())
        for number in (1, 2):
            assert answered(channel, task(number)) == inline(task(number))
            wait_for(lambda: not pids(lazy))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("raise SystemExit(7)", "end as soon as they start; the last with exit status 7"),
        (
            "import sys; from multiprocessing.connection import Connection\n"
            "Connection(int(sys.argv[1])).send_bytes(b'Alas')",
            "could not start: Alas",
        ),
    ],
)
def test_processes_that_cannot_start(content, words, tmp_path, monkeypatch):
    """No search waits for them for ever."""
    script = tmp_path / "script.py"
    script.write_text(content)
    monkeypatch.setattr(pool_crew, "SCRIPT", script)
    with Pool(2) as broken:
        for _ in range(2):
            with pytest.raises(ExecutorError, match=words):
                broken.connect(evaluator())
    with pytest.raises(ExecutorError):
        broken.connect(evaluator())
