"""Decomposition of a tensor into a named format, of given ranks or to a target error, in one call."""

from collections.abc import Callable, Sequence

from torch import Tensor
from typing_extensions import Unpack

from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import FormatError
from tnlab.formats import formats
from tnlab.solvers.base import AbstractSolver, Data, Snapshot, check_target_error, solvers, whole_tensor
from tnlab.solvers.fit import Fit, fit
from tnlab.solvers.settings import FitKeywords, Start, Stop, start_and_stop

CLOSED_FORMS = {
    "tensor_train": "tt_svd",
    "tensor_ring": "tr_svd",
    "tucker": "st_hosvd",
    "binary_tree": "tree_svd",
    "dimension_tree": "tree_svd",
}


def decompose(
    X: Data,
    format: str,  # noqa: A002  (the word of the whole interface)
    *,
    rank: int | Sequence[int] | None = None,
    solver: str | AbstractSolver | None = None,
    start: Start | None = None,
    stop: Stop | None = None,
    callback: Callable[[Snapshot], object] | None = None,
    **settings: Unpack[FitKeywords],
) -> Fit:
    """Decompose a tensor into a named format.

    Give the ranks, or the relative error that may remain. With an error, trains, rings, Tucker and trees are truncated
    in closed form at the least ranks that keep to it, and every other format grows its ranks until it is reached.

    Args:
        X: The tensor, ``Observed`` entries of one, or a ``TensorFunction``.
        format: Name of the format (``tnlab.formats.formats`` lists them).
        rank: One rank for all bonds, or one per bond.
        solver: Name of a solver, or a solver with its settings. By default a closed form or the progressive solver for
            a target error of a whole tensor, else the default of ``fit``.
        start: How the fit starts, as for ``fit``.
        stop: When it stops, as for ``fit``.
        callback: Called with every snapshot; a true return value stops the fit, which keeps the best cores so far.
        settings: Fields of ``start`` and ``stop`` as keywords, as for ``fit``. One of them is ``target_error``, the
            largest relative error allowed, between 0 and 1, instead of ``rank``.

    Raises:
        FormatError: Neither or both of ``rank`` and ``target_error`` are given, a target error is where entries are
            missing, or the format cannot be built.
        DataError: The tensor cannot be fitted.
        TypeError: A keyword is unknown.
        UnknownNameError: There is no such format or solver.
        ValueError: The target error is out of range.

    Example:
        >>> import torch
        >>> X = torch.ones(4, 4, 4, dtype=torch.float64)
        >>> decompose(X, "tt", target_error=0.1).structure.ranks
        (1, 1)
    """
    start, stop = start_and_stop(start, stop, settings, caller="decompose", besides=("rank", "solver", "callback"))
    target_error = stop.target_error
    if (rank is None) == (target_error is None):
        raise FormatError("Say how large the network may be: either rank=R, or target_error=E, and not both.")
    check_target_error(target_error, chosen=True)
    if target_error is not None and isinstance(X, Observed):
        raise FormatError(
            "Ranks cannot be chosen for an error where entries are missing: give rank=R, or let choose_rank compare "
            "some by their held-out error."
        )
    if not isinstance(X, Tensor | Observed | TensorFunction):
        whole_tensor(X)  # refuses it and says what is needed
    modes = tuple(X.shape) if isinstance(X, Tensor) else X.modes
    part = formats[format]
    if solver is None and target_error is not None:
        solver = CLOSED_FORMS.get(part.name, "progressive") if isinstance(X, Tensor) else None
    structure = part.build(modes, 1 if rank is None else rank)
    return fit(X, structure, solver=solver, start=start, stop=stop, callback=callback)


def fitting(format: str) -> tuple[str, ...]:  # noqa: A002
    """Return the names of the registered solvers that can fit a format, given by its name."""
    name = formats[format].name
    return tuple(solver for solver, part in solvers.items() if not part.fits or name in part.fits)
