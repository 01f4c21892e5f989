"""Small fits for tests of executors, and the answers that a channel gives to them."""

import math
import sys
import threading
import time

import pytest

from tests.waiting import wait_for
from tnlab.data.planted_tensors import planted
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.evaluation import Proposal
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors.base import AbstractChannel, Cancelled, Task
from tnlab.structure_search.executors.inline import Inline
from tnlab.structure_search.objective import FewestParameters
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.settings import FitSettings

X = planted(ring((3,) * 5, (0, 2, 4, 1, 3), (2, 1, 2, 2, 3)), noise=0.01, seed=1)
STRUCTURE = ring((3,) * 5, range(5), (2,) * 5)
LONG = 10**7  # sweeps, of which no test waits for the last


def evaluator(X=X, *, seed=0, **settings) -> Evaluator:
    return Evaluator(Problem(X, FewestParameters(1e-9)), FitSettings(**({"tolerance": 0.0} | settings)), seed=seed)


def task(number: int, sweeps: int = 3, structure=STRUCTURE, **settings) -> Task:
    return Task(
        number=number,
        proposal=Proposal(structure, max_sweeps=sweeps, **settings),
        cutoff=math.inf,
        until=time.time() + 1000.0,
    )


def answered(channel: AbstractChannel, *tasks: Task) -> dict[int, float | None]:
    """Return the errors of tasks by their numbers."""
    for one in tasks:
        channel.submit(one)
    answers = [channel.next() for _ in tasks]
    return {answer.number: answer.fitted.relative_error if answer.fitted else None for answer in answers}


def inline(*tasks: Task, **settings) -> dict[int, float | None]:
    return answered(Inline().connect(evaluator(**settings)), *tasks)


def facts(one) -> tuple:
    """Return what an evaluation says apart from its cores and its seconds."""
    return one.structure, one.relative_error, one.score, one.fate, one.move, one.number, one.sweeps, one.finished


def cancel_while_waiting(channel: AbstractChannel) -> None:
    """Cancel a channel while a thread waits in ``next``, which must raise ``Cancelled`` there and afterwards."""
    told = []

    def waiting() -> None:
        with pytest.raises(Cancelled):
            channel.next()
        told.append(True)

    def stack() -> set[str]:
        frame, names = sys._current_frames().get(thread.ident or 0), set()
        while frame is not None:
            names.add(frame.f_code.co_name)
            frame = frame.f_back
        return names

    thread = threading.Thread(target=waiting)
    thread.start()
    wait_for(lambda: "next" in stack())
    channel.cancel()
    thread.join(60.0)
    assert told == [True]
    with pytest.raises(Cancelled):
        channel.next()
