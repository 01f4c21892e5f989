"""The portfolio engine: runs the engines that suit the family one after the other, each from the best found so far."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from typing_extensions import override

from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.problem import Problem

RACE = ("certificate", "train", "tree_splits", "core_shapes", "growth", "reconnect")
WEIGHING = ("tnale", "hill_climb")  # the engines of a problem without a target error
# the certificate engine leaves most of the time, and growing ranks, to the engines after it
SETTINGS: dict[str, dict[str, Any]] = {"certificate": {"share": 0.2, "mend": False}}
Runner = tuple[AbstractEngine[Any], Any]  # an engine and its state


@dataclass(frozen=True, eq=False)
class AutoState:
    """State of the portfolio: the engines left, the next proposals and the best evaluation of all engines.

    Attributes:
        problem: The problem.
        runners: Engines that have not ended, each with its state; the first one proposes.
        asked: The next batch of proposals.
        best: Smallest structure that reached the target, from any engine; without a target that of least score.
        idle: Proposals of the first engine since it improved on the best.
    """

    problem: Problem
    runners: tuple[Runner, ...]
    asked: tuple[Proposal, ...] = ()
    best: Evaluation | None = None
    idle: int = 0


@engines.register("auto")
@dataclass(frozen=True)
class Auto(AbstractEngine[AutoState]):
    """Run several engines by turns on one problem, each continuing from the best structure of all.

    An engine's turn ends when it has nothing to propose, which removes it, or after ``patience`` proposals without an
    improvement, which moves it to the end of the queue.

    Attributes:
        race: Names of the engines in the order of their turns; engines that do not search the family are left out.
        patience: Proposals without an improvement after which an engine's turn ends.
    """

    race: tuple[str, ...] = RACE
    patience: int = 200

    paper: ClassVar[str] = "tnlab, a portfolio after Rice 1976: https://doi.org/10.1016/S0065-2458(08)60520-3"
    families: ClassVar[tuple[str, ...]] = ("any", "ring", "tree", "degree3", "latent")

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> AutoState:
        race = self.race if problem.target_error is not None else WEIGHING
        able = [name for name in race if problem.family in engines[name].families]
        chosen = [engines[name](**SETTINGS.get(name, {})) for name in able]
        runners = tuple((engine, engine.start(problem, generator)) for engine in chosen)
        return self._next(AutoState(problem, runners), generator)

    @override
    def ask(self, state: AutoState, generator: torch.Generator) -> Iterable[Proposal]:
        return state.asked

    @override
    def tell(self, state: AutoState, evaluations: Sequence[Evaluation], generator: torch.Generator) -> AutoState:
        engine, own = state.runners[0]
        own = engine.tell(own, evaluations, generator)
        best = min((one for one in (state.best, *evaluations) if one is not None), key=lambda one: _worth(state, one))
        idle = 0 if best is not state.best else state.idle + len(evaluations)
        state = replace(state, runners=((engine, own), *state.runners[1:]), best=best, idle=idle)
        return self._next(self._handed_over(state) if idle >= self.patience else state, generator)

    @override
    def cutoff(self, state: AutoState) -> float:
        return state.runners[0][0].cutoff(state.runners[0][1]) if state.runners else math.inf

    @override
    def cutoff_within(self, state: AutoState, told: Sequence[Evaluation]) -> float:
        return state.runners[0][0].cutoff_within(state.runners[0][1], told) if state.runners else math.inf

    def _next(self, state: AutoState, generator: torch.Generator) -> AutoState:
        """Return the state with the next batch, from the first engine that proposes one; drop engines that do not."""
        while state.runners:
            engine, own = state.runners[0]
            asked = tuple(replace(one, move=f"{_name(engine)}: {one.move}") for one in engine.ask(own, generator))
            if asked:
                return replace(state, asked=asked)
            state = self._handed_over(state, ended=True)
        return replace(state, asked=())

    def _handed_over(self, state: AutoState, *, ended: bool = False) -> AutoState:
        """Return the state in which the next engine proposes and was given the best evaluation so far."""
        first, *rest = state.runners
        if rest and state.best is not None:
            engine, own = rest[0]
            rest[0] = engine, engine.welcome(own, state.best)
        return replace(state, runners=(*rest,) if ended else (*rest, first), idle=0)


def _worth(state: AutoState, found: Evaluation) -> tuple[float, ...]:
    if found.pruned:
        return (2.0,)
    if state.problem.target_error is None:
        return (0.0, found.score)
    reached = state.problem.reached(found.relative_error)
    return (0.0, found.parameters) if reached else (1.0, found.relative_error)


def _name(engine: AbstractEngine[Any]) -> str:
    return next(name for name, part in engines.items() if type(engine) is part)
