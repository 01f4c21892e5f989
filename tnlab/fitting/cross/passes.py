"""Passes of cross approximation along a tensor train: cores from some fibres of the tensor.

References:
    Oseledets 2010: https://doi.org/10.1016/j.laa.2009.07.024
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tnlab.fitting.cross.maxvol import maxvol

Evaluate = Callable[[np.ndarray], np.ndarray]  # indices (entries, order) to values (entries,)
NEGLIGIBLE = 1e-14  # of the largest singular value of the fibres: a smaller one is rounding, and is dropped


@dataclass(eq=False)
class Crosses:
    """The selected multi-indices on every bond of a train: they say which fibres a pass evaluates.

    Bond k lies before mode k; bond 0 and the last one are at the ends and have the empty multi-index. A pass replaces
    ``before``; a pass over the reversed train replaces ``after``.

    Attributes:
        modes: Mode sizes in the order of the train.
        before: For every bond k, multi-indices of the modes before it, (rank, k).
        after: For every bond k, multi-indices of the modes after it, (rank, order - k).
    """

    modes: tuple[int, ...]
    before: list[np.ndarray] = field(default_factory=list)
    after: list[np.ndarray] = field(default_factory=list)

    @classmethod
    def at(cls, modes: tuple[int, ...], places: np.ndarray) -> "Crosses":
        """Return the crosses through some entries of the tensor, given by their indices (entries, order)."""
        bonds = range(len(modes) + 1)
        crosses = cls(modes, [places[:0, :bond] for bond in bonds], [places[:0, bond:] for bond in bonds])
        crosses.add(places, [len(places)] * (len(modes) - 1))
        return crosses

    def add(self, places: np.ndarray, most: list[int]) -> None:
        """Add multi-indices of more entries (entries, order), up to ``most[k - 1]`` in all on inner bond k."""
        for bond in range(1, len(self.modes)):
            self.before[bond] = _joined(self.before[bond], places[:, :bond], most[bond - 1])
            self.after[bond] = _joined(self.after[bond], places[:, bond:], most[bond - 1])
        self.before[0], self.after[-1] = np.zeros((1, 0), dtype=np.int64), np.zeros((1, 0), dtype=np.int64)

    def reversed(self) -> "Crosses":
        """Return views as the crosses of the train read from its end: ``before`` and ``after`` reversed, exchanged."""
        before = [places[:, ::-1] for places in self.after[::-1]]
        after = [places[:, ::-1] for places in self.before[::-1]]
        return Crosses(self.modes[::-1], before, after)

    def forward(self, evaluate: Evaluate, negligible: float = NEGLIGIBLE) -> list[np.ndarray]:
        """Pass once along the train: select ``before`` anew on every bond, and return the cores.

        On each bond the fibres are truncated by an SVD, and ``maxvol`` selects the rows.

        Args:
            evaluate: Returns the values (entries,) of the tensor at indices (entries, order).
            negligible: Singular values below this part of the largest are dropped.

        Returns:
            The cores, (rank before, mode, rank after).
        """
        cores = []
        for place, size in enumerate(self.modes):
            rows = _product(self.before[place], np.arange(size)[:, None])
            columns = self.after[place + 1]
            fibres = evaluate(_product(rows, columns)).reshape(len(rows), len(columns))
            rank = len(self.before[place])
            if place == len(self.modes) - 1:
                cores.append(fibres.reshape(rank, size, 1))
                break
            basis, weights, _ = np.linalg.svd(fibres, full_matrices=False)
            kept = max(1, int((weights > negligible * weights[0]).sum()))
            chosen, coefficients = maxvol(basis[:, :kept])
            self.before[place + 1] = rows[chosen]
            cores.append(coefficients.reshape(rank, size, kept))
        return cores


def train_values(cores: list[np.ndarray], places: np.ndarray) -> np.ndarray:
    """Return the values (entries,) of a train at indices (entries, order), from cores (rank, mode, rank)."""
    values = np.ones((len(places), 1, 1))
    for mode, core in enumerate(cores):
        values = values @ core.transpose(1, 0, 2)[places[:, mode]]
    return values[:, 0, 0]


def _product(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the Cartesian product of the rows of two index arrays, each pair as one row."""
    left = np.repeat(first, len(second), axis=0)
    return np.concatenate([left, np.tile(second, (len(first), 1))], axis=1)


def _joined(old: np.ndarray, new: np.ndarray, most: int) -> np.ndarray:
    """Return the old rows with the new ones that are not among them, at most ``most`` rows in all."""
    both = np.concatenate([old, new])
    _, first = np.unique(both, axis=0, return_index=True)
    return both[np.sort(first)[: max(most, len(old))]]
