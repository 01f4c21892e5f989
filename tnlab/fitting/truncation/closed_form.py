"""Truncate a tensor to a tree of cores, by given ranks or to a given relative error, without iteration."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from tnlab.errors import DataError
from tnlab.fitting.memory import MEASURED, require_closed_form
from tnlab.fitting.truncation.tree_svd import Goal, Peeled, PeelingCache, peel, residual
from tnlab.fitting.unfolding_svd import EPS, Sketch, as_array, sum_of_squares, tensor_like
from tnlab.network.gauge.resize_bond import trimmed_bonds
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.structure import Structure

TIGHTER = 1.0, 0.999, 0.95, 0.7, 0.3  # parts of the error budget, tried in turn until the measured error is within it
# Relative error below which it is measured on the residual; above, the discarded squares give it to about six digits.
MEASURED_BELOW = {torch.float64: MEASURED, torch.float32: 1e-2}
FEW = 2**19  # entries (4 MiB): up to here a run is cheap, and runs with the last core first are tried too
MANY = 2**23  # entries (64 MiB): beyond, a run is so long that only one is made


@dataclass(frozen=True, eq=False)
class Closed:
    """A tensor truncated in closed form.

    Attributes:
        network: The cores, in the tensor's dtype and on its device.
        relative_error: The relative error of these cores, evaluated in float64.
        upper_bound: A bound on it: the root of the sum of the discarded squares, plus what rounding may add.
        measured: Whether the error comes from the residual; else from the discarded squares, to about six digits.
    """

    network: Network
    relative_error: float
    upper_bound: float
    measured: bool = False


def closed_form(
    tensor: Tensor,
    structure: Structure,
    error: float | None,
    sketch: Sketch | None = None,
    *,
    tries: int = 1,
    independent: bool = False,
    root: int | None = None,
) -> Closed:
    """Truncate a tensor to a tree of cores, by the ranks of the tree or to a relative error.

    Args:
        tensor: X, float32 or float64, not zero.
        structure: The tree.
        error: Relative error to stay within with ranks as low as possible; None for the ranks of the structure.
        sketch: Settings of random sampling; None to decompose in full.
        tries: Largest number of runs; they differ in the order of the cores and in how the error is shared out over
            the bonds. The run with the fewest parameters, then the least error, is kept. A run whose ranks are proved
            to be the least is the last, and tensors of more than ``MANY`` entries get one run.
        independent: Take the basis of a core whose rows are modes alone from the tensor, not from the remainder.
        root: The core that is not orthonormal; None to let the order of peeling decide.

    Raises:
        DataError: Rounding alone may exceed the error asked for.
        StructureError: The structure is no tree.
    """
    require_closed_form(tensor, structure, error)
    array = as_array(tensor)
    total = sum_of_squares(array)

    def attempt(asked: float | None) -> Closed:
        goals = [
            replace(goal, independent=independent, root=root) for goal in ways(asked, sketch, tries, tensor.numel())
        ]
        # A random basis differs from run to run, also at the same rank: then no run may go on from another's remainder.
        cache: PeelingCache | None = {} if len(goals) > 1 and sketch is None else None
        found: list[Peeled] = []
        for goal in goals:
            found.append(peel(array, structure, goal, total=total, cache=cache))
            if found[-1].least:
                break
        closed = finish(tensor, min(found, key=worth), total)
        return closed if asked is None else _trimmed(tensor, closed)

    return within(error, attempt, len(structure.cores), tensor.dtype)


def ways(error: float | None, sketch: Sketch | None, count: int, entries: int) -> list[Goal]:
    """Return goals for at most ``count`` runs, which differ in the order of the cores and in the share of a bond.

    Above ``FEW`` entries only the share differs: these runs begin with the same unfolding, which is computed once.

    Args:
        error: Relative error to stay within; None for given ranks.
        sketch: Settings of random sampling, or None.
        count: Number of runs, at most.
        entries: Number of entries of the tensor.
    """
    small = entries <= FEW
    if error is None:
        return [Goal(None, late=late, sketch=sketch) for late in (False, True)[: count if small else 1]]
    tried = ((1.0, False), (1.0, True), (1.4, True), (0.7, False), (0.7, True), (1.4, False))
    if not small:
        tried = ((1.0, False), (0.7, False), (1.4, False))[: 1 if entries > MANY else 2]
    return [Goal(error, share, late, sketch=sketch) for share, late in tried[:count]]


def worth(peeled: Peeled) -> tuple[int, float]:
    """Return the sort key of a truncation: its number of parameters, then the squared norm it lost."""
    return peeled.structure.parameters, peeled.lost


def within(error: float | None, attempt: Callable[[float | None], Closed], cores: int, dtype: torch.dtype) -> Closed:
    """Return what ``attempt`` returns, with a measured relative error of at most ``error``.

    Where rounding lifts the measured error above ``error``, ``attempt`` is called with smaller ones (``TIGHTER``).

    Args:
        error: Relative error asked for; None to run once with given ranks.
        attempt: Truncates to a relative error.
        cores: Number of cores.
        dtype: Data type of the cores.

    Raises:
        DataError: Rounding alone may exceed the error.
    """
    if error is None:
        return attempt(None)
    least = rounding(cores, dtype)
    if not error > least:
        advice = " or use float64, X.to(torch.float64)" if dtype == torch.float32 else ""
        raise DataError(
            f"With {cores} cores in {str(dtype).removeprefix('torch.')} rounding alone may cost a relative error of "
            f"{least:.2g}, but at most {error:.3g} was asked for; ask for more than {least:.2g}{advice}."
        )
    budget = math.sqrt(min(error, 1.0) ** 2 - min(least, 1.0) ** 2)
    reached = math.inf
    for part in TIGHTER:
        closed = attempt(part * budget)
        if closed.relative_error <= error:
            return closed
        reached = min(reached, closed.relative_error)
    raise DataError(
        f"The relative error cannot be brought below {reached:.3g} in {dtype}, but at most {error:.3g} "
        "was asked for; the entries may span too wide a range."
    )


def finish(tensor: Tensor, peeled: Peeled, total: float) -> Closed:
    """Return the network of a truncation in the tensor's dtype, with its relative error and the bound on it.

    Args:
        tensor: The tensor X.
        peeled: The truncation.
        total: ``|X|^2``.
    """
    cores = tuple(tensor_like(core, tensor) for core in peeled.cores())
    estimate = math.sqrt(max(peeled.lost, 0.0) / total)
    measured = estimate <= MEASURED_BELOW[tensor.dtype]
    if measured:
        left = residual(as_array(tensor), peeled, [as_array(core) for core in cores])
        estimate = math.sqrt(left / total)
    bound = math.sqrt((peeled.promised + peeled.doubt) / total) + rounding(len(cores), tensor.dtype)
    return Closed(Network(peeled.structure, cores), estimate, upper_bound=bound, measured=measured)


def _trimmed(tensor: Tensor, closed: Closed) -> Closed:
    """Return a truncation with every rank lowered to what the cores beside its bond span, its tensor unchanged.

    Later truncations can leave a core with fewer other entries than the rank of a bond that was cut before.
    """
    network = trimmed_bonds(closed.network)
    if network is closed.network:
        return closed
    error = relative_residual(tensor, network) if closed.measured else closed.relative_error
    return replace(closed, network=network, relative_error=error)


def rounding(cores: int, dtype: torch.dtype) -> float:
    """Return a bound on what rounding adds to the relative error of a network of orthonormal cores of a dtype."""
    return cores * (2 * torch.finfo(torch.float32).eps if dtype == torch.float32 else 50 * EPS)
