"""The contract suite of search engines: tests that every registered engine must pass.

Example:
    ``class TestMine(EngineContract): engine = "mine"`` is the whole test file, once your module is imported.
"""

import pytest
import torch

from tnlab.bounds.families import FAMILIES
from tnlab.data.planted_tensors import planted
from tnlab.errors import FormatError
from tnlab.metrics import relative_error
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.progress import Progress
from tnlab.structure_search.run import Search


class EngineContract:
    """Contract tests of one engine, given by its registered name, on a small planted ring."""

    engine: str
    target: float = 0.02
    budget: int = 40

    @property
    def part(self) -> type[AbstractEngine]:
        """The registered engine."""
        return engines[self.engine]

    def tensor(self) -> torch.Tensor:
        """Return a planted ring of order 4 with 1 % of noise."""
        return planted(ring((4, 3, 4, 3), (0, 2, 1, 3), (2, 1, 2, 2)), noise=0.01, seed=1)

    def run(self, family: str | None = None, *, seed: int = 0, **settings: object) -> tuple[Search, list[Progress]]:
        """Run the engine to the end of a small budget."""
        budget = {"max_evaluations": self.budget, "max_seconds": 20.0} | settings
        watched = Search(
            self.tensor(),
            self.target,
            engine=self.engine,
            family=family,
            max_rank=4,
            seed=seed,
            **budget,  # type: ignore[arg-type]
        )
        return watched, list(watched)

    def test_says_what_it_is(self) -> None:
        """The class has a docstring sentence, a paper with a link, and families."""
        assert (self.part.__doc__ or "").strip().splitlines()[0].endswith(".")
        assert "http" in self.part.paper
        assert self.part.families

    def test_searches_every_family_that_it_names(self) -> None:
        """In every family it names, it has a structure fitted and its result belongs to the family."""
        for family in self.part.families:
            watched, steps = self.run(family)
            assert steps[-1].counts.fitted >= 1
            assert watched.problem.admits(watched.result.structure)

    def test_refuses_a_family_that_it_does_not_search(self) -> None:
        """A family that it does not name is refused with a message that names its own."""
        others = FAMILIES.keys() - set(self.part.families)
        for family in others:
            with pytest.raises(FormatError, match=self.part.families[0]):
                self.run(family)

    def test_result_is_what_the_cores_say(self) -> None:
        """The error is that of the reconstruction, and the parameter bound does not exceed the result's parameters."""
        watched, steps = self.run()
        result = watched.result
        assert result.relative_error == pytest.approx(relative_error(self.tensor(), result.network.to_tensor()))
        assert result.bound is not None
        if result.reached:
            assert result.bound.parameters <= result.parameters
        assert steps[-1].status

    def test_keeps_to_the_budget(self) -> None:
        """It fits no more structures than ``max_evaluations``."""
        _, steps = self.run(max_evaluations=3)
        assert steps[-1].counts.fitted <= 3

    def test_counts_add_up(self) -> None:
        """Every proposal is fitted, pruned or repeated."""
        _, steps = self.run()
        counts = steps[-1].counts
        assert counts.proposed == counts.repeated + counts.pruned + counts.fitted

    def test_same_seed_same_search(self) -> None:
        """Two runs with one seed have equal structures and errors, also under another default dtype of torch."""
        default, runs = torch.get_default_dtype(), []
        try:
            for dtype in (torch.float32, torch.float64):
                torch.set_default_dtype(dtype)
                runs.append([_told(step) for step in self.run(seed=3)[1]])
        finally:
            torch.set_default_dtype(default)
        assert runs[0] == runs[1]

    def test_pruning_loses_nothing(self) -> None:
        """Without pruning, and without warm starts that depend on what was fitted, the trajectory is the same."""
        settings = {"warm": False, "max_evaluations": 10**6, "max_seconds": 1.5}
        pruned, whole = (self.run(prune=prune, **settings)[1][:-1] for prune in (True, False))
        length = min(len(pruned), len(whole))
        assert length > 0
        assert [_asked(step) for step in pruned[:length]] == [_asked(step) for step in whole[:length]]


def _asked(step: Progress) -> object:
    assert step.evaluation is not None
    best = step.incumbent.parameters if step.incumbent is not None and step.incumbent.relative_error <= 0.02 else None
    return step.evaluation.structure, best


def _told(step: Progress) -> object:
    return step.evaluation and (step.evaluation.structure, step.evaluation.relative_error)
