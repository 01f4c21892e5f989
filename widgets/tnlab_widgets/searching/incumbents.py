"""The incumbent of a lane, its best structure so far, drawn so that cores keep names and positions as it improves."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tnlab.formats.base import core_name
from tnlab.formats.layout import auto_layout
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab.structure_search.evaluation import Evaluation

MAX_WORDS = 4  # changed bonds that a sentence lists; the others are counted
CorePositions = Mapping[str, tuple[float, float]]
RanksByCores = Mapping[tuple[str, ...], int]


class Incumbents:
    """Draws the successive incumbents of a lane, each with its cores as near as possible to those of the one before."""

    def __init__(self) -> None:
        self._shown: dict[str, Any] | None = None
        self._identity: tuple[int, int, float] | None = None
        self._changed: dict[str, Any] = {"bonds": [], "words": ""}
        self._ranks: RanksByCores = {}
        self._places: CorePositions = {}

    def show(self, found: Evaluation | None, *, reached: bool) -> dict[str, Any] | None:
        """Return the record of an incumbent for the page: structure, parameters, error, and the bonds that changed.

        Args:
            found: The best evaluation so far; None before the first fit, for which None is returned.
            reached: Whether it reaches the target error.
        """
        if found is None:
            return None
        identity = found.number, found.parameters, found.relative_error
        if self._shown is not None and identity == self._identity:
            return self._shown
        self._identity = identity
        drawn, before = self._drawn(found.structure), self._ranks
        self._ranks = ranks_by_cores(drawn)
        if before != self._ranks:
            self._changed = changes(before, self._ranks)
        self._shown = {
            "number": found.number,
            "parameters": found.parameters,
            "relative_error": found.relative_error,
            "reached": reached,
            "move": found.move,
            "structure": structure_json.to_dict(drawn),
            "changed": self._changed,
        }
        return self._shown

    def _drawn(self, structure: Structure) -> Structure:
        named = named_by_legs(structure)
        names = [core.name for core in named.cores]
        if set(names) == self._places.keys() and ranks_by_cores(named).keys() == self._ranks.keys():
            places = self._places
        else:
            free = tuple(replace(core, position=None, pinned=False) for core in named.cores)
            laid = auto_layout(replace(named, cores=free)).cores
            places = aligned({core.name: core.position or (0.0, 0.0) for core in laid}, self._places)
        self._places = places
        return replace(named, cores=tuple(replace(core, position=places[core.name]) for core in named.cores))


def named_by_legs(structure: Structure) -> Structure:
    """Return the structure with cores named by their first mode (A for mode 0), latent cores by the letters after."""
    latent, names = structure.order, []
    for core in structure.cores:
        names.append(core_name(min(core.legs) if core.legs else latent))
        latent += not core.legs
    return replace(structure, cores=tuple(replace(c, name=n) for c, n in zip(structure.cores, names, strict=True)))


def ranks_by_cores(structure: Structure) -> dict[tuple[str, ...], int]:
    """Return the rank of every bond by the sorted names of its cores; a parallel bond has "again" added to its key."""
    ranks: dict[tuple[str, ...], int] = {}
    for bond in structure.bonds:
        key = tuple(sorted(structure.cores[core].name for core in bond.cores))
        while key in ranks:
            key = (*key, "again")
        ranks[key] = bond.rank
    return ranks


def changes(before: RanksByCores, after: RanksByCores) -> dict[str, Any]:
    """Return the indices of bonds that are new or of another rank, and a sentence on them; empty without ``before``."""
    if not before:
        return {"bonds": [], "words": ""}
    places = [place for place, key in enumerate(after) if before.get(key) != after[key]]
    return {"bonds": places, "words": difference(before, after)}


def difference(before: RanksByCores, after: RanksByCores) -> str:
    """Return the differences between two sets of bonds in words, e.g. "A-B from 2 to 3; C-D is gone"."""
    said = [
        f"{_label(key)} from {before[key]} to {rank}" if key in before else f"{_label(key)} of rank {rank} is new"
        for key, rank in after.items()
        if before.get(key) != rank
    ]
    said += [f"{_label(key)} is gone" for key in before if key not in after]
    more = len(said) - MAX_WORDS
    return "; ".join(said[:MAX_WORDS]) + (f"; and {more} more" if more > 0 else "")


def aligned(places: CorePositions, former: CorePositions) -> CorePositions:
    """Return core positions rotated, reflected and shifted as near as possible to the former ones (Procrustes)."""
    common = sorted(places.keys() & former.keys())
    if len(common) < 2:
        return places
    new, old = (np.array([where[name] for name in common]) for where in (places, former))
    middle, centre = new.mean(axis=0), old.mean(axis=0)
    left, _, right = np.linalg.svd((new - middle).T @ (old - centre))
    points = (np.array(list(places.values())) - middle) @ left @ right + centre
    return {name: (round(x, 1) + 0.0, round(y, 1) + 0.0) for name, (x, y) in zip(places, points.tolist(), strict=True)}


def _label(key: tuple[str, ...]) -> str:
    return "-".join(name for name in key if name != "again")
