"""A line for every evaluation: improvements and the end as INFO, the others as DEBUG."""

import logging

import pytest

from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.network.rank_matrix import from_ranks
from tnlab.structure_search.evaluation import Evaluation, Fate
from tnlab.structure_search.progress import Books
from tnlab.structure_search.progress_log import ProgressLog, best_words
from tnlab.structure_search.settings import Budget

LOGGER = logging.getLogger("tests.progress_log")
BOUND = ParameterBound(
    parameters=40,
    incumbent=None,
    structure=None,
    gap=float("inf"),
    proved=False,
    family="any",
    max_rank=None,
    latent_cores=False,
    scope="",
    seconds=0.0,
)


def evaluation(number, rank, error, fate=Fate.FITTED):
    structure = from_ranks((4, 5), {(0, 1): rank})  # 9 parameters per rank
    return Evaluation(
        structure=structure,
        relative_error=error,
        score=error,
        network=None,
        fate=fate,
        move="rank up",
        number=number,
        sweeps=7,
        seconds=1.5,
    )


def written(caplog, *evaluations, after=0, status=""):
    books, log = Books(0.1, Budget(10, 100.0), BOUND), ProgressLog(LOGGER, after)
    with caplog.at_level(logging.DEBUG, LOGGER.name):
        for found in evaluations:
            books.record(found)
            log(books.progress(2.0))
        if status:
            log(books.progress(2.0, status))
    return [(record.levelname, record.getMessage()) for record in caplog.records]


def test_improvements_are_told_and_the_rest_is_for_debugging(caplog):
    first, second = written(caplog, evaluation(1, 5, 0.05), evaluation(2, 4, 0.2, Fate.PRUNED_BY_CERTIFICATE))
    assert first == (
        "INFO",
        "1 fitted: 45 parameters at error 0.05 in 7 sweeps (rank up), after 1.5 s; "
        "best: 45 parameters at error 0.05, at least 40 for simple graphs, gap at most 12.5 %",
    )
    assert second == ("DEBUG", "2 pruned by certificate: 36 parameters (rank up), after 1.5 s")


def test_the_end_says_why_and_what_is_best(caplog):
    *_, last = written(caplog, evaluation(1, 5, 0.05), status="The budget is spent.")
    assert last == (
        "INFO",
        "The budget is spent. Best: 45 parameters at error 0.05, at least 40 for simple graphs, gap at most 12.5 %",
    )


@pytest.mark.parametrize(("after", "numbers"), [(0, ["1", "2"]), (1, ["2"])])
def test_what_an_earlier_run_wrote_is_left_out(caplog, after, numbers):
    lines = written(caplog, evaluation(1, 5, 0.05), evaluation(2, 4, 0.05), after=after)
    assert [text.split()[0] for _, text in lines] == numbers


def test_before_any_fit_there_is_nothing_yet():
    assert best_words(Books(None, Budget(10, 100.0)).progress(0.0)) == "nothing yet"
