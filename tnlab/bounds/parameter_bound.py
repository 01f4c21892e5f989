"""Lower bound on the parameters that structures of a family need for a target error, without fitting.

A fit with relative error e leaves ``|X_(S) - Y_(S)| <= e |X|`` across every cut S, so that the rank of ``Y_(S)``, and
with it the product of the ranks crossing S, is at least ``r(S) = min{r: tail_S(r) <= e^2}`` (Eckart and Young).
The fewest parameters of ranks that satisfy all cuts are a lower bound for every structure that reaches the error.
Whether these ranks reach it themselves only a fit can tell.

References:
    Eckart 1936: https://doi.org/10.1007/BF02288367
"""

import math
import time
from dataclasses import dataclass

from torch import Tensor

from tnlab.array_like import count
from tnlab.bounds.cut_problem import CutProblem, Found, PairRanks, cut_of, cut_problem
from tnlab.bounds.cut_spectra import CutSpectra, entries_of
from tnlab.bounds.families import FAMILIES, MAX_ORDER, Family
from tnlab.bounds.greedy import best_graph, best_train, cheapest
from tnlab.errors import DataError, FormatError, UnknownNameError
from tnlab.network.structure import Structure
from tnlab.threads import on_one_thread


@dataclass(frozen=True)
class ParameterBound:
    """A proved lower bound on the parameters of a family for a target error, with the best structure found.

    Attributes:
        parameters: The lower bound: no structure of the family with fewer parameters reaches the target error.
        incumbent: Parameters of the cheapest structure found that satisfies every cut; None if none was found.
        structure: That structure; only a fit can say whether it reaches the target error.
        gap: ``incumbent / parameters - 1``; infinite without an incumbent.
        proved: Whether ``incumbent`` equals ``parameters`` and every cut was consulted.
        family: Name of the family.
        max_rank: Largest rank for which the bound holds; None if it holds for every rank.
        latent_cores: Whether it holds for structures with latent cores.
        scope: For which structures the bound is proved, as a sentence.
        seconds: Wall time in seconds, the spectra included.
    """

    parameters: int
    incumbent: int | None
    structure: Structure | None
    gap: float
    proved: bool
    family: str
    max_rank: int | None
    latent_cores: bool
    scope: str
    seconds: float

    def __str__(self) -> str:
        """Say the bound and the family that it is proved for."""
        return f"At least {self.parameters:,} parameters. {self.scope}"


@on_one_thread(lambda X, *_, **__: entries_of(X))
def parameter_bound(
    X: Tensor | CutSpectra,
    target_error: float,
    *,
    family: str = "ring",
    max_rank: int | None = None,
    max_seconds: float = 30.0,
) -> ParameterBound:
    """Return a lower bound on the parameters of every structure of a family that reaches a relative error.

    Args:
        X: The tensor, or its spectra, which serve for several bounds.
        target_error: Relative error to be reached, between 0 and 1.
        family: ``"ring"`` (cycles over the modes in any order; trains are rings with a bond of rank 1), ``"tree"``,
            ``"degree3"`` (graphs with at most three bonds above rank 1 per core) or ``"any"`` simple graph, each with
            one core per mode and no latent cores; or ``"latent"``, all networks.
        max_rank: Largest rank of a bond; by default there is no limit.
        max_seconds: Time in seconds after which the best bound proved so far is returned.

    Raises:
        DataError: The order is 1, or above 16.
        FormatError: No structure of the family with these ranks can reach the target.
        UnknownNameError: There is no such family.
        ValueError: The target error, ``max_rank`` or ``max_seconds`` is out of range.

    Example:
        >>> import torch
        >>> parameter_bound(torch.eye(4, dtype=torch.float64), 0.1).parameters
        32
    """
    begun = time.monotonic()
    max_rank = None if max_rank is None else count(max_rank, "max_rank")
    _check(target_error, family, max_seconds)
    spectra = X if isinstance(X, CutSpectra) else CutSpectra(X)
    if not 2 <= len(spectra.modes) <= MAX_ORDER:
        raise DataError(
            f"The parameter bound needs an order from 2 to {MAX_ORDER}, but the tensor has {spectra.order}."
        )
    problem = cut_problem(spectra, target_error, max_rank, begun + 0.5 * max_seconds)
    chosen = FAMILIES[family]
    _check_reach(problem, chosen, family)
    found = _solve(problem, chosen, begun + max_seconds, family)
    return _result(problem, found, family, max_rank, time.monotonic() - begun)


def _solve(problem: CutProblem, family: Family, deadline: float, name: str) -> Found:
    if problem.order == 2 and not family.latent:  # one bond in every family
        rank = int(problem.needed[1])
        return Found(sum(problem.modes) * rank, {(0, 1): rank})
    found = family.solve(problem, deadline, _start(problem, family, deadline))
    if math.isinf(found.bound):
        raise FormatError(
            f"No structure of the family {name!r} with ranks up to {problem.max_rank} satisfies every cut of the "
            f"tensor; raise max_rank or the target error."
        )
    assert found.ranks is None or problem.satisfied(found.ranks)
    return found


def _result(problem: CutProblem, found: Found, family: str, max_rank: int | None, seconds: float) -> ParameterBound:
    incumbent = None if found.ranks is None else problem.parameters(found.ranks)
    parameters = int(found.bound)
    ranks = "any rank" if max_rank is None else f"ranks up to {max_rank}"
    chosen = FAMILIES[family]
    kind = "" if chosen.latent else "one core per mode, "
    shape = "" if chosen.latent else ", no latent cores or hyper-bonds"
    cuts = "" if problem.complete else " Time allowed only some of the cuts to be consulted."
    return ParameterBound(
        parameters=parameters,
        incumbent=incumbent,
        structure=None if found.ranks is None else problem.structure(found.ranks),
        gap=math.inf if incumbent is None else incumbent / parameters - 1,
        proved=problem.complete and incumbent == parameters,
        family=family,
        max_rank=max_rank,
        latent_cores=chosen.latent,
        scope=f"Proved for {chosen.words}: {kind}{ranks}{shape}.{cuts}",
        seconds=seconds,
    )


def _check(target_error: float, family: str, max_seconds: float) -> None:
    if not 0 < target_error < 1:
        raise ValueError(f"The target error must lie between 0 and 1, but is {target_error!r}.")
    if family not in FAMILIES:
        raise UnknownNameError("family", family, FAMILIES)
    if not max_seconds > 0:
        raise ValueError(f"max_seconds must be above 0, but is {max_seconds!r}.")


def _check_reach(problem: CutProblem, family: Family, name: str) -> None:
    """Refuse a largest rank with which no structure of the family can satisfy some cut."""
    if family.latent:
        return  # parallel bonds and latent cores can carry any cut
    for mask in problem.masks.tolist():
        inside = mask.bit_count()
        outside = problem.order - inside
        bonds = min(inside * outside, family.degree * min(inside, outside))
        if problem.max_rank**bonds < problem.needed[mask]:
            raise FormatError(
                f"The cut of modes {cut_of(mask, problem.order)} needs a cut rank of {problem.needed[mask]}, but in "
                f"the family {name!r} with ranks up to {problem.max_rank} it is at most {problem.max_rank**bonds}."
            )


def _start(problem: CutProblem, family: Family, deadline: float) -> PairRanks | None:
    """Return the ranks of a cheap structure of the family that satisfies every cut, from greedy searches; else None."""
    candidates = [best_train(problem, deadline)]
    if family.loops:
        candidates.append(best_graph(problem, min(family.degree, problem.order), deadline))
    return cheapest(problem, candidates)
