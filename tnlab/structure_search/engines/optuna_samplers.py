"""Optuna's samplers as engines: TPE on the score, NSGA-II on parameters and error.

A structure is encoded by one integer parameter per rank, on a logarithmic scale, and on rings one real key per mode:
the modes sit on the ring in the order of their keys. Needs optuna: ``pip install 'tnlab[search]'``.

References:
    Akiba 2019 (optuna): https://arxiv.org/abs/1907.10902
"""

import math
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from typing_extensions import override

from tnlab.errors import NotInstalledError
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Fate, Proposal
from tnlab.structure_search.parts.rank_codes import Code, Coding
from tnlab.structure_search.problem import Problem

GOOD = 25  # largest number of trials that optuna's TPE models as good


@dataclass(frozen=True, eq=False)
class SamplerState:
    """State of an optuna sampler: optuna's study and the trials asked but not yet told.

    Attributes:
        coding: Encoding of structures.
        seed: Seed of optuna's sampler.
        study: Optuna's study. Optuna changes it in place; an engine told an older state rebuilds it as it was then.
        pending: Parameters of the trials asked.
        told: Number of trials told so far.
        scores: The ``GOOD`` best scores, ascending.
        repeats: Number of repeated structures in a row.
    """

    coding: Coding
    seed: int
    study: Any
    pending: tuple[dict[str, Any], ...] = ()
    told: int = 0
    scores: tuple[float, ...] = ()
    repeats: int = 0


@dataclass(frozen=True)
class OptunaSampler(AbstractEngine[SamplerState]):
    """Base of engines that propose what a sampler of optuna suggests.

    Attributes:
        max_size: Largest number of parameters, per entry of the tensor; ranks of larger structures are halved.
        patience: Repeated structures in a row after which the search ends.
    """

    max_size: float = 1.0
    patience: int = 100

    families: ClassVar[tuple[str, ...]] = ("ring", "any")

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> SamplerState:
        seed = int(torch.randint(2**31, (), generator=generator))
        state = SamplerState(Coding(problem, self.max_size), seed, self._study(seed))
        return self._asked(state)

    @override
    def ask(self, state: SamplerState, generator: torch.Generator) -> Iterable[Proposal]:
        for values in state.pending if state.repeats < self.patience else ():
            yield Proposal(state.coding.structure(_code(state.coding, values)), move="sampled by optuna")

    @override
    def tell(self, state: SamplerState, evaluations: Sequence[Evaluation], generator: torch.Generator) -> SamplerState:
        study = self._current(state)
        for place, found in enumerate(evaluations):
            study.tell(state.told + place, self._values(state.coding.problem, found))
        if len(evaluations) < len(state.pending):  # the budget has ended
            return replace(state, study=study, pending=())
        scores = sorted((*state.scores, *(found.score for found in evaluations)))[:GOOD]
        repeats = state.repeats
        for found in evaluations:
            repeats = repeats + 1 if found.fate is Fate.REPEATED else 0
        told = state.told + len(evaluations)
        state = replace(state, study=study, told=told, scores=tuple(scores), repeats=repeats)
        return self._asked(state)

    def _batch(self) -> int:
        """Return the number of trials asked at once."""
        return 1

    @abstractmethod
    def _sampler(self, optuna: Any, seed: int) -> Any:
        """Return optuna's sampler."""

    @abstractmethod
    def _values(self, problem: Problem, found: Evaluation) -> list[float]:
        """Return the values of an evaluation that optuna minimises, one per direction."""

    def _directions(self) -> list[str]:
        return ["minimize"]

    def _study(self, seed: int) -> Any:
        optuna = _optuna()
        return optuna.create_study(sampler=self._sampler(optuna, seed), directions=self._directions())

    def _asked(self, state: SamplerState) -> SamplerState:
        space = _space(state.coding)
        trials = [state.study.ask(space) for _ in range(self._batch())]
        return replace(state, pending=tuple(dict(trial.params) for trial in trials))

    def _current(self, state: SamplerState) -> Any:
        """Return the study as it was in a state: the study itself, or a rebuilt one if it has grown since."""
        trials = state.study.get_trials(deepcopy=False)
        if len(trials) == state.told + len(state.pending) and not any(
            trial.state.is_finished() for trial in trials[state.told :]
        ):
            return state.study
        study = self._study(state.seed)
        study.add_trials(trials[: state.told])
        for values in state.pending:
            study.enqueue_trial(values)
            study.ask(_space(state.coding))
        return study


@engines.register("tpe")
@dataclass(frozen=True)
class TPE(OptunaSampler):
    """Optuna's tree-structured Parzen estimator: sample where good structures are dense and poor ones are not.

    The sampler uses only the order of the scores and models at most 25 trials as good, so that a score above the 25th
    best need not be exact.

    Attributes:
        batch: Structures proposed at once, to keep as many workers busy. While a structure of a batch has no score,
            the sampler counts it as poor.
    """

    batch: int = 1

    paper: ClassVar[str] = (
        "Bergstra 2011: https://papers.nips.cc/paper/4443-algorithms-for-hyper-parameter-optimization"
    )

    @override
    def cutoff(self, state: SamplerState) -> float:
        return state.scores[-1] if len(state.scores) == GOOD else math.inf

    @override
    def _sampler(self, optuna: Any, seed: int) -> Any:
        return optuna.samplers.TPESampler(seed=seed, constant_liar=self.batch > 1)

    @override
    def _batch(self) -> int:
        return self.batch

    @override
    def _values(self, problem: Problem, found: Evaluation) -> list[float]:
        return [found.score]


@engines.register("nsga2")
@dataclass(frozen=True)
class NSGA2(OptunaSampler):
    """Optuna's NSGA-II: a genetic search for the Pareto front of parameters and relative error.

    An error below the target counts as equal to the target.

    Attributes:
        population: Structures per generation.
    """

    population: int = 50

    paper: ClassVar[str] = "Deb 2002: https://doi.org/10.1109/4235.996017"

    @override
    def _batch(self) -> int:
        return self.population

    @override
    def _sampler(self, optuna: Any, seed: int) -> Any:
        return optuna.samplers.NSGAIISampler(population_size=self.population, seed=seed)

    @override
    def _values(self, problem: Problem, found: Evaluation) -> list[float]:
        return [float(found.parameters), max(found.relative_error, problem.target_error or 0.0)]

    @override
    def _directions(self) -> list[str]:
        return ["minimize", "minimize"]


def _space(coding: Coding) -> dict[str, Any]:
    distributions = _optuna().distributions
    ranks = {
        f"rank {place}": distributions.IntDistribution(1, coding.limit, log=True)
        for place, _ in enumerate(coding.pairs)
    }
    keys = range(coding.problem.order) if coding.permutes else ()
    return ranks | {f"key {mode}": distributions.FloatDistribution(0.0, 1.0) for mode in keys}


def _code(coding: Coding, values: dict[str, Any]) -> Code:
    modes = range(coding.problem.order)
    order = sorted(modes, key=lambda mode: values[f"key {mode}"]) if coding.permutes else modes
    ranks = tuple(values[f"rank {place}"] for place, _ in enumerate(coding.pairs))
    return coding.shrunk(Code(ranks, tuple(order)))


def _optuna() -> Any:
    try:
        import optuna  # noqa: PLC0415 (optional)
    except ModuleNotFoundError:
        raise NotInstalledError("optuna", "'tnlab[search]'") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
