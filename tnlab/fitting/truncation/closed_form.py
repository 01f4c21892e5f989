"""A tensor truncated in closed form: its network, the true error, and what was promised before."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from tnlab.errors import DataError
from tnlab.fitting.memory import require_closed_form
from tnlab.fitting.truncation.tree_svd import Goal, Peeled, PeelingCache, peel, residual
from tnlab.fitting.truncation.unfolding import EPS, Sketch, as_array, sum_of_squares, tensor_like
from tnlab.network.network import Network
from tnlab.network.structure import Structure

TIGHTER = 1.0, 0.999, 0.95, 0.7, 0.3  # parts of the budget, taken in turn until rounding too is within the target
DIGITS = {torch.float64: 4.5e-5, torch.float32: 1e-2}  # relative error above which its square needs no residual
FEW = 2**19  # entries up to which both ends are tried
MANY = 2**23  # entries beyond which one goal is tried and not several


@dataclass(frozen=True, eq=False)
class Closed:
    """A truncated tensor.

    Attributes:
        network: The cores, in the tensor's dtype and on its device.
        relative_error: Of these very cores, in float64.
        upper_bound: Square root of all that was discarded, with what rounding may add.
    """

    network: Network
    relative_error: float
    upper_bound: float


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
    """Truncate a tensor to a tree, by its ranks or to a relative error.

    Args:
        tensor: X, float32 or float64, not zero.
        structure: The tree.
        error: Relative error to stay within at the least ranks; None for the ranks of the structure.
        sketch: Sample at random; None to decompose in full.
        tries: How many orders and, with an error, ways to share it out over the bonds; the fewest parameters are kept,
            or the least error. Tensors of more than ``MANY`` entries have one.
        independent: Take the subspace of a core that joins modes alone from the tensor itself.
        root: The core that carries the weight; all others are orthonormal. None for whichever is cheapest.

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
        cache: PeelingCache | None = {} if len(goals) > 1 else None
        found = (peel(array, structure, goal, total=total, cache=cache) for goal in goals)
        return finish(tensor, min(found, key=worth), total)

    return within(error, attempt, len(structure.cores), tensor.dtype)


def ways(error: float | None, sketch: Sketch | None, count: int, entries: int) -> list[Goal]:
    """Return at most that many ways to the same goal: from either end, and by less or more than equal shares.

    For large tensors those come first, or alone, that begin with the same unfolding.
    """
    small = entries <= FEW
    if error is None:
        return [Goal(None, late=late, sketch=sketch) for late in (False, True)[: count if small else 1]]
    tried = ((1.0, False), (1.0, True), (1.4, True), (0.7, False), (0.7, True), (1.4, False))
    if not small:
        tried = ((1.0, False), (0.7, False), (1.4, False))[: 1 if entries > MANY else 2]
    return [Goal(error, share, late, sketch=sketch) for share, late in tried[:count]]


def worth(peeled: Peeled) -> tuple[int, float]:
    """Return what the best of several truncations to one error has least of."""
    return peeled.structure.parameters, peeled.lost


def within(error: float | None, attempt: Callable[[float | None], Closed], cores: int, dtype: torch.dtype) -> Closed:
    """Return an attempt whose measured error is within the one asked for; rounding may call for a tighter budget.

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
    """Return the network of a truncation, with its error and bound."""
    cores = tuple(tensor_like(core, tensor) for core in peeled.cores())
    estimate = math.sqrt(max(peeled.lost, 0.0) / total)
    if estimate <= DIGITS[tensor.dtype]:
        left = residual(as_array(tensor), peeled, [as_array(core) for core in cores])
        measured = math.sqrt(left / total)
    else:
        measured = estimate
    bound = math.sqrt((peeled.promised + peeled.doubt) / total) + rounding(len(cores), tensor.dtype)
    return Closed(Network(peeled.structure, cores), measured, bound)


def rounding(cores: int, dtype: torch.dtype) -> float:
    """Return what rounding alone may add to the relative error of that many orthonormal cores."""
    return cores * (2 * torch.finfo(torch.float32).eps if dtype == torch.float32 else 50 * EPS)
