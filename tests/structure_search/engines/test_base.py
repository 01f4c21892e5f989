"""What an engine says by default of scores that need not be exact, and of what other engines find."""

import math
from dataclasses import replace

import pytest

from tests.structure_search.engines.toy import answers, generator, problem
from tnlab.structure_search.engines.hill_climb import HillClimb
from tnlab.structure_search.engines.tnga import TNGA


@pytest.fixture
def climb():
    engine = HillClimb()
    return engine, replace(engine.start(problem(), generator()), score=0.4)


def test_of_a_batch_whose_best_counts_the_best_so_far_is_the_cutoff(climb):
    engine, state = climb
    told = answers(engine, state)[:3]
    scores = [0.6, 0.3, 0.5]
    told = [replace(found, score=score) for found, score in zip(told, scores, strict=True)]
    assert engine.cutoff_within(state, []) == 0.4
    assert engine.cutoff_within(state, told[:1]) == 0.4
    assert engine.cutoff_within(state, told) == 0.3


def test_by_default_every_score_counts_and_nothing_of_others_is_used(climb):
    engine = TNGA(population=3, keep=3)
    state = engine.start(problem(), generator())
    told = answers(engine, state)
    assert engine.cutoff(state) == math.inf
    assert engine.welcome(state, told[0]) is state
