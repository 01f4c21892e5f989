"""The lines of a study hold evaluations and bounds bit by bit, and refuse every value of a wrong type."""

import json
import math
from dataclasses import asdict, dataclass, replace

import numpy as np
import pytest
import torch

from tests.structure_search.studies.study_searches import TRUTH, X
from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.errors import DataError
from tnlab.network.network import Network
from tnlab.structure_search.evaluation import Evaluation, Fate
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.objective import FewestParameters
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.settings import FitSettings
from tnlab.structure_search.studies.lines import (
    RECORDED,
    described,
    evaluation_of,
    header,
    header_of,
    line_of,
    parameter_bound_of,
    parsed,
    record_of,
)

NETWORK = Network.random(TRUTH, generator=torch.Generator().manual_seed(0))
FOUND = Evaluation(
    structure=TRUTH,
    relative_error=0.1 + 0.2,
    score=math.inf,
    network=NETWORK,
    fate=Fate.FITTED,
    move="grew",
    number=4,
    sweeps=7,
    seconds=1.5,
    finished=False,
)


def test_an_evaluation_comes_back_from_its_line_bit_by_bit():
    line = line_of(record_of(TRUTH, FOUND))
    assert line.startswith(b'{"number": 4, ')
    assert line.count(b"\n") == 1
    again = evaluation_of(parsed(line, 2, "x"), "x")
    assert vars(again) | {"network": None} == vars(FOUND) | {"network": None}
    assert again.network is not None
    assert all(map(torch.equal, again.network.cores, NETWORK.cores))
    assert evaluation_of(parsed(line, 2, "x"), "x", cores=False).network is None


def test_cores_are_kept_of_fitted_structures_alone():
    repeated = replace(FOUND, fate=Fate.REPEATED)
    assert record_of(TRUTH, repeated)["cores"] is None
    assert evaluation_of(record_of(TRUTH, repeated), "x").fate is Fate.REPEATED


def test_a_header_holds_the_problem_and_the_fits_as_json():
    made = header(Evaluator(Problem(X, FewestParameters(0.25)), FitSettings(max_sweeps=9)), seed=np.int64(3))
    assert (made["shape"], made["dtype"], made["target_error"], made["max_sweeps"]) == ([3] * 5, "float64", 0.25, 9)
    again = header_of(line_of(made), "x")
    assert again == json.loads(json.dumps(again)) == made | {"seed": 3}


BOUND = {
    "parameters": 50,
    "incumbent": 60,
    "structure": None,
    "gap": 0.2,
    "proved": False,
    "family": "ring",
    "max_rank": None,
    "latent_cores": False,
    "scope": "all rings",
    "seconds": 0.5,
}


@dataclass(frozen=True)
class Odd:
    """Settings of which JSON knows some."""

    number: object = np.float32(0.5)
    pair: object = (1, None)
    other: object = complex(1, 2)


def test_settings_that_json_lacks_are_text():
    assert described(Odd()) == {"name": "Odd", "number": 0.5, "pair": [1, None], "other": "(1+2j)"}


def test_a_bound_comes_back():
    bound = ParameterBound(**BOUND)
    kept = json.loads(line_of({"bound": BOUND}))
    read = parameter_bound_of(kept["bound"], "x")
    assert read == replace(bound, scope=bound.scope + RECORDED)
    assert parameter_bound_of(asdict(read) | {"structure": None}, "x").scope == read.scope
    with pytest.raises(DataError, match="its bound"):
        parameter_bound_of(kept["bound"] | {"family": "wings"}, "x")
    with pytest.raises(DataError, match=r"is damaged .its bound"):
        parameter_bound_of(kept["bound"] | {"wings": 2}, "x")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": 0}, "number is 0"),
        ({"number": True}, "number is True"),
        ({"number": 2**63}, "number is"),
        ({"seconds": -1.0}, "seconds are -1"),
        ({"seconds": math.inf}, "seconds are inf"),
        ({"score": "1"}, "score is '1'"),
        ({"relative_error": True}, "relative_error is True"),
        ({"cores": 3}, "cores are no text"),
    ],
)
def test_an_evaluation_with_a_wrong_value_is_refused_with_its_line(change, words):
    line = line_of(record_of(TRUTH, FOUND) | change)
    with pytest.raises(DataError, match=rf"'x' is damaged .line 7: .*{words}"):
        parsed(line, 7, "x")


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({}, "none of the keys"),
        ([1], "none of the keys"),
        ({"forget": -1}, "forget is -1"),
        ({"opened": 3}, "opened is 3"),
        ({"opened": {"max_evaluations": 0, "max_seconds": 1.0}}, "max_evaluations is 0"),
        ({"opened": {"max_evaluations": 1, "max_seconds": 0}}, "max_seconds is 0"),
        ({"closed": {"seconds": 1.0}}, "without a reason"),
    ],
)
def test_another_line_with_a_wrong_value_is_refused(record, words):
    with pytest.raises(DataError, match=words):
        parsed(json.dumps(record).encode(), 2, "x")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"a letter", "is not a study"),
        (b"[" * 100_000, "is not a study"),
        (b'{"tnlab_study": 2, "shape": [3, 0]}', "its shape is"),
        (b'{"tnlab_study": 2, "target_error": 1}', "its target error is 1"),
        (b'{"tnlab_study": 2, "engine": 3}', "its engine is 3"),
        (b'{"tnlab_study": 2, "restarts": 10000000000}', "its restarts is 10000000000"),
        (b'{"tnlab_study": 2, "max_sweeps": 1e300}', "its max_sweeps is"),
        (b'{"tnlab_study": 2, "ahead": 1e5}', "its ahead is"),
        (b'{"tnlab_study": 2, "tolerance": NaN}', "its tolerance is nan"),
        (b'{"tnlab_study": 2, "engine_settings": {"name": "TNGA", "size": [1, 10000000]}}', "its engine_settings is"),
        (b'{"tnlab_study": 2, "source": "x"}', "its source is 'x'"),
    ],
)
def test_a_first_line_that_is_no_header_is_refused(line, words):
    with pytest.raises(DataError, match=words):
        header_of(line, "x")
