"""Decomposition of a tensor into a format or a drawn structure, of given ranks or to a target error, in one call."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from torch import Tensor
from typing_extensions import Unpack

from tnlab.data.intake import as_data
from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import FormatError
from tnlab.formats import formats
from tnlab.network.edits import clip_ranks, set_ranks
from tnlab.network.graph import is_tree
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Snapshot, check_target_error, solvers
from tnlab.solvers.fit import Fit, fit
from tnlab.solvers.least_ranks import least_ranks
from tnlab.solvers.settings import FitKeywords, Start, Stop, start_and_stop
from tnlab.threads import on_one_thread

SWEEPING = frozenset({"init", "restarts", "max_sweeps", "tolerance"})  # settings that a closed form has no use for


@on_one_thread(lambda X, *_, **__: X.values.numel() if isinstance(X, Observed) else math.prod(X.shape))
def decompose(
    X: Any,
    format: str | Structure,  # noqa: A002  (the word of the whole interface)
    *,
    rank: int | Sequence[int] | None = None,
    solver: str | AbstractSolver | None = None,
    start: Start | None = None,
    stop: Stop | None = None,
    callback: Callable[[Snapshot], object] | None = None,
    **settings: Unpack[FitKeywords],
) -> Fit:
    """Decompose a tensor into a named format or a drawn structure.

    Give the ranks, or the relative error that may remain. A structure that is a tree (trains, Tucker, trees of any
    shape, matrix product operators) is truncated in closed form: to the ranks, with an error of at most the root of the
    number of bonds times the least possible, or at the least ranks that keep to the error. No sweeps follow; they
    lower the error by a percent or two, and ``fit`` makes them, or ``solver="als"`` here, or a setting that only sweeps
    have (``init``, ``restarts``, ``max_sweeps``, ``tolerance``). With loops or hyper-bonds, ranks are fitted by sweeps.
    For an error the best of these is kept and its ranks are lowered bond by bond: the formats and trees that the
    structure contains, ranks grown one by one, and equal ranks on all bonds.

    Args:
        X: The tensor, ``Observed`` entries of one, or a ``TensorFunction``, as ``fit`` takes them.
        format: Name of the format (``tnlab.formats.formats`` lists them), or a structure, such as a drawn one, whose
            own ranks stand where neither ``rank`` nor a target error is given.
        rank: One rank for all bonds, lowered where the cores beside a bond cannot use as much (as by ``clip_ranks``);
            or one per bond, taken as it is.
        solver: Name of a solver, or a solver with its settings, instead of the choice above.
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
    drawn = isinstance(format, Structure)
    if (rank is not None and target_error is not None) or (rank is None and target_error is None and not drawn):
        raise FormatError("Say how large the network may be: either rank=R, or target_error=E, and not both.")
    check_target_error(target_error, chosen=True)
    X = as_data(X)
    if target_error is not None and isinstance(X, Observed):
        raise FormatError(
            "Ranks cannot be chosen for an error where entries are missing: give rank=R, or let choose_rank compare "
            "some by their held-out error."
        )
    structure = _structure(X, format, rank, target_error)
    if solver is None and isinstance(X, Tensor):
        if target_error is not None and not is_tree(structure):
            even = None if isinstance(format, Structure) else partial(_structure, X, format)
            return least_ranks(X, structure, start=start, stop=stop, even=even, callback=callback)
        given = replace(start, seed=0), stop.max_sweeps, stop.tolerance
        sweeps = given != (Start(), Stop.max_sweeps, Stop.tolerance) or bool(SWEEPING & settings.keys())
        if is_tree(structure) and (target_error is not None or not sweeps):
            solver = "tree_svd"
    return fit(X, structure, solver=solver, start=start, stop=stop, callback=callback)


def _structure(
    X: Tensor | Observed | TensorFunction,
    format: str | Structure,  # noqa: A002
    rank: int | Sequence[int] | None,
    target_error: float | None = None,
) -> Structure:
    """Return the structure to fit: a format's for the shape of the data, or one that is given, with the ranks asked."""
    modes = tuple(X.shape) if isinstance(X, Tensor) else X.modes
    several = isinstance(rank, Iterable)
    if isinstance(format, Structure):
        if rank is None:
            return format if target_error is None else set_ranks(format, (1,) * len(format.bonds))
        ranks = tuple(rank) if isinstance(rank, Iterable) else (rank,) * len(format.bonds)
        if len(ranks) != len(format.bonds):
            raise FormatError(f"The structure has {len(format.bonds)} bonds, but {len(ranks)} ranks are given.")
        structure = set_ranks(format, ranks)
    else:
        structure = formats[format].build(modes, 1 if rank is None else rank)
    return structure if several else clip_ranks(structure)


def fitting(format: str) -> tuple[str, ...]:  # noqa: A002
    """Return the names of the registered solvers that can fit a format, given by its name."""
    name = formats[format].name
    return tuple(solver for solver, part in solvers.items() if not part.fits or name in part.fits)
