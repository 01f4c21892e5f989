"""A comparison of two engines on one planted ring, as the text of its file, and outcomes for it made by hand."""

from tnlab.structure_search.comparison.outcomes import Outcome
from tnlab.structure_search.comparison.plan import Plan, Run

HEAD = """
engines = ["hill_climb", {name = "tnls", samples = 8, label = "TNLS 8"}]
target_errors = 0.02
family = "ring"
seeds = 2
max_evaluations = 12
max_seconds = 60
"""
RING = """
[[datasets]]
planted = "tensor_ring"
shape = "3^4"
ranks = [2, 1, 3, 2]
noise = 0.02
seed = 3
"""


def outcomes_of(plan: Plan) -> dict[Run, Outcome]:
    """Return outcomes in which the first engine reaches the target with both seeds, the other with one of two."""
    best = Outcome(
        failure="",
        family="ring",
        steps=((2, 0.5, 90), (4, 1.0, 60)),
        relative_error=0.01,
        evaluations=9,
        proposed=20,
        seconds=2.0,
        bound=50,
        status="x",
    )
    other = Outcome(
        failure="",
        family="ring",
        steps=((3, 0.25, 80),),
        relative_error=0.015,
        evaluations=5,
        proposed=20,
        seconds=1.0,
        bound=40,
        status="x",
    )
    missed = Outcome(
        failure="",
        family="ring",
        steps=(),
        relative_error=0.5,
        evaluations=7,
        proposed=20,
        seconds=3.0,
        bound=0,
        status="x",
    )
    by_run = {("hill_climb", 0): best, ("hill_climb", 1): other, ("tnls", 0): missed, ("tnls", 1): best}
    return {run: by_run[run.entrant.name, run.seed] for run in plan.runs}
