"""A clock that tests turn."""

import pytest

from tnlab.structure_search import driver, evaluator, run
from tnlab.structure_search.executors import inline


class Clock:
    """What the modules of a search take from ``time``; it stands still until it is moved.

    Attributes:
        now: Seconds.
    """

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of every search that is begun in this test with fits in this process."""
    clock = Clock()
    for module in (driver, evaluator, inline, run):
        monkeypatch.setattr(module, "time", clock)
    return clock
