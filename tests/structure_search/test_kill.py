"""Searches that are killed again and again lose nothing that was recorded, and come to what they would have come to."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import wait_for
from tnlab.structure_search.studies.reader import StudyReader

KILLS = 20
WORKER_KILLS = (4, 11, 17)  # of the searches, those in which a worker is killed too
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="forks the searches"),
]


class Process:
    """One of ``kill_parts``, to speak to by lines."""

    def __init__(self, part: str) -> None:
        script = Path(__file__).with_name("kill_parts.py")
        alone = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # what forks has no threads
        self.popen = subprocess.Popen(
            [sys.executable, str(script), part], stdin=subprocess.PIPE, text=True, env=alone, stdout=subprocess.PIPE
        )

    def say(self, *words: object) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write(" ".join(map(str, words)) + "\n")
        self.popen.stdin.flush()

    def heard(self) -> str:
        assert self.popen.stdout is not None
        return self.popen.stdout.readline().strip()

    def end(self) -> None:
        self.popen.communicate(timeout=60)


@pytest.fixture(scope="module")
def searches() -> Iterator[Process]:
    process = Process("searches")
    yield process
    process.end()


@pytest.fixture(scope="module")
def whole(searches: Process, tmp_path_factory: pytest.TempPathFactory) -> list:
    """The search without a kill, in one process."""
    path = tmp_path_factory.mktemp("whole") / "study"
    searches.say("inline", path)
    assert searches.heard()
    assert searches.heard() == "0"
    return content(path)


def content(path: Path) -> list:
    """Return all of a study but the seconds, cores included."""
    reader = StudyReader(path)
    reader.poll()
    return [(*facts(one), cores(reader, one.number)) for one in reader.evaluations]


def facts(one) -> tuple:
    return one.structure, one.relative_error, one.score, one.fate, one.move, one.number, one.sweeps, one.finished


def cores(reader: StudyReader, number: int) -> list | None:
    network = reader.network(number)
    return None if network is None else [core.tolist() for core in network.cores]


def lines_of(path: Path) -> list[bytes]:
    """Return the whole lines of a study."""
    return (
        [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")] if path.exists() else []
    )


def evaluations_of(path: Path) -> list[int]:
    """Return the numbers of the evaluations in a study, in the order of its lines."""
    found = [json.loads(line) for line in lines_of(path)]
    assert not any("forget" in line for line in found)
    return [line["number"] for line in found if "number" in line]


def killed(searches: Process, executor: str, path: Path, chosen: random.Random, kill_worker) -> None:
    """Start, or go on with, a search; kill it a few evaluations later, in the middle of something."""
    wanted = len(evaluations_of(path)) + chosen.choice((0, 1, 1, 2, 3))
    searches.say(executor, path)
    pid, *workers = map(int, searches.heard().split())
    time.sleep(chosen.uniform(0.0, 0.05))  # killed at any moment whatever, not at one that a state marks
    kill_worker(workers)
    wait_for(lambda: len(evaluations_of(path)) >= wanted or not Path(f"/proc/{pid}").exists())
    time.sleep(chosen.uniform(0.0, 0.02))  # as above
    os.kill(pid, signal.SIGKILL)
    assert searches.heard() == str(-signal.SIGKILL), "the search was over before it could be killed"


def killed_again_and_again(searches: Process, executor: str, path: Path, kill_worker) -> None:
    chosen = random.Random(executor)
    for round_ in range(KILLS):
        before = lines_of(path)
        killed(searches, executor, path, chosen, kill_worker if round_ in WORKER_KILLS else lambda workers: None)
        assert lines_of(path)[: len(before)] == before
    before = lines_of(path)
    searches.say(executor, path)
    assert searches.heard()
    assert searches.heard() == "0"
    assert lines_of(path)[: len(before)] == before
    numbers = evaluations_of(path)
    assert sorted(numbers) == list(range(1, len(numbers) + 1)), "something was fitted twice, or is missing"


def test_killed_with_a_pool(searches, whole, tmp_path):
    """Twenty times; with three of its searches a process of the pool is killed too."""
    path = tmp_path / "study"
    killed_again_and_again(searches, "pool:2", path, lambda workers: os.kill(workers[0], signal.SIGKILL))
    assert content(path) == whole


def test_killed_with_a_cluster(searches, whole, tmp_path):
    """Twenty times, while the cluster lives on; three times one of its workers is killed too."""
    pytest.importorskip("distributed")
    cluster = Process("cluster")
    path = tmp_path / "study"
    try:
        killed_again_and_again(searches, f"dask:{cluster.heard()}", path, lambda workers: cluster.say("kill"))
        assert content(path) == whole
    finally:
        cluster.end()
