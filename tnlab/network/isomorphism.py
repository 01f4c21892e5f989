"""Isomorphism of structures: equality up to the order of their cores and bonds."""

from collections.abc import Hashable, Sequence
from typing import Any

from tnlab.network.structure import Structure

Colours = tuple[int, ...]  # one per core; cores that an isomorphism may exchange have the same


def isomorphic(first: Structure, second: Structure) -> bool:
    """Return whether some renumbering of cores and bonds turns one structure into the other.

    Modes keep their numbers, since they are those of the tensor.
    """
    return canonical_form(first) == canonical_form(second)


def canonical_form(structure: Structure) -> Hashable:
    """Return a hashable key that two structures share exactly when they are isomorphic.

    Cores with legs differ by their modes. Latent cores are distinguished by colour refinement; where several keep one
    colour, each in turn is given a colour of its own and the least encoding is kept (individualisation and refinement).
    """
    legs = [tuple(sorted(core.legs)) for core in structure.cores]
    return structure.modes, _least(structure, legs, _refine(structure, _ranked(legs)))


def _least(structure: Structure, legs: list[tuple[int, ...]], colours: Colours) -> tuple[Any, ...]:
    """Return the least encoding over all ways to give cores of one colour different colours."""
    repeated = [colour for colour in set(colours) if colours.count(colour) > 1]
    if not repeated:
        return _encode(structure, legs, colours)
    colour = min(repeated)
    chosen = (core for core, own in enumerate(colours) if own == colour)
    return min(
        _least(structure, legs, _refine(structure, _ranked([(own, at != core) for at, own in enumerate(colours)])))
        for core in chosen
    )


def _refine(structure: Structure, colours: Colours) -> Colours:
    """Return colours split by the ranks and joined cores' colours of each core's bonds, until no colour splits."""
    while True:
        bonds = [(bond.rank, tuple(sorted(colours[core] for core in bond.cores))) for bond in structure.bonds]
        at_core = [tuple(sorted(bonds[bond] for bond in own)) for own in structure.core_bonds]
        finer = _ranked(list(zip(colours, at_core, strict=True)))
        if len(set(finer)) == len(set(colours)):
            return finer
        colours = finer


def _ranked(keys: Sequence[Any]) -> Colours:
    """Return for every key its place among the sorted distinct keys."""
    place = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return tuple(place[key] for key in keys)


def _encode(structure: Structure, legs: list[tuple[int, ...]], colours: Colours) -> tuple[Any, ...]:
    """Return the legs and the bonds of a structure with its cores in the order of their colours, all different."""
    order = sorted(range(len(colours)), key=colours.__getitem__)
    bonds = sorted((tuple(sorted(colours[core] for core in bond.cores)), bond.rank) for bond in structure.bonds)
    return tuple(legs[core] for core in order), tuple(bonds)
