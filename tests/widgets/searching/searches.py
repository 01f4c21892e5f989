"""Searches and evaluations for the tests, a workbench on a page that is no browser, and waiting for what it does."""

import numpy as np

from tnlab.data import Source
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.evaluation import Evaluation, Fate
from tnlab.structure_search.run import Search
from tnlab.structure_search.settings import StudyPlace

MODES = (3, 3, 3, 3)
RING = ring(MODES, (0, 1, 2, 3), (2, 2, 2, 2))
QUICK = {"engines": ("hill_climb", "tnls"), "target_error": 0.3, "family": "ring", "max_evaluations": 12}
LONG = {"engines": ("annealing", "random"), "target_error": 0.1, "max_evaluations": 10**6, "max_seconds": 10**6}
RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(4, 4, 4, 4))


def state(shown):
    return shown.seen.run["state"]


def ended(shown):
    """Wait until all searches have ended and the page was told so."""
    shown.until(lambda: state(shown) == "ended" and all(lane["state"] == "ended" for lane in shown.seen.lanes))
    return shown.seen.lanes


def growing(shown, more=5):
    """Wait until every lane has so many more evaluations."""
    before = [lane["total"] for lane in shown.seen.lanes]
    shown.until(lambda: all(now["total"] >= old + more for now, old in zip(shown.seen.lanes, before, strict=True)))


def running(shown):
    """Start, and wait until every lane has evaluations."""
    assert shown.say("start")["error"] == ""
    shown.until(lambda: len(shown.seen.lanes) and all(lane["total"] for lane in shown.seen.lanes))


def found(number, structure=RING, error=0.5, fate=Fate.FITTED, seconds=1.0):
    return Evaluation(
        structure=structure,
        relative_error=error,
        score=1.0,
        network=None,
        fate=fate,
        move="a move",
        number=number,
        sweeps=3,
        seconds=seconds,
    )


def written(shelf, name_of="camera", engine="hill_climb", fits=6):
    """Put a study of a small search onto a shelf; return its name."""
    source = Source.of(np.random.default_rng(0).normal(size=MODES), name=f"{name_of}.npy", modes=MODES)
    path = shelf.fresh(source.label, engine)
    place = StudyPlace(path, source=shelf.recipe(source))
    search = Search(source.tensor, 0.5, engine=engine, family="ring", max_evaluations=fits, study=place)
    for _ in search:
        pass
    return path.stem


def unpacked(piece):
    """Return the columns of a piece as the page reads them."""
    columns, at = {}, 0
    for name, kind in (("parameters", "<f8"), ("relative_error", "<f4"), ("seconds", "<f4"), ("fate", "u1")):
        size = np.dtype(kind).itemsize * piece["count"]
        columns[name] = np.frombuffer(piece["data"][at : at + size], kind)
        at += size
    assert at == len(piece["data"])
    return columns
