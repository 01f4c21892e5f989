"""Choice of the cuts that can limit the error of a structure, those first that its bonds separate best.

A cut whose cut rank is full says nothing. The farther the cut rank is below the number of rows of the unfolding, the
more singular values the structure has to leave out, so that cuts are ranked by the ratio of the two: the sides of a
bond, the arcs of a ring and other connected parts come first, as few bonds separate them.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from tnlab.bounds.cut_ranks import CutRanks
from tnlab.bounds.cut_spectra import Cut, CutSpectra
from tnlab.network.structure import Structure

MAX_ORDER = 20  # modes; a tensor of more has over 500,000 cuts, and only those that the network suggests are ranked
MAX_PART = 4096  # cuts in one array computation, between two looks at the clock
MAX_PLACED = 2**22  # cores and bonds over the cuts and placements of one array computation; some 10 MB
RANKING_SHARE = 0.25  # of the time, for ranking the cuts before their spectra are computed


@dataclass(frozen=True)
class CutChoice:
    """The cuts that can limit the error of a structure and whose spectra are known.

    Attributes:
        cuts: The canonical side of each.
        looked_at: Number of cuts that were looked at: these, and those that cannot limit the error.
    """

    cuts: tuple[Cut, ...]
    looked_at: int


def chosen_cuts(spectra: CutSpectra, structure: Structure, ranks: Sequence[int], max_seconds: float) -> CutChoice:
    """Compute the spectra of the cuts that can limit the error, as many as the time allows, and return these cuts.

    Single modes come first, and are computed whatever the time; then bonds whose removal disconnects the network and
    pairs of modes; then the others.

    Args:
        spectra: Spectra of the tensor; new ones are added.
        structure: Any structure of the topology.
        ranks: Ranks of its bonds; a cut that cannot limit these cannot limit larger ones.
        max_seconds: Time in seconds.
    """
    begun = time.monotonic()
    ranked, looked_at = _ranked(spectra, structure, ranks, begun + RANKING_SHARE * max_seconds)
    suggested = {spectra.side(cut) for cut in network_cuts(structure)}
    ranked.sort(key=lambda side: side not in suggested)
    for _ in spectra.fill(side for side in ranked if len(side) in (1, structure.order - 1)):
        pass
    steps = spectra.fill(ranked, in_order=True)
    while time.monotonic() <= begun + max_seconds and next(steps, None) is not None:
        pass
    steps.close()
    known = set(spectra.known)
    cuts = tuple(side for side in ranked if side in known)
    return CutChoice(cuts, looked_at - (len(ranked) - len(cuts)))


def part_size(structure: Structure) -> int:
    """Return how many cuts of a structure fit into one array computation, with all placements of its cores."""
    free = sum(len(core.legs) != 1 for core in structure.cores)
    return max(1, min(MAX_PART, MAX_PLACED // (2**free * (len(structure.cores) + len(structure.bonds)))))


def network_cuts(structure: Structure) -> tuple[Cut, ...]:
    """Return a small choice of cuts: single modes, bonds whose removal disconnects the network, and pairs of modes."""
    singles = [(mode,) for mode in range(structure.order)] if structure.order > 1 else []
    pairs = [(i, j) for i in range(structure.order) for j in range(i) if structure.order > 2]
    bridges = [side for side in (bridge(structure, bond) for bond in range(len(structure.bonds))) if side]
    return tuple(dict.fromkeys([*singles, *bridges, *((j, i) for i, j in pairs)]))


def bridge(structure: Structure, bond: int) -> Cut:
    """Return the modes on one side of a bond whose removal disconnects the network; empty if it does not."""
    if len(structure.bonds[bond].cores) > 2:
        return ()
    start = structure.bonds[bond].cores[0]
    reached, frontier = {start}, [start]
    while frontier:
        core = frontier.pop()
        for other in structure.core_bonds[core]:
            fresh = set(structure.bonds[other].cores) - reached if other != bond else set[int]()
            reached |= fresh
            frontier.extend(fresh)
    side = tuple(sorted(leg for core in reached for leg in structure.cores[core].legs))
    return side if len(reached) < len(structure.cores) and 0 < len(side) < structure.order else ()


def _ranked(spectra: CutSpectra, structure: Structure, ranks: Sequence[int], deadline: float) -> tuple[list[Cut], int]:
    """Return the cuts whose cut rank is below full, by ascending ratio, and how many cuts were looked at until then.

    The cuts that the network suggests are looked at whatever the time.
    """
    first = dict.fromkeys(spectra.side(cut) for cut in network_cuts(structure))
    others = (side for side in map(spectra.side, spectra.cuts()) if side not in first)
    stream = chain(first, others if structure.order <= MAX_ORDER else ())
    ratios, looked_at = dict[Cut, float](), 0
    while looked_at < len(first) or time.monotonic() <= deadline:
        part = tuple(islice(stream, part_size(structure)))
        if not part:
            break
        looked_at += len(part)
        rows = np.array([math.prod(structure.modes[mode] for mode in side) for side in part])
        reached = CutRanks(structure, part).ranks(np.array([ranks]), int(rows.max()))[0]
        ratios |= {side: ratio for side, ratio in zip(part, (reached / rows).tolist(), strict=True) if ratio < 1}
    return sorted(ratios, key=ratios.__getitem__), looked_at
