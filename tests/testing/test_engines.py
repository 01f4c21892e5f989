"""The tests of the engine suite fail on an engine that breaks the rule, and pass on a sound one."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
import torch
from typing_extensions import override

from tnlab.errors import FormatError, TnlabError
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.engines.base import AbstractEngine
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.problem import Problem
from tnlab.testing.engines import EngineContract

SEEDS = itertools.count()
State = tuple[Problem, tuple[float, ...]]  # and the scores told so far


@dataclass(frozen=True)
class Sound(AbstractEngine[State]):
    """Propose eight random rings, one after the other."""

    rounds: int = 8

    paper: ClassVar[str] = "Own 2026: https://example.org"
    families: ClassVar[tuple[str, ...]] = ("ring", "any")

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> State:
        return problem, ()

    @override
    def ask(self, state: State, generator: torch.Generator) -> Iterable[Proposal]:
        problem, scores = state
        if len(scores) < self.rounds:
            yield Proposal(ring(problem.modes, range(problem.order), self.ranks(scores, problem.order, generator)))

    @override
    def tell(self, state: State, evaluations: Sequence[Evaluation], generator: torch.Generator) -> State:
        return state[0], (*state[1], *(found.score for found in evaluations))

    def ranks(self, scores: tuple[float, ...], order: int, generator: torch.Generator) -> list[int]:
        """Return the ranks of the next ring."""
        return (1 + torch.randint(4, (order,), generator=generator)).tolist()


class Speechless(Sound):
    """Say what this is"""


class Unpublished(Sound):
    """Propose random rings."""

    paper: ClassVar[str] = "a talk"


class Silent(Sound):
    """Propose nothing."""

    @override
    def ask(self, state: State, generator: torch.Generator) -> Iterable[Proposal]:
        return ()


class Stray(Sound):
    """Propose rings, also where trees are asked for."""

    families: ClassVar[tuple[str, ...]] = ("ring", "tree")


class Moody(Sound):
    """Propose rings by a generator of its own."""

    @override
    def ranks(self, scores: tuple[float, ...], order: int, generator: torch.Generator) -> list[int]:
        return super().ranks(scores, order, torch.Generator().manual_seed(next(SEEDS)))


class Hasty(Sound):
    """Choose the next ring by the last score, but have every fit pruned."""

    @override
    def cutoff(self, state: State) -> float:
        return 0.0

    @override
    def ranks(self, scores: tuple[float, ...], order: int, generator: torch.Generator) -> list[int]:
        seed = int(1e6 * scores[-1]) if scores and scores[-1] < 1e6 else 0
        return super().ranks(scores, order, torch.Generator().manual_seed(seed + len(scores)))


class AnyFamily(EngineContract):
    """The suite over a driver that takes every family."""

    def run(self, family: str | None = None, **settings: Any) -> Any:
        return super().run(None, **settings)


class Restless(EngineContract):
    """The suite over a tensor that changes while it is searched."""

    seeds: ClassVar[Any] = itertools.count()

    def tensor(self) -> torch.Tensor:
        return super().tensor() + 0.01 * next(self.seeds)


@dataclass
class Counts:
    """Counts of a search that lost one."""

    proposed: int = 9
    repeated: int = 1
    pruned: int = 2
    fitted: int = 5


@dataclass
class Step:
    """A last step with wrong counts."""

    counts: Counts = field(default_factory=Counts)


class Miscounting(EngineContract):
    """The suite over a driver that fits too many and loses count."""

    def run(self, family: str | None = None, **settings: Any) -> Any:
        return None, [Step()]


BAD = [
    ("test_says_what_it_is", Speechless, EngineContract),
    ("test_says_what_it_is", Unpublished, EngineContract),
    ("test_searches_every_family_that_it_names", Silent, EngineContract),
    ("test_searches_every_family_that_it_names", Stray, EngineContract),
    ("test_refuses_a_family_that_it_does_not_search", Sound, AnyFamily),
    ("test_result_is_what_the_cores_say", Sound, Restless),
    ("test_keeps_to_the_budget", Sound, Miscounting),
    ("test_counts_add_up", Sound, Miscounting),
    ("test_same_seed_same_search", Moody, EngineContract),
    ("test_pruning_loses_nothing", Hasty, EngineContract),
]


def suite(part: type[Sound], base: type[EngineContract] = EngineContract) -> EngineContract:
    """Return the suite over one engine that is not registered."""
    return type("Suite", (base,), {"engine": part(), "part": part})()


def test_every_test_of_the_suite_is_here():
    assert {name for name in vars(EngineContract) if name.startswith("test_")} == {name for name, *_ in BAD}


@pytest.mark.parametrize(("name", "part", "base"), BAD)
def test_a_broken_rule_fails_its_test(name, part, base):
    getattr(suite(Sound), name)()
    with pytest.raises((AssertionError, IndexError, TnlabError, FormatError, pytest.fail.Exception)):
        getattr(suite(part, base), name)()
