"""Transfer the cores of a fitted network to an edited structure, so that its fit starts near the old one.

Cores are matched by name, else by place, else by the modes they carry, latent cores by their neighbours; bonds by the
cores they join. Matched cores keep their entries:

* a larger rank is padded, a new bond or core inserted, without a change of the tensor;
* a smaller rank is truncated by an SVD on the bond; a removed bond is first truncated to rank 1;
* merged cores are contracted; a leg that moved is split off by an SVD across the bond between its old and new core.

After any other edit, only the cores that it touches get random entries.
"""

import contextlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from tnlab.errors import StructureError
from tnlab.fitting.sweep.plan import update_order
from tnlab.network.gauge.resize_bond import narrow, widen
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.threads import on_one_thread

SWEPT = 2**40  # entries (8 TiB), beyond which no tensor is held, and a search for the plan of a sweep takes seconds
CHOICES = 20  # ways to merge cores that are followed up at a time; more find better ones in structures that loop a lot


@on_one_thread(lambda network, structure, **_: network.parameters + structure.parameters)
def warm_start(network: Network, structure: Structure, *, generator: torch.Generator) -> Network:
    """Return a network of an edited structure with the cores of a fitted one, changed as little as the edit allows.

    Args:
        network: The fitted network, before the edit.
        structure: The edited structure, over the same modes.
        generator: Source of the entries that are new.

    Raises:
        ValueError: The mode sizes of the two differ.
    """
    if network.structure == structure:
        return Network(structure, network.cores)
    if network.structure.modes != structure.modes:
        raise ValueError(
            f"A warm start needs the same modes, but the network has {network.structure.modes} and the structure "
            f"{structure.modes}. Fit the structure from 'svd' or 'random' instead."
        )
    work = _Transfer.of(network, structure)
    work.merge_collapsed()
    work.drop_bonds()
    work.split_moved_legs()
    work.add_missing(generator)
    work.fit_ranks(generator)
    return work.network()


AxisLabel = tuple[str, int]  # ("mode", m), ("bond", new bond index) or ("old", old bond index)


@dataclass
class _Transfer:
    """Cores in transfer from an old structure to a new one, as arrays with labelled axes.

    Attributes:
        structure: The new structure.
        arrays: The array of every new core that has one so far, float64.
        labels: The labels of its axes.
        orphans: Arrays and labels of old cores without a match, by old core index.
        heirs: For old cores without a match, the new core that they are contracted into.
        like: An old core, for the device of new arrays.
    """

    structure: Structure
    arrays: dict[int, Tensor]
    labels: dict[int, list[AxisLabel]]
    orphans: dict[int, tuple[Tensor, list[AxisLabel]]]
    heirs: dict[int, int]
    like: Tensor

    @classmethod
    def of(cls, network: Network, structure: Structure) -> "_Transfer":
        old = network.structure
        cores = _match_cores(old, structure)
        heirs = _find_heirs(old, structure, cores)
        bonds = _match_bonds(old, structure, {**heirs, **cores})
        work = cls(
            structure=structure, arrays={}, labels={}, orphans={}, heirs=heirs, like=network.cores[0].to(torch.float64)
        )
        for place, core in enumerate(network.cores):
            labels: list[AxisLabel] = [("mode", mode) for mode in old.cores[place].legs]
            labels += [("bond", bonds[bond]) if bond in bonds else ("old", bond) for bond in old.core_bonds[place]]
            if place in cores:
                work.arrays[cores[place]] = core.to(torch.float64)
                work.labels[cores[place]] = labels
            else:
                work.orphans[place] = core.to(torch.float64), labels
        return work

    def merge_collapsed(self) -> None:
        """Contract every old core without a match into the core that got its modes, else into a neighbour."""
        for place, heir in self.heirs.items():
            array, labels = self.orphans.pop(place)
            own = self.labels[heir]
            shared = [label for label in labels if label in own and label[0] != "mode"]
            keep = [label for label in shared if self._held_elsewhere(label, heir)]
            merged, result = _einsum(self.arrays[heir], own, array, labels, keep)
            self.arrays[heir], self.labels[heir] = merged, result
        self.orphans = {}

    def drop_bonds(self) -> None:
        """Truncate bonds that the new structure lacks, or that left a core, to rank 1, and remove their axes."""
        for core, labels in list(self.labels.items()):
            for label in list(labels):
                if label[0] == "mode" or self._wanted(core, label):
                    continue
                holders = [other for other in self.labels if label in self.labels[other]]
                if len(holders) > 1:
                    arrays = {other: self.arrays[other] for other in holders}
                    narrow(arrays, {other: self.labels[other].index(label) for other in holders}, 1)
                    self.arrays.update(arrays)
                for other in holders:
                    axis = self.labels[other].index(label)
                    # a bond whose other end is gone is summed over
                    self.arrays[other] = self.arrays[other].sum(axis)
                    self.labels[other].remove(label)

    def split_moved_legs(self) -> None:
        """Move every leg that changed cores: by an SVD across the bond between them if there is one."""
        for core, labels in list(self.labels.items()):
            for label in [label for label in labels if label[0] == "mode"]:
                if label[1] in self.structure.cores[core].legs:
                    continue
                self._move_leg(label, core)

    def add_missing(self, generator: torch.Generator) -> None:
        """Add the axes and cores that are missing: random vectors for legs, ones for bonds."""
        for core, description in enumerate(self.structure.cores):
            if core not in self.arrays:
                self.arrays[core] = self.like.new_ones(())
                self.labels[core] = []
            for mode in description.legs:
                if ("mode", mode) not in self.labels[core]:
                    size = self.structure.modes[mode]
                    fresh = torch.randn(size, generator=generator, dtype=torch.float64).to(self.like) / size**0.5
                    self.arrays[core] = self.arrays[core].unsqueeze(-1) * fresh
                    self.labels[core].append(("mode", mode))
            for bond in self.structure.core_bonds[core]:
                if ("bond", bond) not in self.labels[core]:
                    self._join_bond(core, bond)

    def fit_ranks(self, generator: torch.Generator) -> None:
        """Truncate or pad every bond to its rank; truncation first, while the arrays are small."""
        turns: dict[int, int] = {}  # found only if a bond is widened
        for grow in (False, True):
            for place, bond in enumerate(self.structure.bonds):
                axes = {core: self.labels[core].index(("bond", place)) for core in bond.cores}
                arrays = {core: self.arrays[core] for core in bond.cores}
                rank = next(iter(arrays.values())).shape[axes[bond.cores[0]]]
                if rank > bond.rank and not grow:
                    narrow(arrays, axes, bond.rank)
                elif rank < bond.rank and grow:
                    turns = turns or _turns(self.structure)
                    first = min(bond.cores, key=turns.__getitem__)
                    widen(arrays, axes, bond.rank - rank, first=first, generator=generator)
                self.arrays.update(arrays)

    def network(self) -> Network:
        cores = []
        for core, description in enumerate(self.structure.cores):
            wanted: list[AxisLabel] = [("mode", mode) for mode in description.legs]
            wanted += [("bond", bond) for bond in self.structure.core_bonds[core]]
            axes = [self.labels[core].index(label) for label in wanted]
            cores.append(self.arrays[core].permute(axes).contiguous())
        return Network(self.structure, tuple(cores))

    def _held_elsewhere(self, label: AxisLabel, core: int) -> bool:
        waiting = (own for place, (_, own) in self.orphans.items() if place in self.heirs)
        return any(label in held for held in (*waiting, *(own for at, own in self.labels.items() if at != core)))

    def _wanted(self, core: int, label: AxisLabel) -> bool:
        return label[0] == "bond" and core in self.structure.bonds[label[1]].cores

    def _move_leg(self, label: AxisLabel, core: int) -> None:
        target = next(at for at, own in enumerate(self.structure.cores) if label[1] in own.legs)
        shared = [other for other in self.labels[core] if other in self.labels.get(target, ())]
        if len(shared) == 1 and self._pair(shared[0]):
            merged, labels = _einsum(self.arrays[core], self.labels[core], self.arrays[target], self.labels[target], [])
            kept = [other for other in self.labels[core] if other not in (label, shared[0])]
            self._split(merged, labels, kept, core, target, shared[0])
            return
        free = self._free_bond(core, target)
        kept = [other for other in self.labels[core] if other != label]
        if free is not None and target not in self.arrays:
            self._split(self.arrays[core], self.labels[core], kept, core, target, ("bond", free))
            return
        self._split(self.arrays[core], self.labels[core], kept, core, -1, ("old", -1))  # a product, to be joined anew
        self.arrays[core], self.labels[core] = self.arrays[core][..., 0], kept
        leg = self.arrays.pop(-1)[..., 0]
        del self.labels[-1]
        if target in self.arrays:
            self.arrays[target] = self.arrays[target].unsqueeze(-1) * leg
            self.labels[target] = [*self.labels[target], label]

    def _split(
        self, array: Tensor, labels: list[AxisLabel], kept: list[AxisLabel], core: int, target: int, bond: AxisLabel
    ) -> None:
        """Split an array by an SVD across ``bond`` into those of ``core``, labelled ``kept``, and of ``target``."""
        moved = [label for label in labels if label not in kept]
        sizes = dict(zip(labels, array.shape, strict=True))
        ordered = array.permute([labels.index(label) for label in (*kept, *moved)])
        rows = [sizes[label] for label in kept]
        u, s, vh = torch.linalg.svd(ordered.reshape(math.prod(rows), -1), full_matrices=False)
        rank = min(self.structure.bonds[bond[1]].rank if bond[0] == "bond" else 1, len(s))
        weight = s[:rank].sqrt()
        self.arrays[core] = (u[:, :rank] * weight).reshape(*rows, rank)
        self.arrays[target] = (vh[:rank].T * weight).reshape(*(sizes[label] for label in moved), rank)
        self.labels[core], self.labels[target] = [*kept, bond], [*moved, bond]

    def _pair(self, label: AxisLabel) -> bool:
        return label[0] == "bond" and len(self.structure.bonds[label[1]].cores) == 2

    def _free_bond(self, core: int, target: int) -> int | None:
        for bond, description in enumerate(self.structure.bonds):
            label: AxisLabel = ("bond", bond)
            if description.cores == tuple(sorted((core, target))) and label not in self.labels[core]:
                return bond
        return None

    def _join_bond(self, core: int, bond: int) -> None:
        """Add a bond as an axis to a core, of the size it has in other cores or 1, and repeat the entries along it."""
        label: AxisLabel = ("bond", bond)
        sizes = [self.arrays[at].shape[held.index(label)] for at, held in self.labels.items() if label in held]
        size = sizes[0] if sizes else 1
        self.arrays[core] = self.arrays[core].unsqueeze(-1).repeat_interleave(size, -1)
        self.labels[core] = [*self.labels[core], label]


def _turns(structure: Structure) -> dict[int, int]:
    """Return the turn of every core in a sweep, or its place where the tensor is too large to be swept over."""
    order = range(len(structure.cores))
    if structure.size <= SWEPT:
        with contextlib.suppress(StructureError):
            order = update_order(structure)
    return {core: turn for turn, core in reversed(list(enumerate(order)))}


def _match_cores(old: Structure, new: Structure) -> dict[int, int]:
    """Return for each old core with a match its index in the new structure.

    Cores match by name; unnamed ones by place, unless the new structure has fewer cores; else by equal legs, then by a
    common leg; then latent cores by the number of matched neighbours.
    """
    found: dict[int, int] = {}

    def match(place: int, target: int | None) -> None:
        if place not in found and target is not None and target not in found.values():
            found[place] = target

    by_name = {core.name: place for place, core in reversed(list(enumerate(new.cores))) if core.name}
    for place, core in enumerate(old.cores):
        match(place, by_name.get(core.name))
    unnamed = [place for place, core in enumerate(old.cores) if not core.name]
    free = [place for place, core in enumerate(new.cores) if not core.name]
    if len(new.cores) >= len(old.cores):
        for place in unnamed:
            match(place, place if place in free else None)
    for same in (lambda legs, other: legs == other, lambda legs, other: bool(legs & other)):
        for place, core in enumerate(old.cores):
            legs = set(core.legs)
            match(place, next((at for at, own in enumerate(new.cores) if legs and same(legs, set(own.legs))), None))
    while True:  # latent cores by their neighbours, those with the most in common first
        open_old = [place for place in unnamed if not old.cores[place].legs and place not in found]
        open_new = [place for place in free if not new.cores[place].legs and place not in found.values()]
        pairs = [(_common(old, new, found, place, at), -place, -at) for place in open_old for at in open_new]
        common, place, at = max(pairs, default=(0, 0, 0))
        if common == 0:
            return found
        found[-place] = -at


def _find_heirs(old: Structure, new: Structure, found: dict[int, int]) -> dict[int, int]:
    """Return for each old core without a match the new core to contract it into: one with its modes, else a neighbour.

    Neighbours are those of all cores without modes and without a match that hang together. Of all choices together the
    one is sought whose bonds are most like the new structure's. ``found`` holds the matches: the new core by old core.
    """
    order = list(found)
    for place in order:  # grows while it is read
        order += sorted(_neighbours(old, place) - set(order))
    choices = [dict(found)]
    for place in order[len(found) :]:
        legs = set(old.cores[place].legs)
        carriers = {at for at in found.values() if legs & set(new.cores[at].legs)}
        candidates = sorted(carriers or {found[core] for core in _matched_around(old, found, place)})
        choices = [{**known, place: at} for known in choices for at in candidates]
        if len(choices) > 1:
            choices = sorted(choices, key=lambda known: -_likeness(old, new, known))[:CHOICES]
    return {place: at for place, at in choices[0].items() if place not in found}


def _matched_around(old: Structure, found: dict[int, int], place: int) -> set[int]:
    """Return the cores with a match that border on the connected part without matches around a core."""
    part = [place]
    for core in part:  # grows while it is read
        part += sorted(_neighbours(old, core) - set(part) - found.keys())
    return {core for own in part for core in _neighbours(old, own)} & found.keys()


def _likeness(old: Structure, new: Structure, known: dict[int, int]) -> float:
    """Return how many old bonds the new structure has as well, less those that it lacks; a rank that differs is half.

    Bonds within one new core count nothing, nor do those with a core that is not in ``known``: the new core by old one.
    """
    whole = (bond for bond in old.bonds if known.keys() >= set(bond.cores))
    merged = ((frozenset(known[core] for core in bond.cores), bond.rank) for bond in whole)
    ours = [(ends, rank) for ends, rank in merged if len(ends) > 1]
    theirs = [(frozenset(bond.cores), bond.rank) for bond in new.bonds]
    same = (Counter(ours) & Counter(theirs)).total()
    joined = (Counter(ends for ends, _ in ours) & Counter(ends for ends, _ in theirs)).total()
    return (same + joined) / 2 - (len(ours) - joined)


def _common(old: Structure, new: Structure, found: dict[int, int], place: int, at: int) -> int:
    """Return how many neighbours of the old core ``place`` match a neighbour of the new core ``at``.

    ``found`` holds the matches: the new core by old core.
    """
    return len({found.get(core) for core in _neighbours(old, place)} & _neighbours(new, at))


def _neighbours(structure: Structure, core: int) -> set[int]:
    return {other for bond in structure.core_bonds[core] for other in structure.bonds[bond].cores} - {core}


def _match_bonds(old: Structure, new: Structure, cores: dict[int, int]) -> dict[int, int]:
    """Return for each old bond with a match its index in the new structure; bonds match if they join the same cores.

    Bonds of equal rank match first; then hyper-bonds may match that lost or gained cores.
    """
    found: dict[int, int] = {}

    def pair(fits: Sequence[bool]) -> None:
        same_rank, exact = fits
        for place, bond in enumerate(old.bonds):
            ends = {cores[core] for core in bond.cores if core in cores}
            for target, other in enumerate(new.bonds):
                if place in found or target in found.values() or (same_rank and bond.rank != other.rank):
                    continue
                joined = set(other.cores)
                if ends == joined or (not exact and len(ends) > 1 and (ends > joined or ends < joined)):
                    found[place] = target

    for fits in ((True, True), (False, True), (True, False), (False, False)):
        pair(fits)
    return found


def _einsum(
    first: Tensor, first_labels: list[AxisLabel], second: Tensor, second_labels: list[AxisLabel], keep: list[AxisLabel]
) -> tuple[Tensor, list[AxisLabel]]:
    numbers = {label: k for k, label in enumerate(dict.fromkeys([*first_labels, *second_labels]))}
    shared = [label for label in first_labels if label in second_labels and label not in keep]
    result = [label for label in numbers if label not in shared]
    left, right, out = ([numbers[label] for label in labels] for labels in (first_labels, second_labels, result))
    return torch.einsum(first, left, second, right, out), result
