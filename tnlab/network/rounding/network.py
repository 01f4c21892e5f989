"""Rounding of a network: truncate one bond or all, to given ranks or within a relative error, without the full tensor.

References:
    Oseledets 2011 (trains): https://doi.org/10.1137/090752286
    Grasedyck 2010 (trees): https://doi.org/10.1137/090764189
    Evenbly 2018 (bonds in loops): https://doi.org/10.1103/PhysRevB.98.085155
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from tnlab.array_like import wholes
from tnlab.errors import StructureError
from tnlab.network.arithmetic import distance, scaled_norm
from tnlab.network.binary_scale import times_power_of_two
from tnlab.network.edits import set_ranks
from tnlab.network.graph import is_tree
from tnlab.network.network import Network
from tnlab.network.powers import PowersOfTwo, Scaled
from tnlab.network.rounding.loop import truncate_hyper_bond, truncate_pair
from tnlab.network.rounding.tree import ErrorBudget, round_by_qr, round_by_triangles, truncate_by_qr
from tnlab.network.structure import Structure
from tnlab.threads import on_one_thread


@dataclass(frozen=True, eq=False)
class Rounded:
    """A rounded network and its relative error.

    Attributes:
        network: The network of the same topology with the new ranks.
        relative_error: Frobenius norm of the change of the tensor over the norm of the tensor before. On a tree it is
            right to about 1e-14. With loops or hyper-bonds it is measured by inner products, to about 1e-8. Cores of
            float32 are rounded in float64, and converted back at the end.
    """

    network: Network
    relative_error: float


@on_one_thread(lambda network, *_, **__: network.parameters)
def truncate_bond(
    network: Network, bond: int, *, rank: int | None = None, target_error: float | None = None
) -> Rounded:
    """Return the network with one bond truncated to a rank, or to the least rank found within a relative error.

    On a tree the result is the best approximation of that rank, from the singular value decomposition along the bond's
    cut. With loops, the best matrix of that rank to insert on the bond is sought by alternating least squares, up to
    local minima. Of a hyper-bond, components are dropped one by one and the others reweighted.

    Args:
        network: Any network.
        bond: Index of the bond.
        rank: Largest rank to keep.
        target_error: Largest relative error, at least 0 and below 1; given instead of ``rank``.

    Raises:
        StructureError: There is no such bond, not exactly one of ``rank`` and ``target_error`` is given, the error is
            out of range, or the environment of the bond in a network with loops needs an array of more than 2 GiB.
    """
    _check_one(rank, target_error, "rank")
    structure = network.structure
    if not 0 <= bond < len(structure.bonds):
        raise StructureError(f"Bond {bond!r} is not one of 0 to {len(structure.bonds) - 1}.")
    double = network.to(torch.float64)
    if is_tree(structure):
        return _rounded(*truncate_by_qr(double, bond, rank, target_error), network)
    if _is_zero(double):
        ranks = list(structure.ranks)
        ranks[bond] = 1 if rank is None else max(1, rank)
        return _rounded(_cut(double, ranks), 0.0, network)
    unit, size, exponent = _unit(double)
    allowed = None if target_error is None else target_error * size
    truncated, lost = _in_loop(unit, bond, rank, allowed)
    return _rounded(times_power_of_two(truncated, exponent), _relative(lost, size), network)


@on_one_thread(lambda network, *_, **__: network.parameters)
def round_network(
    network: Network, *, ranks: int | Sequence[int] | None = None, target_error: float | None = None
) -> Rounded:
    """Return the network with its ranks lowered to given ones, or to the least found within a relative error.

    A tree is rounded from its leaves to a root, each bond by the singular values along its cut; error that one bond is
    allowed and does not use goes to the next. The error is at most the square root of the number of bonds times that of
    the best network of the same ranks. With loops, or a hyper-bond, the bonds are truncated one after the other as by
    ``truncate_bond``, those of the largest ranks first; the distance to the original network is measured after each.

    Args:
        network: Any network.
        ranks: Largest rank of every bond: one number for all, or one per bond.
        target_error: Largest relative error, at least 0 and below 1; given instead of ``ranks``. With loops, below
            about 1e-7 rounding errors hide the error of a truncation, and no bond is truncated.

    Raises:
        StructureError: Not exactly one of ``ranks`` and ``target_error`` is given, there is not one rank of at least 1
            per bond, the error is out of range, or a bond in a network with loops needs an array of more than 2 GiB.

    Example:
        >>> from tnlab.formats import formats
        >>> from tnlab.network.arithmetic import add
        >>> one = Network.random(formats["tt"].build((4, 4, 4), 2), generator=torch.Generator())
        >>> round_network(add(one, one), target_error=1e-10).network.structure.ranks
        (2, 2)
    """
    _check_one(ranks, target_error, "ranks")
    structure = network.structure
    largest = _largest_ranks(structure, ranks)
    double = network.to(torch.float64)
    if not structure.bonds:
        return _rounded(double, 0.0, network)
    if not is_tree(structure):
        return _rounded(*_round_loops(double, largest, target_error), network)
    try:
        done = round_by_triangles(double, ErrorBudget(largest, target_error))
    except FloatingPointError:
        done = round_by_qr(double, ErrorBudget(largest, target_error))
    return _rounded(*done, network)


def _rounded(network: Network, error: float, before: Network) -> Rounded:
    """Return a network rounded in float64 in the dtype of the one before, with no memory in common."""
    held = {core.untyped_storage().data_ptr() for core in before.cores}
    cores = network.to(before.cores[0].dtype).cores
    copies = (core.clone() if core.untyped_storage().data_ptr() in held else core for core in cores)
    return Rounded(Network(network.structure, tuple(copies)), error)


def _round_loops(network: Network, largest: list[int], target_error: float | None) -> tuple[Network, float]:
    """Round a network that is no tree: truncate its bonds in turn, those of the largest ranks first."""
    if _is_zero(network):
        return _cut(network, largest if target_error is None else [1] * len(largest)), 0.0
    unit, size, exponent = _unit(network)
    current, lost = unit, 0.0
    places = sorted(range(len(largest)), key=lambda bond: -network.structure.ranks[bond])
    for turn, bond in enumerate(places):
        if target_error is None:
            if largest[bond] >= current.structure.ranks[bond]:
                continue
            current, _ = _in_loop(current, bond, largest[bond], None)
        elif current.structure.ranks[bond] > 1:
            # The distances add up at most: the bonds still to come share the unused part of the allowed distance.
            allowed = (target_error * size - lost) / (len(places) - turn)
            current, _ = _in_loop(current, bond, None, max(allowed, 0.0))
            lost = distance(unit, current)
    if current is unit:
        return network, 0.0
    return times_power_of_two(current, exponent), _relative(distance(unit, current), size)


def _is_zero(network: Network) -> bool:
    """Return whether a core is zero, so that the tensor is, however its bonds are cut."""
    return not all(bool(core.any()) for core in network.cores)


def _cut(network: Network, ranks: Sequence[int]) -> Network:
    """Return the network with the first components of every bond, as many as its rank allows."""
    structure = set_ranks(network.structure, tuple(map(min, ranks, network.structure.ranks)))
    shapes = structure.core_shapes
    parts = (core[tuple(map(slice, shape))].contiguous() for core, shape in zip(network.cores, shapes, strict=True))
    return Network(structure, tuple(parts))


def _relative(change: float, size: float) -> float:
    """Return the norm of a change over that of the tensor, which terms that cancel may make 0."""
    return change / size if size else (math.inf if change else 0.0)


def _unit(network: Network) -> tuple[Network, float, int]:
    """Return a network divided by a power of two, its norm, near 1 if floats would not do, and the exponent."""
    size = scaled_norm(network)
    exponent = math.frexp(size.mantissa)[1] + size.exponent
    powers = PowersOfTwo.of(network.cores, network.structure.index_sizes, abs(exponent))
    if not powers.needed or not size.mantissa:
        return network, size.value, 0
    cores = [powers.take(core) for core in network.cores]
    powers.exponent -= exponent
    unit = Network(network.structure, tuple(powers.give(cores)))
    return unit, Scaled(size.mantissa, size.exponent - exponent).value, exponent


def _in_loop(network: Network, bond: int, rank: int | None, allowed: float | None) -> tuple[Network, float]:
    """Truncate a bond or a hyper-bond of a network that is no tree; return the network and the norm of the change."""
    pair = len(network.structure.bonds[bond].cores) == 2
    return (truncate_pair if pair else truncate_hyper_bond)(network, bond, rank, allowed)


def _check_one(ranks: object, target_error: float | None, what: str) -> None:
    """Raise a ``StructureError`` unless exactly one of ranks and target error is given, and the error in range."""
    if (ranks is None) == (target_error is None):
        raise StructureError(f"Say how far to round: either {what}=R, or target_error=E, and not both.")
    if target_error is not None and not 0 <= target_error < 1:
        raise StructureError(f"The target error must be at least 0 and below 1, but is {target_error!r}.")


def _largest_ranks(structure: Structure, ranks: int | Sequence[int] | None) -> list[int]:
    """Return the largest rank allowed for every bond, by default its own."""
    given = wholes(structure.ranks if ranks is None else ranks)
    given = list(given) if isinstance(given, tuple) else [given] * len(structure.bonds)
    if len(given) != len(structure.bonds) or any(type(rank) is not int or rank < 1 for rank in given):
        raise StructureError(
            f"Needed one rank of at least 1 for each of {len(structure.bonds)} bonds, but got {given}."
        )
    return given
