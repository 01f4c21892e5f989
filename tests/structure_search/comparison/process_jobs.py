"""Jobs for the test of processes, in a module that they can import without pytest."""

import os
from collections.abc import Callable


class Stoppable:
    """What a job may hand out while it runs."""

    def stop(self) -> None:
        """Do nothing."""


def square(job: int, shared: int, begun: Callable[[object], object]) -> tuple[int, str]:
    """Return the square of a job over a shared number, and the number of threads that OpenMP would use."""
    begun(Stoppable())
    return job * job + shared, os.environ["OMP_NUM_THREADS"]


def die(job: int, shared: object, begun: object) -> None:
    """End the process as the system does when it is out of memory."""
    os._exit(9)
