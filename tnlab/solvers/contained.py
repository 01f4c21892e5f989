"""The smaller structures that a structure contains: what is left of it when the ranks of its other bonds are 1."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch

from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Structure

TREES = 16  # spanning trees that are listed, those that join cores of near numbers first: each is a closed form
COMBINATIONS = 5000  # sets of bonds looked through for them: a few milliseconds


@dataclass(frozen=True)
class Contained:
    """A structure that another one contains.

    Attributes:
        structure: The contained structure, with ranks 1. Its cores are those of the outer one, or those with legs.
        outer: The structure that contains it.
        bonds: For each of its bonds, the bond of the outer structure that it is.
    """

    structure: Structure
    outer: Structure
    bonds: tuple[int, ...]

    def embedded(self, network: Network) -> Network:
        """Return a network of the contained structure, of any ranks, as one of the outer structure, tensor unchanged.

        Bonds that it lacks get rank 1, and cores that it lacks hold ones.
        """
        ranks = dict(zip(self.bonds, network.structure.ranks, strict=True))
        bonds = tuple(replace(bond, rank=ranks.get(place, 1)) for place, bond in enumerate(self.outer.bonds))
        structure = replace(self.outer, bonds=bonds)
        own = iter(network.cores)
        alike = len(network.cores) == len(structure.cores)
        cores = []
        for place, shape in enumerate(structure.core_shapes):
            array = next(own) if alike or structure.cores[place].legs else network.cores[0].new_ones(shape)
            order = sorted(self.bonds.index(bond) for bond in structure.core_bonds[place] if bond in ranks)
            wanted = [self.bonds.index(bond) for bond in structure.core_bonds[place] if bond in ranks]
            if array.shape != torch.Size(shape) or order != wanted:
                legs = len(structure.cores[place].legs)
                array = array.permute(*range(legs), *(legs + order.index(bond) for bond in wanted)).reshape(shape)
            cores.append(array)
        return Network(structure, tuple(cores))


def contained_formats(structure: Structure) -> tuple[Contained, ...]:
    """Return the registered formats that a structure contains, itself not.

    A format is contained if its cores are those of the structure, or those of them that have legs, and its bonds are
    some of the structure's. So a fully connected network contains the ring and the train, block term contains Tucker
    and CP.
    """
    found = []
    legged = [place for place, core in enumerate(structure.cores) if core.legs]
    for part in formats.values():
        if part.refusal(structure.order):
            continue
        inner = part.build(structure.modes, 1)
        for places in ([*range(len(structure.cores))], legged):
            if inner.cores != tuple(structure.cores[place] for place in places):
                continue
            number = {place: at for at, place in enumerate(places)}
            own = [tuple(number[core] for core in bond.cores if core in number) for bond in structure.bonds]
            bonds = _matched([bond.cores for bond in inner.bonds], own)
            if bonds is not None and (len(bonds) < len(own) or len(places) < len(structure.cores)):
                found.append(Contained(inner, structure, bonds))
            break
    return tuple(found)


def contained_trees(structure: Structure) -> tuple[Contained, ...]:
    """Return some trees of bonds between two cores that join all cores of a structure, at most ``TREES``."""
    pairs = [place for place, bond in enumerate(structure.bonds) if len(bond.cores) == 2]
    pairs.sort(key=lambda place: structure.bonds[place].cores[1] - structure.bonds[place].cores[0])
    size = len(structure.cores) - 1
    if math.comb(len(pairs), size) <= COMBINATIONS:
        choices: Iterator[tuple[int, ...]] = itertools.combinations(pairs, size)
    else:
        choices = iter([_first_tree(structure, pairs)])
    trees = (tuple(sorted(chosen)) for chosen in choices if len(chosen) == size and _joins(structure, chosen))
    return tuple(
        Contained(_of_bonds(structure, chosen), structure, chosen) for chosen in itertools.islice(trees, TREES)
    )


def _of_bonds(structure: Structure, chosen: tuple[int, ...]) -> Structure:
    return replace(structure, bonds=tuple(Bond(structure.bonds[place].cores, 1) for place in chosen))


def _first_tree(structure: Structure, pairs: list[int]) -> tuple[int, ...]:
    chosen: tuple[int, ...] = ()
    for place in pairs:
        if _joins(structure, (*chosen, place)):
            chosen = (*chosen, place)
    return chosen


def _joins(structure: Structure, chosen: tuple[int, ...]) -> bool:
    """Return whether some bonds close no loop."""
    group = list(range(len(structure.cores)))
    for place in chosen:
        one, other = (group[core] for core in structure.bonds[place].cores)
        if one == other:
            return False
        group = [one if own == other else own for own in group]
    return True


def _matched(inner: list[tuple[int, ...]], own: list[tuple[int, ...]]) -> tuple[int, ...] | None:
    """Return for each inner bond the first unused own bond of the same cores; None if one has none."""
    bonds: list[int] = []
    for cores in inner:
        place = next((at for at, joined in enumerate(own) if joined == cores and at not in bonds), None)
        if place is None:
            return None
        bonds.append(place)
    return tuple(bonds)
