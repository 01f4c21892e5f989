"""Lower the ranks of a network with the least change of its tensor, without forming the tensor.

References:
    Oseledets 2011 (trains): https://doi.org/10.1137/090752286
    Grasedyck 2010 (trees): https://doi.org/10.1137/090764189
    Evenbly 2018 (bonds in loops): https://doi.org/10.1103/PhysRevB.98.085155
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from tnlab.errors import StructureError
from tnlab.network.arithmetic import distance, norm
from tnlab.network.graph import is_tree
from tnlab.network.network import Network
from tnlab.network.rounding.loop import truncate_component, truncate_pair
from tnlab.network.rounding.tree import ErrorBudget, round_by_grams, round_by_qr, truncate_by_qr
from tnlab.network.structure import Structure
from tnlab.threads import on_one_thread


@dataclass(frozen=True, eq=False)
class Rounded:
    """A network of lower ranks.

    Attributes:
        network: The same topology with the new ranks.
        relative_error: Norm of what was lost over the norm of the tensor before. Exact for one bond of a tree; exact
            for a whole tree, but where a target above 1e-6 (float32: 3e-2) was asked for it is known to no better than
            about 1e-8 (3e-4); with loops it is measured by inner products, to about 1e-8.
    """

    network: Network
    relative_error: float


@on_one_thread(lambda network, *_, **__: network.parameters)
def truncate_bond(
    network: Network, bond: int, *, rank: int | None = None, target_error: float | None = None
) -> Rounded:
    """Return the network with one bond cut to a rank, or to the least rank that keeps to a relative error.

    On a tree this is the best approximation there is (a singular value decomposition along the bond's cut). In a loop
    it is the best that the two cores of the bond can do by what stands on the bond alone, up to local minima; of a
    hyper-bond components are dropped and the others are weighted anew.

    Args:
        network: Any network.
        bond: Index of the bond.
        rank: Its new rank; a larger one than it has changes nothing.
        target_error: Relative error to stay within, instead of ``rank``.

    Raises:
        StructureError: There is no such bond, neither or both of rank and error are given, or the surroundings of
            a bond in a loop need an array of more than 2 GiB.
    """
    _check_one(rank, target_error, "rank")
    structure = network.structure
    if not 0 <= bond < len(structure.bonds):
        raise StructureError(f"Bond {bond!r} is not one of 0 to {len(structure.bonds) - 1}.")
    if is_tree(structure):
        return Rounded(*truncate_by_qr(network, bond, rank, target_error))
    size = norm(network)
    allowed = None if target_error is None else target_error * size
    truncated, lost = _in_loop(network, bond, rank, allowed)
    return Rounded(truncated, lost / size if size else 0.0)


@on_one_thread(lambda network, *_, **__: network.parameters)
def round_network(
    network: Network, *, ranks: int | Sequence[int] | None = None, target_error: float | None = None
) -> Rounded:
    """Return the network with lower ranks: at most those given, or the least found that keep to a relative error.

    A tree is rounded from its leaves to a root, every truncation the best for what the ones before it left, and an
    error budget that one bond leaves unused goes to the next. The error is at most the root of the number of bonds
    times that of the best network of the same ranks. With loops the bonds are truncated one after the other as
    ``truncate_bond`` does it, the distance to the original measured after each.

    Args:
        network: Any network; on a tree, cores of any legs and latent ones.
        ranks: The largest rank of all bonds, or of each.
        target_error: Relative error to stay within, instead of ``ranks``. In a loop below about 1e-7 rounding
            errors hide what a truncation loses, and nothing is truncated.

    Raises:
        StructureError: Neither or both of ranks and error are given, there is not one rank per bond, or a bond in a
            loop needs an array of more than 2 GiB.

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
    if not structure.bonds:
        return Rounded(network, 0.0)
    if not is_tree(structure):
        return _round_loops(network, largest, target_error)
    # Gram matrices know a relative error only to the root of the rounding unit
    floor = 100 * math.sqrt(torch.finfo(network.cores[0].dtype).eps)
    if target_error is None or target_error >= floor:
        rounded, error = round_by_grams(network, ErrorBudget(largest, target_error))
        if target_error is not None or error >= floor:
            return Rounded(rounded, error)
    return Rounded(*round_by_qr(network, ErrorBudget(largest, target_error)))


def _round_loops(network: Network, largest: list[int], target_error: float | None) -> Rounded:
    size = norm(network)
    current, lost = network, 0.0
    if not size:
        return Rounded(network, 0.0)
    places = sorted(range(len(largest)), key=lambda bond: -network.structure.ranks[bond])
    for turn, bond in enumerate(places):
        if target_error is None:
            if largest[bond] >= current.structure.ranks[bond]:
                continue
            current, _ = _in_loop(current, bond, largest[bond], None)
        elif current.structure.ranks[bond] > 1:
            # what the bonds lose adds up at most
            allowed = (target_error * size - lost) / (len(places) - turn)
            current, _ = _in_loop(current, bond, None, max(allowed, 0.0))
            lost = distance(network, current)
    return Rounded(current, distance(network, current) / size if current is not network else 0.0)


def _in_loop(network: Network, bond: int, rank: int | None, allowed: float | None) -> tuple[Network, float]:
    pair = len(network.structure.bonds[bond].cores) == 2
    return (truncate_pair if pair else truncate_component)(network, bond, rank, allowed)


def _check_one(ranks: object, target_error: float | None, what: str) -> None:
    if (ranks is None) == (target_error is None):
        raise StructureError(f"Say how far to round: either {what}=R, or target_error=E, and not both.")
    if target_error is not None and not 0 <= target_error < 1:
        raise StructureError(f"The target error must be at least 0 and below 1, but is {target_error!r}.")


def _largest_ranks(structure: Structure, ranks: int | Sequence[int] | None) -> list[int]:
    given = (
        list(structure.ranks)
        if ranks is None
        else [ranks] * len(structure.bonds)
        if isinstance(ranks, int)
        else [*ranks]
    )
    if len(given) != len(structure.bonds) or any(rank < 1 for rank in given):
        raise StructureError(
            f"Needed one rank of at least 1 for each of {len(structure.bonds)} bonds, but got {given}."
        )
    return given
