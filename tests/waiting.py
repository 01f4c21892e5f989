"""Waiting for what other threads and processes do: for a state, never for a time."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 60.0  # seconds, for a busy machine: nothing is measured by it
POLL = 0.005  # seconds


def wait_for(holds: Callable[[], object], what: str = "") -> Any:
    """Wait until a condition holds, and return its value."""
    deadline = time.monotonic() + PATIENCE
    while not (value := holds()):
        assert time.monotonic() < deadline, f"waited {PATIENCE:g} s {what}".strip()
        time.sleep(POLL)  # the one pause between two looks at a state that sends no event
    return value
