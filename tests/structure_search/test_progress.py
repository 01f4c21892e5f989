"""The books of a search: what is counted, what is the best so far, and how much of the budget is left."""

import math

import pytest

from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.formats import formats
from tnlab.structure_search.evaluation import Evaluation, Fate
from tnlab.structure_search.progress import Books
from tnlab.structure_search.settings import Budget


def found(rank, error, fate=Fate.FITTED, sweeps=3):
    structure = formats["tt"].build((4, 4, 4), rank)  # 12, 32, 60 parameters at ranks 1, 2, 3
    return Evaluation(
        structure=structure,
        relative_error=error,
        score=structure.parameters + error,
        network=None,
        fate=fate,
        move="",
        number=1,
        sweeps=sweeps,
        seconds=0.0,
    )


def bound(parameters):
    return ParameterBound(
        parameters=parameters,
        incumbent=None,
        structure=None,
        gap=math.inf,
        proved=False,
        family="any",
        max_rank=None,
        latent_cores=False,
        scope="",
        seconds=0.0,
    )


def books(*evaluations, target=0.1, least=None):
    kept = Books(target, Budget(10, 100.0), least)
    for evaluation in evaluations:
        kept.record(evaluation)
    return kept


def test_every_fate_is_counted_once():
    fates = [fate for times, fate in enumerate(Fate, 1) for _ in range(times)]
    counts = books(*(found(1, 0.5, fate, sweeps=2 if fate is Fate.FITTED else 0) for fate in fates)).counts
    assert (counts.fitted, counts.repeated, counts.pruned_by_size) == (1, 2, 3)
    assert (counts.pruned_by_certificate, counts.too_costly) == (4, 5)
    assert (counts.proposed, counts.pruned, counts.sweeps) == (15, 12, 2)


def test_with_a_target_the_fewest_parameters_that_reach_it_are_best():
    """Before any reaches it the least error is; then size decides, and among equals the error."""
    kept, best = books(), []
    for evaluation in (
        found(1, 0.9),
        found(3, 0.5),
        found(2, 0.6),
        found(3, 0.1),
        found(2, 0.05),
        found(2, 0.01),
        found(3, 0.0),
        found(1, 0.2),
    ):
        kept.record(evaluation)
        assert kept.incumbent is not None
        best.append((kept.incumbent.parameters, kept.incumbent.relative_error))
    assert best == [(12, 0.9), (60, 0.5), (60, 0.5), (60, 0.1), (32, 0.05), (32, 0.01), (32, 0.01), (32, 0.01)]


def test_without_a_target_the_least_score_is_best():
    kept = books(found(3, 0.0), found(1, 0.9), found(2, 0.1), target=None)
    assert kept.incumbent is not None
    assert kept.incumbent.parameters == 12
    assert kept.progress(0.0).reached


def test_what_was_not_fitted_is_never_the_best():
    """A certificate's bound is no error that was reached."""
    pruned = [found(1, 0.0, fate) for fate in Fate if fate is not Fate.FITTED]
    assert books(*pruned).incumbent is None
    assert not books(*pruned).progress(0.0).reached


def test_the_gap_is_the_excess_over_what_is_necessary():
    assert books(found(2, 0.05), least=bound(20)).progress(0.0).gap == pytest.approx(0.6)
    assert books(found(1, 0.05), least=bound(12)).progress(0.0).gap == 0.0
    for unknown in (
        books(found(1, 0.2), least=bound(12)),
        books(least=bound(12)),
        books(found(1, 0.05)),
    ):
        assert unknown.progress(0.0).gap == math.inf
        assert not unknown.proved()


def test_proved_when_nothing_smaller_can_do():
    assert books(found(1, 0.1), least=bound(12)).proved()
    assert not books(found(2, 0.1), least=bound(12)).proved()
    assert not books(found(1, 0.11), least=bound(12)).proved()


def test_the_time_left_follows_from_the_time_so_far():
    """Two fits in 10 seconds: the other eight take 40, unless the 100 seconds end before."""
    kept = books(found(1, 0.5), found(2, 0.5))
    assert kept.progress(10.0).seconds_left == pytest.approx(40.0)
    assert kept.progress(10.0).fraction == pytest.approx(0.2)
    assert kept.progress(60.0).seconds_left == pytest.approx(40.0)
    assert kept.progress(60.0).fraction == pytest.approx(0.6)
    assert kept.progress(150.0).seconds_left == 0.0
    assert kept.progress(150.0).fraction == 1.0
    assert kept.progress(10.0, "Over.").seconds_left == 0.0
    assert books().progress(10.0).seconds_left == pytest.approx(90.0)
    assert books(*[found(1, 0.5)] * 10).progress(10.0).seconds_left == 0.0


def test_the_front_has_nothing_that_another_beats():
    front = books(found(3, 0.2), found(1, 0.9), found(2, 0.3), found(2, 0.25), found(3, 0.25)).progress(0.0).pareto
    assert [(one.parameters, one.relative_error) for one in front] == [(12, 0.9), (32, 0.25), (60, 0.2)]
