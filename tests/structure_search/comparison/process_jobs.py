"""Jobs for the test of processes, in a module that they can import without pytest."""

import os
from pathlib import Path


def square(job: int, shared: int) -> tuple[int, str]:
    """Return the square of a job over a shared number, and the number of threads that OpenMP would use."""
    return job * job + shared, os.environ["OMP_NUM_THREADS"]


def die(job: int, shared: object) -> None:
    """End the process as the system does when it is out of memory."""
    os._exit(9)


def die_once(job: int, shared: Path) -> int:
    """End the process the first time; the second time return its number."""
    if not shared.exists():
        shared.touch()
        os._exit(9)
    return os.getpid()


def fail(job: int, shared: object) -> None:
    """Raise an error."""
    raise TypeError("a job of two minds")
