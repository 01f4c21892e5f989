"""The results of a comparison as JSON and CSV."""

import csv
import json

import pytest

from tests.structure_search.comparison.small_comparison import outcomes_of
from tnlab.structure_search.comparison.plan import read_plan
from tnlab.structure_search.comparison.results import circumstances, write_results


def test_results_are_written_for_other_programs(write):
    plan = read_plan(write())
    plan.output.mkdir()
    as_json, as_csv = write_results(plan, outcomes_of(plan), circumstances())
    record = json.loads(as_json.read_text())
    assert record["toml"] == plan.text
    assert record["seeds"] == [0, 1]
    assert {"python", "torch", "processor"} <= set(record["made_with"])
    assert record["runs"][0]["steps"] == [[2, 0.5, 90], [4, 1.0, 60]]
    assert record["rows"][1]["parameters_median"] is None
    with as_csv.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["parameters_median"] for row in rows] == ["70.0", ""]
    assert float(rows[0]["gap"]) == pytest.approx(0.4)
    assert not list(plan.output.glob(".*"))
