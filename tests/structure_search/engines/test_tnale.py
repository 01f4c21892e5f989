"""TnALE: the published cost of a round trip, interpolation, restarts, and the toy of its authors."""

import math
from dataclasses import replace

import pytest

from tests.structure_search.engines.toy import TRUTH, answers, generator, problem, searched
from tnlab.network.isomorphism import isomorphic
from tnlab.structure_search.engines.tnale import TnALE

# pyright: reportPrivateUsage=false


def test_finds_the_hidden_ring_of_the_authors():
    """Ranks and permutation, 126 parameters; more than rounding cannot be left."""
    result = searched("tnale", 1)
    assert result.parameters == 126
    assert isomorphic(result.structure, TRUTH)
    assert result.relative_error <= 1e-4


@pytest.mark.parametrize(("family", "stops", "asked"), [("ring", 13, 52), ("any", 29, 87)])
def test_tnale_round_trip_costs_what_was_published(family, stops, asked):
    """12 ranks of 3 evaluations and 16 orders of the modes on a ring of order 6; 29 ranks of 3 on a graph."""
    engine = TnALE(max_size=math.inf)
    state = engine.start(problem(family), generator(3))
    counts = []
    while state.trips == 0:
        told = answers(engine, state)
        counts.append(len(told))
        state = engine.tell(state, told, generator())
    assert (len(counts), sum(counts)) == (stops, asked)


def test_tnale_interpolates_between_three_ranks():
    """Errors of the ranks left out lie on straight lines, parameters are exact, and what is known is carried on."""
    engine = TnALE(max_size=math.inf)
    state = engine.start(problem(), generator(0))
    state = replace(state, centre=replace(state.centre, ranks=(4,) * 6), here=replace(state.here, ranks=(4,) * 6))
    state = engine._at_stop(state)
    assert [code.ranks[0] for code in state.candidates] == [2, 3, 4, 5, 6]
    assert state.asked == (0, 2, 4)
    errors = (0.4, 0.2, 0.1)
    told = [replace(found, relative_error=error) for found, error in zip(answers(engine, state), errors, strict=True)]
    squares = engine._squared_errors(state, told)
    assert squares == pytest.approx([0.16, 0.1, 0.04, 0.025, 0.01])
    assert engine._squared_errors(replace(state, known=0.03), told)[2] == pytest.approx(0.03)


def test_tnale_scatters_inside_the_windows_when_a_trip_was_in_vain():
    """The centre stays; the next trip begins at another structure within reach of it."""
    engine = TnALE(first_trips=0)
    state = engine.start(problem(), generator(5))
    state = replace(state, centre_score=0.0, best=(state.here, 1.0, 0.5), stop=13)
    after = engine._after(state, generator())
    assert after.centre == state.centre
    assert after.here != state.centre
    assert all(abs(a - b) <= 2 for a, b in zip(after.here.ranks, state.centre.ranks, strict=True))
    assert after.known == math.inf
