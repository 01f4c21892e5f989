"""A study is resumed from its own record, with the same search, and only on the same data."""

import pytest
import torch

from tnlab.data.planted_tensors import planted
from tnlab.errors import DataError
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.engines.tnls import TNLS
from tnlab.structure_search.resume import resumed
from tnlab.structure_search.run import Search

X = planted(ring((3,) * 4, (0, 2, 1, 3), (2, 2, 2, 2)), noise=0.01, seed=1)


def run_of(study=None, most=6):
    settings = {"max_rank": 3, "max_seconds": 1e6, "evaluator": {"max_sweeps": 10}, "prune": False, "seed": 3}
    return Search(X, 1e-3, engine=TNLS(samples=4), max_evaluations=most, study=study, **settings)


def seen(steps):
    return [(step.evaluation.structure, step.evaluation.relative_error) for step in steps]


def test_a_resumed_study_comes_to_what_one_run_comes_to(tmp_path):
    whole = list(run_of())
    path = str(tmp_path / "study")
    list(run_of(path, most=3))
    found = resumed(path, tensor=X, max_evaluations=6)
    assert found.source is None
    assert 3 <= found.evaluations < len(whole)
    assert found.search.engine == TNLS(samples=4)
    assert seen(found.search) == seen(whole)


@pytest.mark.parametrize(
    ("tensor", "words"),
    [(None, "does not say where"), (X[:2], "shape"), (X + 1, "has changed")],
    ids=["no data", "another shape", "other entries"],
)
def test_other_data_are_refused(tmp_path, tensor, words):
    path = str(tmp_path / "study")
    list(run_of(path, most=1))
    with pytest.raises(DataError, match=words):
        resumed(path, tensor=tensor)


def test_a_study_that_is_not_there_cannot_be_resumed(tmp_path):
    with pytest.raises(DataError, match="no study"):
        resumed(str(tmp_path / "none"), tensor=torch.ones(3, 3))
