"""A workbench on a page that is no browser, and waiting for what it does."""

import numpy as np

QUICK = {"engines": ("hill_climb", "tnls"), "target_error": 0.3, "family": "ring", "max_evaluations": 12}
LONG = {"engines": ("annealing", "random"), "target_error": 0.1, "max_evaluations": 10**6, "max_seconds": 10**6}
RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(4, 4, 4, 4))


def state(shown):
    return shown.widget.run["state"]


def ended(shown):
    """Wait until all searches have ended and the page was told so."""
    shown.until(lambda: state(shown) == "ended" and all(lane["state"] == "ended" for lane in shown.widget.lanes))
    return shown.widget.lanes


def growing(shown, more=5):
    """Wait until every lane has so many more evaluations."""
    before = [lane["total"] for lane in shown.widget.lanes]
    shown.until(lambda: all(now["total"] >= old + more for now, old in zip(shown.widget.lanes, before, strict=True)))


def running(shown):
    """Start, and wait until every lane has evaluations."""
    shown.command("start")
    assert shown.widget.problem == {}
    shown.until(lambda: len(shown.widget.lanes) and all(lane["total"] for lane in shown.widget.lanes))
