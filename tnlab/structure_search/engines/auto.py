"""What suits the data and the budget: first what can prove its answer, then what improves it until time is out."""

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
WEIGHING = ("tnale", "hill_climb")  # where there is no target error
SETTINGS: dict[str, dict[str, Any]] = {"certificate": {"share": 0.2, "mend": False}}  # the others grow better
Runner = tuple[AbstractEngine[Any], Any]


@dataclass(frozen=True, eq=False)
class AutoState:
    """Who is running.

    Attributes:
        problem: What is searched.
        runners: Engines that have not ended, each with its state; the first one is running.
        asked: What it proposes next.
        best: The smallest that reached the target, whoever found it; without a target that of the least score.
        idle: Proposals of the first runner since it found something better.
    """

    problem: Problem
    runners: tuple[Runner, ...]
    asked: tuple[Proposal, ...] = ()
    best: Evaluation | None = None
    idle: int = 0


@engines.register("auto")
@dataclass(frozen=True)
class Auto(AbstractEngine[AutoState]):
    """Race the engines that suit the family, each handed what the others found.

    Those that construct an answer run first and to their end; those that improve one go on until time is out. Whoever
    has found nothing better for a while hands over to the next.

    Attributes:
        race: Names of the engines, in the order of their turns; those that do not search the family are left out.
        patience: Proposals without anything better after which the next engine has its turn.
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
        """Return the state with the next question, of the first engine that has one; those without are gone."""
        while state.runners:
            engine, own = state.runners[0]
            asked = tuple(replace(one, move=f"{_name(engine)}: {one.move}") for one in engine.ask(own, generator))
            if asked:
                return replace(state, asked=asked)
            state = self._handed_over(state, ended=True)
        return replace(state, asked=())

    def _handed_over(self, state: AutoState, *, ended: bool = False) -> AutoState:
        """Return the state in which the next engine runs, and knows the best so far."""
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
