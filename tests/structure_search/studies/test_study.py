"""A study goes on as if it had never been left, and says so when it cannot."""

import json
import math
import os
import signal
import threading
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from typing_extensions import override

from tests.structure_search.studies.study_searches import ENGINES, TRUTH, X, numbers, records, run_of, seen
from tnlab.cli import main
from tnlab.cli.entry import MISSED
from tnlab.errors import DataError, FormatError, TnlabError
from tnlab.network.network import Network
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.engines.base import AbstractEngine
from tnlab.structure_search.engines.growth import Growth
from tnlab.structure_search.engines.tnls import TNLS
from tnlab.structure_search.evaluation import Evaluation, Fate, Proposal
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.run import Search, search
from tnlab.structure_search.studies.logs.file import FileLog
from tnlab.structure_search.studies.reader import StudyReader
from tnlab.structure_search.studies.study import Study


@pytest.mark.parametrize(("engine", "fates"), [(ENGINES[0], 4), (ENGINES[1], 1)], ids=["tnls", "growth"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_a_search_that_was_left_goes_on_as_if_it_had_not_been(engine, fates, dtype, tmp_path):
    """Left in the loop, then cut in the middle of a line, then once more after its end: always the same floats."""
    tensor = X.to(dtype)
    path = tmp_path / "study"
    whole_run = run_of(engine, X=tensor)
    whole = list(whole_run)
    assert len({step.evaluation.fate for step in whole[:-1]}) == fates  # tnls: repeated and pruned structures too
    assert seen(list(islice(run_of(engine, path, tensor), 9))) == seen(whole[:9])
    assert set(range(1, 10)) <= set(numbers(path))
    assert seen(list(run_of(engine, path, tensor))) == seen(whole)
    assert sorted(numbers(path)) == list(range(1, len(whole)))  # the last snapshot is no evaluation
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:14]) + lines[14][: len(lines[14]) // 2])
    resumed = run_of(engine, path, tensor)
    assert seen(list(resumed)) == seen(whole)
    assert resumed.result.relative_error == whole_run.result.relative_error
    assert sorted(numbers(path)) == list(range(1, len(whole)))
    assert seen(list(run_of(engine, path, tensor))) == seen(whole)
    assert sorted(numbers(path)) == list(range(1, len(whole)))


def test_what_is_replayed_is_not_fitted_again_and_its_seconds_are_spent(tmp_path, monkeypatch, clock):
    """With the evaluator out of order, a recorded search still runs; a larger budget goes on from there."""
    path = tmp_path / "study"
    first = list(run_of(ENGINES[0], path, max_evaluations=5))
    kept = [record | {"seconds": 5000.0} if record.get("number") == 5 else record for record in records(path)]
    path.write_text("".join(json.dumps(record) + "\n" for record in kept))
    more = run_of(ENGINES[0], path, max_evaluations=8)
    assert list(more)[-1].counts.fitted == 8
    assert more.result.seconds == 5000
    monkeypatch.setattr(Evaluator, "__call__", None)
    assert seen(list(run_of(ENGINES[0], path, max_evaluations=5))) == seen(first)
    spent = list(run_of(ENGINES[0], path, max_seconds=4000.0))
    assert "4000 seconds" in spent[-1].status


def test_another_way_replaces_what_was_recorded_from_there_on(tmp_path):
    """The file keeps the old lines; what is replayed is the latest search."""
    path = tmp_path / "study"
    steps = [step.evaluation for step in islice(run_of(ENGINES[0], path), 6) if step.evaluation is not None]
    lines = path.read_bytes().splitlines(keepends=True)
    study = Study(FileLog(path), json.loads(lines[0]))
    again = study.recorded(2, steps[1].structure)
    assert again is not None
    assert again.relative_error == steps[1].relative_error
    other = ring((3,) * 5, (0, 1, 2, 3, 4), (3, 1, 3, 1, 3))
    assert study.recorded(3, other) is None
    study.append(
        other,
        Evaluation(
            structure=other,
            relative_error=math.nan,
            score=math.inf,
            network=None,
            fate=Fate.PRUNED_BY_SIZE,
            move="",
            number=3,
            sweeps=0,
            seconds=1.0,
        ),
    )
    study.release()
    reopened = Study(FileLog(path), json.loads(lines[0]))
    for now in (study, reopened):
        assert now.recorded(4, steps[3].structure) is None
    found = reopened.recorded(3, other)
    reopened.release()
    assert found is not None
    assert math.isnan(found.relative_error)
    assert math.isinf(found.score)
    assert path.read_bytes().startswith(b"".join(lines))
    reader = StudyReader(path)
    assert [one.structure for one in reader.evaluations] == [steps[0].structure, steps[1].structure, other]


def test_an_evaluation_that_ended_early_waits_for_its_turn(tmp_path):
    """What was in flight when a search was killed is fitted; what had ended behind it is not fitted again."""
    path, whole = tmp_path / "study", list(run_of(ENGINES[0]))
    list(run_of(ENGINES[0], path))
    fitted = [record["number"] for record in records(path) if record.get("fate") == "fitted"]
    lost = fitted[2]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if not line.startswith(f'{{"number": {lost},'.encode())))
    assert StudyReader(path).evaluations[-1].number == lost - 1
    assert seen(list(run_of(ENGINES[0], path))) == seen(whole)
    assert [number for number in numbers(path) if number == lost] == [lost]
    assert len(numbers(path)) == len(set(numbers(path)))
    assert [one.number for one in StudyReader(path).evaluations] == list(range(1, len(whole)))


@dataclass(frozen=True)
class Twice(AbstractEngine[int]):
    """Proposes a few structures, the first of them again from cores of its own."""

    paper: ClassVar[str] = "none"
    families: ClassVar[tuple[str, ...]] = ("ring",)

    @override
    def start(self, problem, generator):
        return 0

    @override
    def ask(self, state, generator):
        if state:
            return
        start = Network.random(TRUTH, generator=torch.Generator().manual_seed(3))
        yield Proposal(TRUTH, max_sweeps=2)
        yield Proposal(TRUTH, init=start, max_sweeps=2)
        for rank in (1, 2, 3):
            yield Proposal(ring(TRUTH.modes, range(5), (rank, 2, 2, 2, 2)))

    @override
    def tell(self, state, evaluations, generator):
        return 1


def test_what_the_budget_left_undone_is_done_by_a_larger_one(tmp_path):
    """A structure that was to be fitted again had no budget left for that: it counts as repeated until there is."""
    path = tmp_path / "study"
    whole = list(run_of(Twice(), max_evaluations=9))
    small = [list(run_of(Twice(), path, max_evaluations=2)) for _ in range(2)]
    assert [step.evaluation.fate for step in small[0]][1] is Fate.REPEATED
    assert seen(small[0]) == seen(small[1])
    assert seen(list(run_of(Twice(), path, max_evaluations=9))) == seen(whole)
    assert seen(list(run_of(Twice(), path, max_evaluations=9))) == seen(whole)
    reader = StudyReader(path)
    assert [one.relative_error for one in reader.evaluations] == [s.evaluation.relative_error for s in whole[:-1]]


def test_stopping_from_another_thread(tmp_path):
    """What is being fitted is dropped; the study goes on to the same end."""
    path, whole = tmp_path / "study", list(run_of(ENGINES[0]))
    run = run_of(ENGINES[0], path)
    steps = []
    for progress in run:
        steps.append(progress)
        if len(steps) == 5:
            thread = threading.Thread(target=run.stop)
            thread.start()
            thread.join()
    assert "Stopped on request" in steps[-1].status
    assert len(steps) == 6
    assert seen(list(run_of(ENGINES[0], path))) == seen(whole)


def test_whatever_keeps_a_search_from_beginning_leaves_the_study_to_others(tmp_path):
    """Even while its error is being looked at."""
    path = tmp_path / "study"
    for executor in ("nobody", "pool:none"):
        with pytest.raises(TnlabError) as caught:
            next(iter(run_of(ENGINES[0], path, executor=executor)))
        assert caught.tb is not None
        assert StudyReader(path).busy == ""
    list(islice(run_of(ENGINES[0], path), 2))


def test_settings_that_numpy_computed_are_numbers_too(tmp_path):
    path = tmp_path / "study"
    odd = {"max_rank": np.int64(3), "max_evaluations": np.int32(3), "max_seconds": np.float32(1e6)}
    list(run_of(replace(ENGINES[0], samples=np.int64(15)), path, **odd))
    assert list(run_of(ENGINES[0], path, max_evaluations=4))[-1].counts.fitted == 4


def test_waiting_costs_nothing_of_the_budget(clock):
    """Who does not pull has paused the search."""
    run = iter(run_of(ENGINES[0], max_seconds=1000.0))
    seconds = next(run).seconds
    clock.now += 0.5
    assert next(run).seconds == seconds


@dataclass(frozen=True)
class Planned(Twice):
    """Proposes structures whose ranks depend on the seconds that it may plan with."""

    @override
    def start(self, problem, generator):
        return 1 if problem.budget.max_seconds == 500.0 else 2

    @override
    def ask(self, state, generator):
        for rank in (1, 2, 3):
            yield Proposal(ring(TRUTH.modes, range(5), (state, rank, 2, 2, 2)))

    @override
    def tell(self, state, evaluations, generator):
        return 3


@pytest.mark.parametrize("engine", [Planned(), "auto", "certificate", "tnga"], ids=str)
def test_more_seconds_go_on_the_same_way(engine, tmp_path, clock):
    """An engine that shares out its seconds goes on sharing out those that it began with: nothing is forgotten."""
    path = tmp_path / "study"
    settings = {"family": "ring", "max_evaluations": 2}
    first = list(run_of(engine, path, **settings, max_seconds=500.0))[:-1]
    more = list(run_of(engine, path, **settings | {"max_evaluations": 6}, max_seconds=5000.0))
    assert seen(more[: len(first)]) == seen(first)
    assert not any("forget" in record for record in records(path))
    assert more[-1].counts.fitted > first[-1].counts.fitted


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("shape", {"X": X.reshape(9, 3, 3, 3)}),
        ("dtype", {"X": X.float()}),
        ("tensor", {"X": X + 1e-12}),
        ("max_rank", {"max_rank": 4}),
        ("family", {"family": "any", "engine": Growth()}),
        ("engine", {"engine": TNLS()}),
        ("engine_settings", {"engine": replace(Growth(), patience=7)}),
        ("seed", {"seed": 4}),
        ("prune", {"prune": False}),
        ("warm", {"warm": False}),
        ("max_sweeps", {"evaluator": {"max_sweeps": 5}}),
    ],
)
def test_another_search_is_refused_by_the_field_that_differs(field, change, tmp_path):
    """And the file stays as it was."""
    path = tmp_path / "study"
    list(islice(run_of(Growth(), path), 2))
    kept = path.read_bytes()
    with pytest.raises(DataError, match=rf"another search: {field} is .* there, but .* was asked for.*another file"):
        next(iter(run_of(**{"engine": Growth(), "study": path} | change)))
    assert path.read_bytes() == kept


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a letter\n", "is not a study"),
        (b"no line at all", "is not a study"),
        (b'{"version": 1}\n', "is not a study"),
        (b"[1]\n", "is not a study"),
        (b"\x93NUMPY\x00\xff\n", "is not a study"),
    ],
)
def test_other_files_are_left_alone(content, words, tmp_path):
    path = tmp_path / "study"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        next(iter(run_of(Growth(), path)))
    assert path.read_bytes() == content


def test_damage_is_said(tmp_path):
    """A whole line that is no evaluation, one that is missing, cores that are none; a header cut short is no damage."""
    path = tmp_path / "study"
    list(islice(run_of(Growth(), path), 4))
    head, *lines = path.read_bytes().splitlines(keepends=True)
    first = next(record for record in records(path) if record.get("number") == 1)
    wrong = json.dumps(first | {"cores": "AAAA"}).encode() + b"\n"
    lines = [line for line in lines if not line.startswith(b'{"number": 1,')]
    for broken in ([b"{}\n", *lines], [b'{"number": 0}\n'], [b'{"forget": "all"}\n'], [wrong, *lines]):
        path.write_bytes(head + b"".join(broken))
        with pytest.raises(DataError, match="is damaged"):
            next(iter(run_of(Growth(), path)))
    path.write_bytes(head[:40])
    next(iter(run_of(Growth(), path)))
    assert path.read_bytes().startswith(head)


def test_places_that_hold_no_file(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "none" / "study", tmp_path / "file" / "study", Path(os.devnull)):
        with pytest.raises(DataError, match=r"must be a file|cannot be read and written"):
            next(iter(run_of(Growth(), path)))


def test_a_study_needs_a_seed(tmp_path):
    """A generator will do: it goes on where it is in the same state."""
    with pytest.raises(FormatError, match="needs a seed"):
        run_of(Growth(), tmp_path / "study", seed=None)
    path, ways = tmp_path / "study", {"engine": "tnls", "max_rank": 3, "max_evaluations": 3}
    first, second = (
        search(X, target_error=0.02, study=path, seed=torch.Generator().manual_seed(5), **ways) for _ in range(2)
    )
    assert first.relative_error == second.relative_error
    with pytest.raises(DataError, match=r"seed is .of a generator"):
        search(X, target_error=0.02, study=path, seed=torch.Generator().manual_seed(6), **ways)


def test_in_the_shell(tmp_path, capsys, monkeypatch):
    """The same line goes on; Ctrl-C says how; another file is refused in one sentence."""
    data, path = tmp_path / "x.npy", tmp_path / "my.study"
    np.save(data, X.numpy())
    asked = ["search", str(data), "--target-error", "0.02", "--engine", "tnls", "--max-rank", "3", "--json"]
    asked += ["--max-seconds", "1000", "--study", str(path)]

    def record(evaluations: int) -> dict:
        assert main([*asked, "--max-evaluations", str(evaluations)]) in (0, MISSED)
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    first = record(4)
    kept = path.read_bytes()
    assert record(4) | {"seconds": 0} == first | {"seconds": 0}
    assert numbers(path) == [json.loads(line)["number"] for line in kept.splitlines() if b'"number"' in line[:12]]
    assert record(7)["evaluations"] == 7
    assert path.read_bytes().startswith(kept)
    assert main([*asked, "--seed", "1"]) == 2
    assert "seed is 0 there, but 1 was asked for" in capsys.readouterr().err
    going = Search.__iter__

    def interrupted(run):
        yield from islice(going(run), 3)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(Search, "__iter__", interrupted)
    assert main(asked) == 143
    assert f"Go on with: tnlab resume {path}" in capsys.readouterr().err
