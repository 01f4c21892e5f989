"""The start and the stopping rule of a fit: as two values, as keywords, or both."""

import math
import time

import pytest

from tnlab.solvers.settings import Start, Stop, start_and_stop


def given(start=None, stop=None, **settings):
    return start_and_stop(start, stop, settings, caller="fit", besides=("solver", "mask"))


def test_keywords_replace_fields():
    assert given() == (Start(), Stop())
    start, stop = given(Start(seed=3, restarts=2), Stop(tolerance=0.1), restarts=5, max_sweeps=7)
    assert (start.seed, start.restarts) == (3, 5)
    assert (stop.tolerance, stop.max_sweeps) == (0.1, 7)


@pytest.mark.parametrize(
    ("name", "known"), [("max_sweep", "max_sweeps"), ("restart", "restarts"), ("sover", "solver"), ("max_time", "max_")]
)
def test_an_unknown_keyword_gets_the_closest_known_one(name, known):
    with pytest.raises(TypeError, match=rf"fit\(\) takes no keyword '{name}'. Did you mean '{known}"):
        given(**{name: 1})


@pytest.mark.parametrize("bad", [{"max_sweeps": 0}, {"restarts": 0}, {"tolerance": -1.0}, {"max_seconds": -1}])
def test_numbers_out_of_range_are_refused(bad):
    with pytest.raises(ValueError, match="at least"):
        given(**bad)


def test_a_limit_counts_from_now():
    assert Stop().limit().open
    left = Stop(max_seconds=100.0).limit().deadline - time.monotonic()
    assert 0 < left <= 100
    assert Stop(cancel=lambda: True).limit().reached()
    assert Stop(cancel=lambda: False).limit().deadline == math.inf
