"""The function ``search`` and the iterator ``Search``, which run a structure search, and its ``SearchResult``."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from inspect import signature
from pathlib import Path
from typing import Any, Unpack

import torch
from torch import Tensor

from tnlab.array_like import whole
from tnlab.bounds.families import FAMILIES
from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.data.intake import Unit, nonzero_data
from tnlab.data.tensor_hash import tensor_hash
from tnlab.errors import FormatError
from tnlab.metrics import binary_exponent
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.structure import Structure
from tnlab.seeding import as_generator
from tnlab.structure_search.driver import STOPPED, Driver
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Counts, Evaluation
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors import executor_of
from tnlab.structure_search.objective import FewestParameters, Objective
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.progress import Progress
from tnlab.structure_search.settings import (
    Budget,
    Dispatch,
    FitSettings,
    ShortForm,
    StudyPlace,
    spelled_out,
    updated,
)
from tnlab.structure_search.studies.lines import described, header
from tnlab.structure_search.studies.study import Study, study_log
from tnlab.threads import on_one_thread, one_thread, steps_on_one_thread

FAR = 100  # powers of two between the norm of a tensor and 1, from which products of a few could leave float64
SHOWN_RANKS = 24  # ranks in the text of a result, two lines of them
BOUND_SHARE, BOUND_SECONDS = 0.1, 2.0  # time for the lower bound: a fraction of ``max_seconds``, and seconds at most


@dataclass(frozen=True, eq=False, repr=False)
class SearchResult:
    """The best network that a search found, with its error, its lower bound and the work done.

    Attributes:
        network: The fitted network of the best structure.
        relative_error: ``|X - X_hat|_F / |X|_F``, from the explicit reconstruction in float64.
        reached: Whether the target error was reached; true without a target.
        score: Score by the problem's objective.
        bound: Lower bound on the parameters of every structure of the family that reaches the target; None without
            a target.
        counts: Numbers of structures proposed, repeated, pruned and fitted, and of sweeps.
        pareto: Fitted evaluations that no other beats in both parameters and error, by ascending parameters.
        engine: Name of the engine.
        family: Name of the family searched.
        seconds: Wall time in seconds, that of the bound included.
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

    def __str__(self) -> str:
        """Say in a few lines what was found, what is proved, and for which structures."""
        missed = "" if self.reached else " (the target error was not reached)"
        found = f"{self.parameters:,} parameters at a relative error of {self.relative_error:.6g}{missed}"
        work = f"{self.counts.fitted:,} structures fitted of {self.counts.proposed:,} proposed in {self.seconds:.3g} s"
        ranks = {self.structure.bond_label(k): rank for k, rank in enumerate(self.structure.ranks) if rank > 1}
        shown = ", ".join(f"{bond} {rank}" for bond, rank in list(ranks.items())[:SHOWN_RANKS])
        more = f" and {len(ranks) - SHOWN_RANKS} more" if len(ranks) > SHOWN_RANKS else ""
        lines = [f"{found}, by {self.engine} in the family of {FAMILIES[self.family].kind}."]
        lines += [str(self.bound)] if self.bound else []
        return "\n".join([*lines, f"Ranks above 1: {shown or 'none'}{more}.", f"{work}. {self.status}"])

    __repr__ = __str__

    @property
    def structure(self) -> Structure:
        """The best structure."""
        return self.network.structure

    @property
    def parameters(self) -> int:
        """Number of parameters of the best structure."""
        return self.network.parameters

    @property
    def gap(self) -> float:
        """``parameters / bound.parameters - 1``; infinite without a bound, or if the target was missed."""
        return self.parameters / self.bound.parameters - 1 if self.bound and self.reached else math.inf

    @property
    def proved(self) -> bool:
        """Whether it was proved that no structure of the family with fewer parameters reaches the target."""
        return self.gap == 0


class Search:
    """A structure search as an iterable of snapshots, one after every evaluation.

    Leaving the loop ends the search; ``result`` is the best so far at any time.

    Example:
        >>> from tnlab.data import planted
        >>> from tnlab.network.rank_matrix import ring
        >>> X = planted(ring((3,) * 5, (0, 2, 4, 1, 3), (2, 1, 2, 2, 3)))
        >>> run = Search(X, target_error=1e-3, engine="certificate", family="ring")
        >>> for progress in run:
        ...     pass
        >>> run.result.proved
        True

    Args:
        X: The tensor.
        target_error: Relative error to reach with the fewest parameters.
        objective: Score to minimise, in place of ``target_error``.
        engine: Name of an engine, or an engine.
        family: Family of structures to search; by default the first of the engine's.
        max_rank: Largest rank of a bond; None for no limit.
        seed: Equal seeds give equal searches, unless time ends them.
        budget: Structures that it may fit, and its wall time.
        fits: Solver, starts and sweeps of the fits.
        dispatch: Which proposals are fitted, where, and how many at a time.
        study: Where every evaluation is recorded: a ``StudyPlace``, a path, or ``DATABASE_URL#NAME``. The same search
            on it continues from the record; budgets may differ, and include recorded evaluations. Needs a seed.
        short: Single fields of ``budget``, ``fits``, ``dispatch`` and ``study``, such as ``max_seconds``, ``solver``,
            ``executor`` or ``source``, which replace those of the value.

    Attributes:
        problem: Tensor, objective, family, largest rank and budget.
        engine: The engine.
        seed: The seed, or the generator.
        budget: As given, with the single fields of ``short`` in it; so are the next three.
        fits: Solver, starts and sweeps of the fits.
        dispatch: Which proposals are fitted, where, and how many at a time.
        study: Where every evaluation is recorded; its ``location`` is None if nowhere.

    Raises:
        DataError: The tensor cannot be fitted.
        FormatError: Neither or both of ``target_error`` and ``objective`` are given, or the engine cannot search the
            family.
        TypeError: There is no such keyword.
        UnknownNameError: There is no such engine or family.
        ValueError: The target, a budget or ``ahead`` is out of range.
    """

    def __init__(
        self,
        X: Any,
        target_error: float | None = None,
        *,
        objective: Objective | None = None,
        engine: str | AbstractEngine[Any] = "auto",
        family: str | None = None,
        max_rank: int | None = None,
        seed: int | torch.Generator | None = 0,
        budget: Budget | None = None,
        fits: FitSettings | None = None,
        dispatch: Dispatch | None = None,
        study: StudyPlace | Path | str | None = None,
        **short: Unpack[ShortForm],
    ) -> None:
        if (target_error is None) == (objective is None):
            raise FormatError("A search needs either target_error=E or objective=..., and not both.")
        given = spelled_out(short, signature(type(self)).parameters)
        self.budget = updated(budget or Budget(), given)
        self.fits = updated(fits or FitSettings(), given)
        self.dispatch = updated(dispatch or Dispatch(), given)
        self.study = updated(study if isinstance(study, StudyPlace) else StudyPlace(study), given)
        if self.study.location is not None and seed is None:
            raise FormatError("A study needs a seed, so that it can be resumed; give seed=0 or another integer.")
        self.seed = whole(seed)
        self.engine: AbstractEngine[Any] = engines[engine]() if isinstance(engine, str) else engine
        self._name = _name_of(self.engine)
        family = family or self.engine.families[0]
        if family not in self.engine.families:
            raise FormatError(
                f"The engine {self._name!r} searches the families {', '.join(self.engine.families)}, "
                f"but not {family!r}; see tnlab engines."
            )
        if self.engine.needs_target and target_error is None:
            raise FormatError(f"The engine {self._name!r} needs a target_error; it cannot weigh size against error.")
        objective = objective or FewestParameters(target_error or 0.0)
        self._data = nonzero_data(X)
        # Engines multiply the tensor by itself: one far from 1 is searched in a unit of its own, any other as it is.
        self._unit = Unit(self._data) if abs(binary_exponent(self._data) or 0) > FAR else None
        searched = self._data if self._unit is None else self._unit.data
        self.problem = Problem(searched, objective, family=family, max_rank=max_rank, budget=self.budget)  # type: ignore[arg-type]
        self._latest: Progress | None = None
        self._driver: Driver | None = None
        self._stopped = False

    def __iter__(self) -> Iterator[Progress]:
        """Yield a snapshot after every evaluation; with a small tensor each step runs on one thread."""
        return steps_on_one_thread(self._snapshots(), self.problem.entries)

    def _snapshots(self) -> Iterator[Progress]:
        generator = as_generator(self.seed)
        seed = int(torch.randint(2**31, (), generator=generator))
        evaluator = Evaluator(self.problem, self.fits, seed=seed)
        with ExitStack() as left:
            spec = self.dispatch.executor
            executor = executor_of(spec)
            if executor is not spec:
                left.callback(executor.close)
            study = self._opened(evaluator)
            if study is not None:
                left.callback(study.release)
                study.open(spec if isinstance(spec, str) else executor.name, executor.workers, self.budget)
                planned = replace(self.budget, max_seconds=study.planned_seconds)
                evaluator = replace(evaluator, problem=replace(self.problem, budget=planned))
            begun = time.monotonic()  # opening the executor and the study does not count as search time
            self._driver = Driver(
                engine=self.engine,
                evaluator=evaluator,
                generator=generator,
                budget=self.budget,
                dispatch=replace(self.dispatch, executor=executor),
                bound=self._bound(study, evaluator.problem),
                study=study,
                begun=begun,
            )
            if self._stopped:
                self._driver.stop()
            for progress in left.enter_context(closing(self._driver.run())):
                self._latest = self._outward(progress)
                yield self._latest

    def _outward(self, progress: Progress) -> Progress:
        """Return a snapshot with its networks in the unit of the data as given."""
        unit = self._unit
        if unit is None:
            return progress

        def given(one: Evaluation | None) -> Evaluation | None:
            return one if one is None or one.network is None else replace(one, network=unit.outward(one.network))

        return replace(
            progress,
            evaluation=given(progress.evaluation),
            incumbent=given(progress.incumbent),
            pareto=tuple(one for one in map(given, progress.pareto) if one is not None),
        )

    def stop(self) -> None:
        """End the search soon, cancel the fits under way and keep the best so far; may be called from any thread."""
        self._stopped = True
        if self._driver is not None:
            self._driver.stop()

    def _bound(self, study: Study | None, problem: Problem) -> ParameterBound | None:
        """Return a lower bound on the parameters proved now; one that a study has recorded is not believed."""
        bound = problem.lower_bound(min(BOUND_SHARE * self.budget.max_seconds, BOUND_SECONDS))
        if (
            study is not None
            and bound is not None
            and (study.bound is None or study.bound.parameters != bound.parameters)
        ):
            study.prove(bound)
        return bound

    def _opened(self, evaluator: Evaluator) -> Study | None:
        if self.study.location is None:
            return None
        # A generator is recorded by the number drawn from it, which tells whether a later one is in the same state.
        seed = self.seed if isinstance(self.seed, int) else f"of a generator: {evaluator.seed}"
        asked = header(
            evaluator,
            engine=self._name,
            engine_settings=described(self.engine),
            seed=seed,
            prune=self.dispatch.prune,
            warm=self.fits.warm,
            ahead=self.dispatch.ahead,
            source=self.study.source,
        )
        asked["tensor"] = tensor_hash(self._data)
        return Study(study_log(self.study.location), asked, self._data.device, unit=self._unit)

    @property
    def fitted(self) -> int:
        """Number of structures fitted so far; ``result`` exists once it is at least 1."""
        return self._latest.counts.fitted if self._latest is not None else 0

    @property
    def result(self) -> SearchResult:
        """The best network so far.

        Raises:
            FormatError: No structure has been fitted yet.
        """
        latest = self._latest
        if latest is None or latest.incumbent is None or latest.incumbent.network is None:
            raise FormatError("No structure was fitted yet; iterate over the search first, or raise its budgets.")
        network = latest.incumbent.network
        with one_thread(self.problem.entries):
            error = relative_residual(self._data, network)
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


def _name_of(engine: AbstractEngine[Any]) -> str:
    """Return the registered name of an engine; that of its class where it is not registered.

    Raises:
        FormatError: It is no engine.
    """
    if not isinstance(engine, AbstractEngine):
        raise FormatError(f"engine must be a name or an engine such as TnALE(), but is {engine!r:.80}.")
    own = type(engine)
    return next((name for name, part in engines.items() if issubclass(own, part)), own.__name__)


@on_one_thread(lambda X, **_: X.numel() if isinstance(X, Tensor) else 0)
def search(
    X: Any,
    *,
    target_error: float | None = None,
    objective: Objective | None = None,
    engine: str | AbstractEngine[Any] = "auto",
    family: str | None = None,
    max_rank: int | None = None,
    seed: int | torch.Generator | None = 0,
    budget: Budget | None = None,
    fits: FitSettings | None = None,
    dispatch: Dispatch | None = None,
    study: StudyPlace | Path | str | None = None,
    callback: Callable[[Progress], object] | None = None,
    **short: Unpack[ShortForm],
) -> SearchResult:
    """Search for the structure with the fewest parameters that fits a tensor within a relative error.

    Args:
        X: The tensor: an array of any library, real and at any scale, as ``fit`` takes it.
        target_error: Relative error to reach, between 0 and 1.
        objective: What to minimise instead of parameters at a target error, e.g. ``WeightedSum(weight=200)``.
        engine: Name of an engine (``tnlab.engines`` lists them), or an engine.
        family: ``"ring"``, ``"tree"``, ``"degree3"``, ``"any"`` or ``"latent"``; by default the first of the engine's.
        max_rank: Largest rank of a bond; None for no limit.
        seed: Equal seeds give equal searches, unless time ends them.
        budget: Structures that it may fit, and its wall time.
        fits: Solver, starts and sweeps of the fits.
        dispatch: Which proposals are fitted, where, and how many at a time.
        study: Where every evaluation is recorded, so that the search can be resumed.
        callback: Called with a snapshot after every evaluation; a true answer stops the search.
        short: Single fields of ``budget``, ``fits``, ``dispatch`` and ``study``: ``max_evaluations``,
            ``max_seconds``, ``solver``, ``warm``, ``executor``, ``prune`` and so on, as ``Search`` takes them.

    Returns:
        The best network found, with its lower bound.

    Raises:
        DataError: The tensor cannot be fitted, or the study is of another search, or cannot be read or written.
        FormatError: Neither or both of ``target_error`` and ``objective`` are given, the engine cannot search the
            family, or no structure of the family can reach the target.
        TypeError: There is no such keyword.
        UnknownNameError: There is no such engine or family.
        ValueError: The target or a budget is out of range.
    """
    run = Search(
        X,
        target_error=target_error,
        objective=objective,
        engine=engine,
        family=family,
        max_rank=max_rank,
        seed=seed,
        budget=budget,
        fits=fits,
        dispatch=dispatch,
        study=study,
        **short,
    )
    for progress in run:
        if callback is not None and callback(progress):
            break
    return run.result
