"""What every engine is: it is asked for structures, and told what became of them."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

import torch

from tnlab.registry import Registry
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.problem import Problem

State = TypeVar("State")
engines: "Registry[type[AbstractEngine]]" = Registry("engine")


@dataclass(frozen=True)
class AbstractEngine(ABC, Generic[State]):
    """Proposes structures. It owns only its settings; everything that changes is a state, handed on from call to call.

    A state is never changed in place: whoever kept an old one can go on from there.

    Attributes:
        paper: Where it was published, as ``Surname YEAR: link``.
        families: Families it can search, the one it is meant for first.
        needs_target: Whether it looks for the fewest parameters at a target error, and cannot weigh size against error.
        best_of_batch: Whether of one batch only the best evaluation matters to it, so that the others need no fit.
    """

    paper: ClassVar[str]
    families: ClassVar[tuple[str, ...]]
    needs_target: ClassVar[bool] = False
    best_of_batch: ClassVar[bool] = False

    @abstractmethod
    def start(self, problem: Problem, generator: torch.Generator) -> State:
        """Return the state before the first question."""

    @abstractmethod
    def ask(self, state: State, generator: torch.Generator) -> Iterable[Proposal]:
        """Return structures to evaluate; none ends the search. They may be made one by one, as they are taken."""

    @abstractmethod
    def tell(self, state: State, evaluations: Sequence[Evaluation], generator: torch.Generator) -> State:
        """Return the state after the evaluations of what was asked for, in its order.

        There may be fewer of them than proposals, when the budget has ended.
        """

    def welcome(self, state: State, found: Evaluation) -> State:  # noqa: ARG002
        """Return the state that goes on from what another engine has found, if this one can make use of it."""
        return state

    def cutoff(self, state: State) -> float:  # noqa: ARG002
        """Return the score above which an evaluation changes nothing, so that no fit need be spent on it.

        A pruned evaluation is told with a score above this, never below what its fit would have scored.
        """
        return math.inf

    def cutoff_within(self, state: State, told: Sequence[Evaluation]) -> float:
        """Return the cutoff for the next proposal of a batch, when some of it has been evaluated already."""
        best = min((found.score for found in told), default=math.inf) if self.best_of_batch else math.inf
        return min(self.cutoff(state), best)
