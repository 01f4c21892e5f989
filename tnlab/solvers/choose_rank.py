"""Choice of a format's rank by cross-validation: the error over known entries that the fits held out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import torch
from typing_extensions import Unpack

from tnlab.array_like import whole
from tnlab.data.intake import as_data
from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError, FormatError
from tnlab.formats import formats
from tnlab.interrupt import limited
from tnlab.seeding import as_generator
from tnlab.solvers.completion_base import known_entries
from tnlab.solvers.fit import Fit, fit
from tnlab.solvers.settings import FitKeywords, Start, Stop, start_and_stop
from tnlab.solvers.snapshot import Status
from tnlab.threads import on_one_thread

EXACT = 1e-8  # relative error below which fits count as exact, so that the smallest such rank is chosen


@dataclass(frozen=True, eq=False)
class RankChoice:
    """The chosen rank, with the held-out error and the fit of every rank tried.

    Attributes:
        rank: The smallest rank whose held-out error is within ``margin`` of the least held-out error.
        held_out_errors: Held-out error by rank, in the order tried.
        fits: The fit of every rank; after the held-out error was taken, all known entries were fitted.
    """

    rank: int
    held_out_errors: dict[int, float]
    fits: dict[int, Fit]


@on_one_thread(lambda X, *_, **__: (X if isinstance(X, torch.Tensor) else X.values).numel())
def choose_rank(
    X: Any,
    format: str,  # noqa: A002  (the word of the whole interface)
    ranks: Iterable[int],
    *,
    margin: float = 0.02,
    start: Start | None = None,
    stop: Stop | None = None,
    **settings: Unpack[FitKeywords],
) -> RankChoice:
    """Fit a format at several ranks to nine tenths of the known entries and compare them on the last tenth.

    Args:
        X: A tensor or ``Observed`` entries of one, as ``fit`` takes them.
        format: Name of the format.
        ranks: Ranks to try, each on all bonds.
        margin: Relative amount by which the held-out error of the chosen rank may exceed the least one.
        start: How each fit starts, as for ``fit``. All ranks hold out the same entries, so their errors compare: the
            seed is a number, or a generator that gives one.
        stop: When each fit stops; by default after 200 sweeps. Its ``max_seconds`` is for all ranks together.
        settings: Fields of ``start`` and ``stop`` as keywords, as for ``fit``.

    Raises:
        FormatError: There is no rank to try, or the format cannot be built.
        DataError: The tensor cannot be fitted, has too few known entries to hold any out, or ``held_out`` is 0.
        TypeError: A keyword is unknown.

    Example:
        >>> X = torch.ones(6, 6, 6, dtype=torch.float64)
        >>> choose_rank(X, "cp", range(1, 3)).rank
        1
    """
    start, stop = start_and_stop(
        start, stop or Stop(max_sweeps=200), settings, caller="choose_rank", besides=("margin",)
    )
    if not isinstance(start.seed, int):
        start = replace(start, seed=int(torch.randint(2**62, (), generator=as_generator(start.seed))))
    tried = list(map(whole, ranks))
    if not tried:
        raise FormatError("There is no rank to try: ranks is empty.")
    part, X = formats[format], as_data(X)
    if isinstance(X, TensorFunction):
        raise DataError(
            "Ranks are compared on known entries, but X is a TensorFunction; give decompose a target_error."
        )
    known = known_entries(X)
    if not stop.held_out:
        raise DataError(
            f"Ranks are compared by the error over entries that the fits hold out, but held_out is {stop.held_out}: "
            "give a part of the known entries between 0 and 1, such as held_out=0.1, or leave it out."
        )
    with limited(stop.limit()):
        fits = {
            rank: fit(known, part.build(known.modes, rank), solver="completion", start=start, stop=stop)
            for rank in tried
        }
    errors = {rank: _held_out(result, known) for rank, result in fits.items()}
    limit = max((1 + margin) * min(errors.values()), EXACT)
    good = [rank for rank, error in errors.items() if error <= limit]
    return RankChoice(min(good), errors, fits)


def _held_out(result: Fit, known: Observed) -> float:
    """Return the error over the entries that a fit held out; 1, that of zeros, where it was stopped before its start.

    Raises:
        DataError: It held none out.
    """
    if result.held_out_error is not None:
        return result.held_out_error
    if result.status is Status.STOPPED:
        return 1.0
    count, nonzero = len(known.values), int(known.values.count_nonzero())
    raise DataError(
        "Ranks are compared by the error over entries that the fits hold out, which takes a nonzero entry to fit and "
        f"one to hold out, but {count} entries are known and {nonzero} of them are not zero; observe more entries, or "
        "give fit a rank."
    )
