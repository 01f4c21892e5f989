"""Optuna's samplers: batches, and states that can be told twice."""

import pytest
import torch

from tests.structure_search.engines.toy import TOY, answers, generator, problem
from tnlab.structure_search.engines.optuna_samplers import TPE
from tnlab.structure_search.objective import FewestParameters
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.run import Search

# pyright: reportPrivateUsage=false


@pytest.mark.parametrize("engine", ["tpe", "nsga2"])
def test_optuna_goes_on_from_an_older_state(engine):
    """Telling one state twice gives the same next question, though optuna's study has grown in between."""
    pytest.importorskip("optuna")
    part = Search(TOY, 1e-4, engine=engine, family="ring", max_rank=4).engine
    old = part.start(problem(), generator())
    told = answers(part, old)
    first = part.tell(old, told, generator())
    part.tell(first, answers(part, first), generator())
    again = part.tell(old, told, generator())
    assert (again.told, len(again.pending)) == (first.told, len(first.pending))
    assert len(again.study.trials) == again.told + len(again.pending)


def test_tpe_asks_for_a_batch_at_once():
    """So that several workers are busy; what is under way is not asked for again, and the same seed asks the same."""
    pytest.importorskip("optuna")
    engine = TPE(batch=4)
    problem = Problem(TOY, FewestParameters(0.02), "ring", max_rank=3)
    runs = []
    for _ in range(2):
        generator = torch.Generator().manual_seed(0)
        state = engine.start(problem, generator)
        runs.append([proposal.structure for proposal in engine.ask(state, generator)])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 4
    run = Search(TOY, 0.02, engine=engine, family="ring", max_rank=3, max_evaluations=20)
    assert list(run)[-1].counts.proposed >= 20
