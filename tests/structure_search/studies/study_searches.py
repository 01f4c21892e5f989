"""Small searches that keep a study, and what is in it."""

import json
from pathlib import Path

from tnlab.data.planted_tensors import planted
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.engines.growth import Growth
from tnlab.structure_search.engines.tnls import TNLS
from tnlab.structure_search.evaluation import Evaluation
from tnlab.structure_search.progress import Progress
from tnlab.structure_search.run import Search

TRUTH = ring((3,) * 5, (0, 2, 4, 1, 3), (2, 1, 2, 2, 3))
X = planted(TRUTH, noise=0.01, seed=1)
ENGINES = [TNLS(samples=15, generations=4), Growth()]


def run_of(engine, study=None, X=X, **settings) -> Search:
    settings = {"max_evaluations": 16, "max_seconds": 1e6, "max_rank": 3, "family": "ring", "seed": 3} | settings
    return Search(X, 0.008, engine=engine, study=study, **settings)


def seen(steps: list[Progress]) -> list[tuple]:
    """Return everything but the time."""
    return [(*_facts(step.evaluation), step.counts, _facts(step.incumbent), step.status) for step in steps]


def _facts(one: Evaluation | None) -> tuple:
    assert one is not None
    cores = [core.tolist() for core in one.network.cores] if one.network is not None else None
    return one.structure, one.relative_error, one.score, one.fate, one.move, one.number, one.sweeps, one.finished, cores


def records(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def numbers(path: Path) -> list[int]:
    """Return the numbers of the evaluations that a file holds, as they were written."""
    return [record["number"] for record in records(path) if "number" in record]
