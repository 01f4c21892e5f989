"""Search for the order of the modes along a tensor train, by the spectra of the cuts between its cores."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations

from torch import Tensor

from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.errors import StructureError
from tnlab.network.structure import Structure

EXHAUSTIVE = 6  # modes up to which every order is tried (720 orders)

Cost = Callable[[tuple[int, ...]], float]


def best_order(tensor: Tensor, structure: Structure, error: float | None = None) -> Structure:
    """Return the tensor train with its modes permuted among the cores for fewest parameters or least loss.

    With an error, the cost of an order is the number of parameters when every cut is truncated to an equal share of the
    squared error; without one, the sum of the cuts' tails at the structure's ranks. Up to ``EXHAUSTIVE`` modes every
    order is tried; above, one mode at a time moves to the best other place, until no move lowers the cost.

    Args:
        tensor: The tensor, of shape ``structure.modes``.
        structure: A train with one mode per core.
        error: Relative error that the train is to reach; None judges by the ranks of the structure.

    Raises:
        StructureError: The structure is no train of cores with one mode each, in the order of its cores.
    """
    chain = tuple((core, core + 1) for core in range(structure.order - 1))
    if tuple(bond.cores for bond in structure.bonds) != chain or any(len(core.legs) != 1 for core in structure.cores):
        raise StructureError("A search for mode orders needs a tensor train with one mode per core.")
    given = tuple(core.legs[0] for core in structure.cores)
    if len(given) < 3:
        return structure
    cost = _cost(CutSpectra(tensor), structure, error)
    order = min(_orders(given), key=cost) if len(given) <= EXHAUSTIVE else _descend(given, cost)
    cores = tuple(replace(core, legs=(mode,)) for core, mode in zip(structure.cores, order, strict=True))
    return replace(structure, cores=cores)


def _cost(spectra: CutSpectra, structure: Structure, error: float | None) -> Cost:
    def lost(order: tuple[int, ...]) -> float:
        tails = (spectra.tail(order[: place + 1]) for place in range(len(order) - 1))
        return sum(float(tail[min(rank, len(tail) - 1)]) for tail, rank in zip(tails, structure.ranks, strict=True))

    def parameters(order: tuple[int, ...]) -> float:
        share = (error or 0.0) / (len(order) - 1) ** 0.5
        ranks = [1, *(spectra.needed_rank(order[: place + 1], share) for place in range(len(order) - 1)), 1]
        sizes = (structure.modes[mode] for mode in order)
        return float(sum(left * size * right for left, size, right in zip(ranks, sizes, ranks[1:], strict=False)))

    return lost if error is None else parameters


def _orders(given: tuple[int, ...]) -> Sequence[tuple[int, ...]]:
    """Return every order of the modes, the given one first, so that it wins a tie."""
    return [given, *permutations(given)]


def _descend(order: tuple[int, ...], cost: Cost) -> tuple[int, ...]:
    here = cost(order)
    while True:
        moved = {
            (*rest[:place], mode, *rest[place:])
            for mode in order
            for rest in [tuple(other for other in order if other != mode)]
            for place in range(len(order))
        }
        best = min(sorted(moved), key=cost)
        if not cost(best) < here:
            return order
        order, here = best, cost(best)
