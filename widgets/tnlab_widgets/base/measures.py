"""Measures of a network's graph, drawn over the diagram: leverages, bottlenecks, cuts between two cores."""

import math
from typing import Any

from tnlab.errors import StructureError
from tnlab.network.cuts import least_cut, narrowest_bonds
from tnlab.network.graph_measures import bond_leverages, effective_resistances
from tnlab.network.structure import Structure

MOST = 2**53
"""Largest whole number that a page holds exactly; a larger count is sent as this one."""


def measures(structure: Structure, pair: object = None) -> dict[str, Any]:
    """Return the leverage of every bond, the bonds of least rank, and the resistance and least cut between two cores.

    Args:
        structure: The structure that the page is editing.
        pair: Indices of two cores; None leaves their comparison out.

    Raises:
        StructureError: ``pair`` is not two different indices of cores.
    """
    return {
        "leverages": bond_leverages(structure).tolist(),
        "bottlenecks": list(narrowest_bonds(structure)),
        "pair": None if pair is None else _between(structure, *_checked(pair, len(structure.cores))),
    }


def _between(structure: Structure, start: int, end: int) -> dict[str, Any]:
    bonds = least_cut(structure, start, end)
    return {
        "resistance": float(effective_resistances(structure)[start, end]),
        "cut_rank": min(MOST, math.prod(structure.ranks[bond] for bond in bonds)),
        "bonds": list(bonds),
    }


def _checked(pair: object, cores: int) -> tuple[int, int]:
    whole = isinstance(pair, list | tuple) and all(isinstance(core, int) and 0 <= core < cores for core in pair)
    if not whole or len(set(pair)) != 2 or len(pair) != 2:  # type: ignore[arg-type]
        raise StructureError(f"pair must name two cores by their place, but is {pair!r:.80}.")
    return pair[0], pair[1]  # type: ignore[index]
