"""The base class of engines, which propose structures and learn from their evaluations, and the engines' registry."""

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
    """An algorithm that proposes structures: ``start`` makes a state, ``ask`` reads it, ``tell`` returns the next.

    An engine holds its settings only. States are immutable, so that a search can be continued from any earlier state.

    Attributes:
        paper: Source, as ``Surname YEAR: link``.
        families: Families that the engine can search, its default first.
        needs_target: Whether the engine minimises parameters at a target error and cannot minimise a weighted sum.
        best_of_batch: Whether the engine uses only the best evaluation of a batch, so that structures that cannot
            score below the best so far need no fit.
    """

    paper: ClassVar[str]
    families: ClassVar[tuple[str, ...]]
    needs_target: ClassVar[bool] = False
    best_of_batch: ClassVar[bool] = False

    @abstractmethod
    def start(self, problem: Problem, generator: torch.Generator) -> State:
        """Return the state before the first proposal."""

    @abstractmethod
    def ask(self, state: State, generator: torch.Generator) -> Iterable[Proposal]:
        """Return the next batch of structures to evaluate, possibly lazily; an empty batch ends the search."""

    @abstractmethod
    def tell(self, state: State, evaluations: Sequence[Evaluation], generator: torch.Generator) -> State:
        """Return the next state, given the evaluations of the latest batch in its order.

        There are fewer evaluations than proposals if the budget ended within the batch.
        """

    def welcome(self, state: State, found: Evaluation) -> State:  # noqa: ARG002
        """Return the state that continues from another engine's evaluation; unchanged if this engine cannot."""
        return state

    def cutoff(self, state: State) -> float:  # noqa: ARG002
        """Return the score above which the exact score of an evaluation does not change the engine's next state.

        The driver prunes structures that cannot score below it, and tells the engine a score above it for each.
        """
        return math.inf

    def cutoff_within(self, state: State, told: Sequence[Evaluation]) -> float:
        """Return the cutoff of the next proposal of a batch, given the evaluations of the batch so far."""
        best = min((found.score for found in told), default=math.inf) if self.best_of_batch else math.inf
        return min(self.cutoff(state), best)
