"""Cut ranks of one topology over many cuts at once, as linear forms in the logarithms of the ranks.

For given ranks R, the cut rank of S is ``min over placements p of exp(sum_e C[S, p, e] log R_e + c[S, p])``: the bonds
that cross when latent cores stand as p says. Counting crossings once per topology leaves one matrix product for
thousands of structures.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tnlab.errors import StructureError
from tnlab.network.structure import Structure

NEVER = 2**40  # rank of a placement that is ruled out
MAX_FREE = 14  # cores that may stand on either side; beyond it their placements are too many to list


class CutRanks:
    """Crossings of a topology, for some cuts.

    Args:
        structure: Any structure of the topology.
        cuts: One side of every cut.

    Raises:
        StructureError: More than 14 cores may stand on either side of a cut.
    """

    def __init__(self, structure: Structure, cuts: Sequence[tuple[int, ...]]) -> None:
        self.cuts = tuple(cuts)
        self.free = tuple(place for place, core in enumerate(structure.cores) if len(core.legs) != 1)
        if len(self.free) > MAX_FREE:
            raise StructureError(
                f"The cut ranks of {len(self.free)} cores without a leg, or with several, have too many placements "
                f"to list; at most {MAX_FREE} are possible."
            )
        sides = self._sides(structure)
        self.crossings = np.stack([_crosses(sides[..., list(bond.cores)]) for bond in structure.bonds], axis=-1)
        self.legs = np.ones(sides.shape[:2], dtype=np.int64)
        for place in self.free:
            legs = structure.cores[place].legs
            if not legs:
                continue
            inside = np.array([[leg in cut for cut in self.cuts] for leg in legs], dtype=bool)
            for leg, own in zip(legs, inside, strict=True):
                self.legs *= np.where(own[:, None] != sides[..., place], structure.modes[leg], 1)
            # with all its legs on one side, that is where the core stands
            one_sided = (inside == inside[:1]).all(axis=0)
            self.legs[np.expand_dims(one_sided, 1) & (sides[..., place] != inside[0, :, None])] = NEVER
        self._matrix = self.crossings.reshape(-1, len(structure.bonds)).T.astype(np.float32)
        self._offset = np.log(self.legs.ravel()).astype(np.float32)

    def ranks(self, ranks: NDArray[np.int64], most: int) -> NDArray[np.int32]:
        """Return the cut ranks, (structures, cuts), cut off at ``most``, for ranks (structures, bonds).

        Products are taken as sums of float32 logarithms: exact up to about 10^5, far beyond any ``most``.
        """
        logarithms = np.log(np.asarray(ranks, dtype=np.float32)) @ self._matrix + self._offset
        placements = 2 ** len(self.free)
        if placements > 1:
            logarithms = logarithms.reshape(len(ranks), -1, placements).min(axis=2)
        np.minimum(logarithms, np.float32(np.log(most + 1)), out=logarithms)
        return np.minimum(np.rint(np.exp(logarithms)).astype(np.int32), most)

    def cut_rank(self, ranks: Sequence[int], cut: int) -> int:
        """Return the cut rank of one cut, exactly."""
        return min(
            min(int(legs), NEVER) * math.prod(rank for rank, counts in zip(ranks, crossing, strict=True) if counts)
            for legs, crossing in zip(self.legs[cut], self.crossings[cut], strict=True)
        )

    def crossing_bonds(self, ranks: Sequence[int], cut: int) -> tuple[int, ...]:
        """Return the bonds that a cut counts for these ranks."""
        products = self.crossings[cut] @ np.log(ranks) + np.log(self.legs[cut])
        return tuple(int(bond) for bond in np.flatnonzero(self.crossings[cut, np.argmin(products)]))

    def _sides(self, structure: Structure) -> NDArray[np.bool_]:
        """Return on which side every core stands: (cuts, placements, cores)."""
        placements = np.array(list(product((False, True), repeat=len(self.free))), dtype=bool)
        sides = np.zeros((len(self.cuts), len(placements), len(structure.cores)), dtype=bool)
        sides[:, :, list(self.free)] = placements
        for place, core in enumerate(structure.cores):
            if place not in self.free:
                sides[:, :, place] = np.array([core.legs[0] in cut for cut in self.cuts])[:, None]
        return sides


@lru_cache(maxsize=64)
def cut_ranks(structure: Structure, cuts: tuple[tuple[int, ...], ...]) -> CutRanks:
    """Return the crossings of a structure, kept for the next call."""
    return CutRanks(structure, cuts)


def _crosses(sides: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(sides.any(axis=-1) & ~sides.all(axis=-1))
