"""Cut ranks of one topology for many cuts and many choices of ranks at once, by one matrix product.

A cut S fixes the side of every core with one mode; a placement p puts each other core on one of the two sides. For
ranks R the cut rank of S is ``min over p of exp(sum_e C[S, p, e] log R_e + c[S, p])``: C is 1 for a bond e that
crosses, and c the logarithm of the sizes of the legs that cross. C and c depend on the topology only.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tnlab.errors import StructureError
from tnlab.network.structure import Structure

NEVER = 2**40  # factor that rules a placement out: above any cut rank
MAX_FREE = 14  # cores without exactly one leg; each doubles the placements, 2^14 are listed


class CutRanks:
    """Cut ranks of a topology across given cuts: the bonds and legs that cross, by cut and placement.

    Args:
        structure: Any structure of the topology.
        cuts: The modes on one side of every cut.

    Raises:
        StructureError: More than 14 cores have no leg or several legs.
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
        """Return the cut ranks, (structures, cuts), clipped at ``most``, for ranks of shape (structures, bonds).

        Products are computed as sums of float32 logarithms: exact up to about 10^5, far above any ``most``.
        """
        with np.errstate(invalid="ignore"):  # all operands are finite: a BLAS may raise it for lanes that it drops
            logarithms = np.log(np.asarray(ranks, dtype=np.float32)) @ self._matrix + self._offset
        placements = 2 ** len(self.free)
        if placements > 1:
            logarithms = logarithms.reshape(len(ranks), -1, placements).min(axis=2)
        np.minimum(logarithms, np.float32(np.log(most + 1)), out=logarithms)
        return np.minimum(np.rint(np.exp(logarithms)).astype(np.int32), most)

    def cut_rank(self, ranks: Sequence[int], cut: int) -> int:
        """Return the cut rank of one cut (by its index) for given ranks, in integer arithmetic."""
        return min(
            min(int(legs), NEVER) * math.prod(rank for rank, counts in zip(ranks, crossing, strict=True) if counts)
            for legs, crossing in zip(self.legs[cut], self.crossings[cut], strict=True)
        )

    def crossing_bonds(self, ranks: Sequence[int], cut: int) -> tuple[int, ...]:
        """Return the bonds that cross a cut (by its index) in the placement of least cut rank for given ranks."""
        products = self.crossings[cut] @ np.log(ranks) + np.log(self.legs[cut])
        return tuple(int(bond) for bond in np.flatnonzero(self.crossings[cut, np.argmin(products)]))

    def _sides(self, structure: Structure) -> NDArray[np.bool_]:
        """Return the side of every core, (cuts, placements, cores): True on the side of the cut's modes."""
        placements = np.array(list(product((False, True), repeat=len(self.free))), dtype=bool)
        sides = np.zeros((len(self.cuts), len(placements), len(structure.cores)), dtype=bool)
        sides[:, :, list(self.free)] = placements
        for place, core in enumerate(structure.cores):
            if place not in self.free:
                sides[:, :, place] = np.array([core.legs[0] in cut for cut in self.cuts])[:, None]
        return sides


@lru_cache(maxsize=64)
def cut_ranks(structure: Structure, cuts: tuple[tuple[int, ...], ...]) -> CutRanks:
    """Return the ``CutRanks`` of a structure for some cuts, from a cache of the last 64."""
    return CutRanks(structure, cuts)


def _crosses(sides: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(sides.any(axis=-1) & ~sides.all(axis=-1))
