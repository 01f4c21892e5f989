"""The function search and the iterator Search: what they refuse, and how they are left."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
import torch

from tests.structure_search.engines.toy import TOY, generator
from tnlab.errors import DataError, FormatError, UnknownNameError
from tnlab.network.network import Network
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.objective import WeightedSum
from tnlab.structure_search.run import Search, search


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"target_error": None}, FormatError, "either target_error"),
        ({"target_error": 0.1, "objective": WeightedSum()}, FormatError, "not both"),
        ({"target_error": 1.5}, ValueError, "between 0 and 1"),
        ({"target_error": 0.1, "engine": "certifcate"}, UnknownNameError, "Did you mean 'certificate'"),
        ({"target_error": 0.1, "family": "circle"}, FormatError, "searches the families"),
        ({"target_error": 0.1, "max_seconds": 0}, ValueError, "above 0"),
        ({"target_error": 0.1, "max_rank": 0}, ValueError, "max_rank"),
    ],
)
def test_bad_questions_are_refused(settings, error, words):
    with pytest.raises(error, match=words):
        search(TOY, **settings)


def test_bad_tensors_are_refused():
    broken = TOY.clone()
    broken[0, 0, 0, 0, 0, 0] = float("nan")
    with pytest.raises(DataError, match="1 of 729"):
        search(broken, target_error=0.1)
    with pytest.raises(FormatError, match="order from 2"):
        search(torch.ones(4), target_error=0.1)


def test_leaving_the_loop_keeps_the_best():
    run = Search(TOY, 1e-4, engine="random", family="ring")
    for progress in run:
        if progress.counts.fitted == 3:
            break
    assert run.result.counts.fitted == 3
    assert "request" in run.result.status
    assert run.result.relative_error == pytest.approx(progress.incumbent.relative_error)


def test_a_result_is_a_few_lines_that_name_its_family():
    found = search(TOY, target_error=1e-4, engine="certificate", family="ring", max_seconds=5)
    text = str(found)
    assert text == repr(found)
    assert text.count("\n") == 3
    assert len(text) < 1000
    assert f"{found.parameters:,} parameters at a relative error of {found.relative_error:.6g}" in text
    assert "in the family of rings and trains" in text
    assert str(found.bound) in text


def test_a_callback_stops_the_search():
    """A true answer is the same as leaving the loop."""
    seen = []
    result = search(TOY, target_error=0.02, engine="random", family="ring", callback=lambda p: seen.append(p) or True)
    assert len(seen) == 1
    assert result.counts.proposed == 1


def test_the_gap_is_to_what_was_proved_and_only_where_the_target_is_reached():
    """The toy has 126 parameters, and no ring with fewer reaches the target."""
    exact = search(TOY, target_error=1e-4, engine="certificate", family="ring", seed=1)
    assert (exact.bound.parameters, exact.gap, exact.proved) == (126, 0.0, True)
    assert exact.structure == exact.network.structure
    larger = replace(exact, network=Network.random(ring((3,) * 6, range(6), (3,) * 6), generator=generator()))
    assert larger.gap == pytest.approx(162 / 126 - 1)
    assert replace(exact, reached=False).gap == replace(exact, bound=None).gap == math.inf


def test_a_bound_that_a_study_records_is_not_believed(tmp_path):
    """A record that claims a bound as high as what was found must not end the resumed search with a proof."""
    place = tmp_path / "study"
    tensor = torch.rand(3, 3, 3, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    settings: Any = {"target_error": 0.3, "engine": "random", "family": "any", "study": place, "seed": 0}
    first = search(tensor, max_evaluations=3, **settings)
    lines = place.read_text().splitlines()
    told = [json.loads(line) for line in lines]
    for record in told:
        if "bound" in record:
            record["bound"]["parameters"] = 10**6
    place.write_text("".join(json.dumps(record) + "\n" for record in told))
    again = search(tensor, max_evaluations=4, **settings)
    assert again.bound is not None
    assert first.bound is not None
    assert again.bound.parameters == first.bound.parameters
