"""Search for the structure of a tensor, from one call."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.errors import FormatError
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.structure import Structure
from tnlab.seeding import as_generator
from tnlab.structure_search.driver import AHEAD, STOPPED, Driver
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Counts, Evaluation
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors import AbstractExecutor, executor_of
from tnlab.structure_search.objective import FewestParameters, Objective
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.progress import Progress
from tnlab.structure_search.studies.lines import described, header
from tnlab.structure_search.studies.study import Study, study_log
from tnlab.threads import on_one_thread, one_thread, steps_on_one_thread

BOUND_SHARE, BOUND_SECONDS = 0.1, 2.0  # of the seconds allowed, and at most: what a lower bound may take


@dataclass(frozen=True, eq=False)
class SearchResult:
    """What a search found, and what that is worth.

    Attributes:
        network: The fitted cores of the best structure.
        relative_error: ``|X - X_hat|_F / |X|_F``, from the explicit reconstruction in float64.
        reached: Whether the target error was reached; true where there is none.
        score: By the problem's objective.
        bound: What no structure of the family can do without, and its scope; None without a target error.
        counts: Structures proposed, repeated, pruned, fitted; sweeps.
        pareto: Evaluations that no other beats in parameters and error at once, by ascending parameters.
        engine: Name of the engine.
        family: The family that was searched.
        seconds: Wall time, that of the bound included.
        status: Why the search ended, as a sentence.
    """

    network: Network
    relative_error: float
    reached: bool
    score: float
    bound: ParameterBound | None
    counts: Counts
    pareto: tuple[Evaluation, ...]
    engine: str
    family: str
    seconds: float
    status: str

    @property
    def structure(self) -> Structure:
        """The best structure."""
        return self.network.structure

    @property
    def parameters(self) -> int:
        """Its parameters."""
        return self.network.parameters

    @property
    def gap(self) -> float:
        """How many more parameters it has than was proved necessary, as a part of these; infinite if nothing was."""
        return self.parameters / self.bound.parameters - 1 if self.bound and self.reached else math.inf

    @property
    def proved(self) -> bool:
        """Whether no structure of the family with fewer parameters reaches the target."""
        return self.gap == 0


@dataclass(eq=False)
class Search:
    """A search that is watched: an iterator of snapshots. Leave the loop to stop it; ``result`` is the best so far.

    Example:
        >>> from tnlab.data import planted
        >>> from tnlab.network.rank_matrix import ring
        >>> X = planted(ring((3,) * 5, (0, 2, 4, 1, 3), (2, 1, 2, 2, 3)))
        >>> run = Search(X, target_error=1e-3, engine="certificate", family="ring")
        >>> for progress in run:
        ...     pass
        >>> run.result.proved
        True

    Attributes:
        X: The tensor.
        target_error: Relative error to reach with the fewest parameters.
        objective: What to minimise instead.
        engine: Name of the engine, or an engine with settings of its own.
        family: Which structures count; by default what the engine is meant for.
        max_rank: Largest rank of a bond; by default what the data can use.
        max_evaluations: Structures that may be fitted.
        max_seconds: Wall time.
        seed: Same seed, same search, unless time ends it.
        prune: Whether structures that cannot win are left unfitted.
        warm: Whether a fit starts from the cores of the nearest structure fitted so far.
        solver: Name of the solver that fits.
        evaluator: Settings of the fits: ``max_sweeps``, ``restarts``, ``tolerance``.
        study: Where every evaluation is kept: a file, or ``DATABASE_URL#NAME``. The same search of it goes on from
            there; budgets may differ, and count what is recorded. Needs a seed.
        executor: Where fits run: ``"inline"``, ``"pool:2"``, ``"dask:ADDRESS"``, an executor, or a client of dask.
        ahead: Proposals of a batch that are decided on before the first of them is told; the same number finds the
            same on every executor.
        source: Where the tensor can be had from again, to be kept with the study (``tnlab.data.recipe``).
    """

    X: Tensor
    target_error: float | None = None
    objective: Objective | None = None
    engine: str | AbstractEngine[Any] = "auto"
    family: str | None = None
    max_rank: int | None = None
    max_evaluations: int = 10_000
    max_seconds: float = 60.0
    seed: int | torch.Generator | None = 0
    prune: bool = True
    warm: bool = True
    solver: str = "als"
    evaluator: dict[str, Any] = field(default_factory=dict)
    study: Path | str | None = None
    executor: "str | AbstractExecutor | Any" = "inline"
    ahead: int = AHEAD
    source: dict[str, Any] | None = None
    _latest: Progress | None = field(default=None, init=False)
    _driver: Driver | None = field(default=None, init=False)
    _stopped: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        if (self.target_error is None) == (self.objective is None):
            raise FormatError("Say what to search for: either target_error=E, or objective=..., and not both.")
        if self.ahead < 1:
            raise ValueError(f"ahead must be at least 1, but is {self.ahead!r}.")
        if self.study is not None and self.seed is None:
            raise FormatError("A study needs a seed: without one no search can go on from another.")
        named = isinstance(self.engine, str)
        self._engine: AbstractEngine[Any] = engines[self.engine]() if named else self.engine  # type: ignore[index]
        if not isinstance(self._engine, AbstractEngine):
            raise FormatError(f"engine must be a name or an engine such as TnALE(), but is {self._engine!r:.80}.")
        own = type(self._engine)
        self._name = next((name for name, part in engines.items() if issubclass(own, part)), own.__name__)
        family = self.family or self._engine.families[0]
        if family not in self._engine.families:
            raise FormatError(
                f"The engine {self._name!r} searches the families {', '.join(self._engine.families)}, "
                f"but not {family!r}; see tnlab engines."
            )
        if self._engine.needs_target and self.target_error is None:
            raise FormatError(f"The engine {self._name!r} needs a target_error; it cannot weigh size against error.")
        objective = self.objective or FewestParameters(self.target_error or 0.0)
        budget = {"max_evaluations": self.max_evaluations, "max_seconds": self.max_seconds}
        self.problem = Problem(self.X, objective, family, self.max_rank, **budget)

    def __iter__(self) -> Iterator[Progress]:
        """Yield a snapshot after every evaluation. With a small tensor a step, but not the caller, has one thread."""
        return steps_on_one_thread(self._snapshots(), self.problem.entries)

    def _snapshots(self) -> Iterator[Progress]:
        generator = as_generator(self.seed)
        seed = int(torch.randint(2**31, (), generator=generator))
        evaluator = Evaluator(self.problem, self.solver, seed=seed, **self.evaluator)
        with ExitStack() as left:
            executor = executor_of(self.executor)
            if executor is not self.executor:
                left.callback(executor.close)
            study = self._opened(evaluator)
            if study is not None:
                left.callback(study.release)
                named = self.executor if isinstance(self.executor, str) else executor.name
                budget = {"max_evaluations": self.max_evaluations, "max_seconds": self.max_seconds}
                study.open(executor=named, workers=executor.workers, **budget)
                evaluator = replace(evaluator, problem=replace(self.problem, max_seconds=study.planned_seconds))
            begun = time.monotonic()  # once all is there that searches
            self._driver = Driver(
                evaluator.problem, self._engine, evaluator, generator, self._bound(study, evaluator.problem),
                self.prune, self.warm, begun, study, executor, self.ahead, self.max_seconds,
            )  # fmt: skip
            if self._stopped:
                self._driver.stop()
            for progress in left.enter_context(closing(self._driver.run())):
                self._latest = progress
                yield progress

    def stop(self) -> None:
        """End the search soon and keep the best so far; from any thread. Fits in flight are dropped."""
        self._stopped = True
        if self._driver is not None:
            self._driver.stop()

    def _bound(self, study: Study | None, problem: Problem) -> ParameterBound | None:
        """Return what no structure can do without: as it was proved for the study, or proved now."""
        if study is not None and study.bound is not None:
            return study.bound
        bound = problem.lower_bound(min(BOUND_SHARE * self.max_seconds, BOUND_SECONDS))
        if study is not None and bound is not None:
            study.prove(bound)
        return bound

    def _opened(self, evaluator: Evaluator) -> Study | None:
        if self.study is None:
            return None
        # Only a number can be given again; of a generator, what was drawn from it tells whether it is the same one.
        seed = self.seed if isinstance(self.seed, int) else f"of a generator: {evaluator.seed}"
        asked = header(
            evaluator, engine=self._name, engine_settings=described(self._engine), seed=seed, prune=self.prune,
            warm=self.warm, ahead=self.ahead, source=self.source,
        )  # fmt: skip
        return Study(study_log(self.study), asked, self.X.device)

    @property
    def fitted(self) -> int:
        """Structures fitted so far; from one on there is a result."""
        return self._latest.counts.fitted if self._latest is not None else 0

    @property
    def result(self) -> SearchResult:
        """The best so far.

        Raises:
            FormatError: Nothing has been fitted yet.
        """
        latest = self._latest
        if latest is None or latest.incumbent is None or latest.incumbent.network is None:
            raise FormatError("No structure was fitted yet; iterate over the search first, or allow it more.")
        network = latest.incumbent.network
        with one_thread(self.problem.entries):
            error = relative_residual(self.X, network)
        return SearchResult(
            network=network,
            relative_error=error,
            reached=self.problem.reached(error),
            score=self.problem.score(network.parameters, error),
            bound=latest.bound,
            counts=latest.counts,
            pareto=latest.pareto,
            engine=self._name,
            family=self.problem.family,
            seconds=latest.seconds,
            status=latest.status or STOPPED,
        )


@on_one_thread(lambda X, **_: X.numel() if isinstance(X, Tensor) else 0)
def search(
    X: Tensor,
    *,
    target_error: float | None = None,
    objective: Objective | None = None,
    engine: str | AbstractEngine[Any] = "auto",
    family: str | None = None,
    max_rank: int | None = None,
    max_evaluations: int = 10_000,
    max_seconds: float = 60.0,
    seed: int | torch.Generator | None = 0,
    callback: Callable[[Progress], object] | None = None,
    **settings: Any,
) -> SearchResult:
    """Search for the structure with the fewest parameters that fits a tensor within a relative error.

    Args:
        X: The tensor, float32 or float64.
        target_error: Relative error to reach, between 0 and 1.
        objective: What to minimise instead of parameters at a target error, e.g. ``WeightedSum(weight=200)``.
        engine: Name of an engine (``tnlab.engines`` lists them), or one with settings of its own.
        family: ``"ring"``, ``"tree"``, ``"degree3"``, ``"any"`` or ``"latent"``; by default what the engine is meant
            for.
        max_rank: Largest rank of a bond.
        max_evaluations: Structures that may be fitted.
        max_seconds: Wall time.
        seed: Same seed, same search, unless time ends it.
        callback: Called after every evaluation; a true answer stops the search and keeps the best so far.
        settings: More of ``Search``: ``prune``, ``warm``, ``solver``, ``evaluator``, ``study``.

    Raises:
        DataError: The tensor cannot be fitted, or the study is of another search, or cannot be read or written.
        FormatError: Neither or both of ``target_error`` and ``objective`` are given, the engine cannot search the
            family, or no structure of the family can reach the target.
        UnknownNameError: There is no such engine or family.
        ValueError: The target or a budget is out of range.
    """
    run = Search(X, target_error, objective, engine, family, max_rank, max_evaluations, max_seconds, seed, **settings)
    for progress in run:
        if callback is not None and callback(progress):
            break
    return run.result
