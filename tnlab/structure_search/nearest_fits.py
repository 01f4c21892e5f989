"""A store of fitted networks that returns the one nearest in ranks to a structure, as a warm start of its fit."""

import numpy as np
from numpy.typing import NDArray

from tnlab.errors import StructureError
from tnlab.network.network import Network
from tnlab.network.rank_matrix import to_matrix
from tnlab.network.structure import Structure

NEAR = 1.5  # largest distance, the sum of |log rank ratio| over pairs of modes, at which a warm start is worth it
KEPT = 512  # networks kept, the latest: the memory that a long search takes stays bounded


class Neighbours:
    """Fitted networks with one core per mode, searched by the ranks between their modes."""

    def __init__(self) -> None:
        self._ranks: list[NDArray[np.float64]] = []
        self._networks: list[Network] = []

    def add(self, network: Network) -> None:
        """Store a fitted network if it has one core per mode, and drop the oldest beyond ``KEPT``."""
        place = _place(network.structure)
        if place is None:
            return
        self._ranks.append(place)
        self._networks.append(network)
        if len(self._networks) > KEPT:
            del self._ranks[0], self._networks[0]

    def nearest(self, structure: Structure) -> Network | None:
        """Return the stored network of least distance to a structure; None if that is above ``NEAR``."""
        place = _place(structure)
        if place is None or not self._ranks:
            return None
        distances = np.abs(np.array(self._ranks) - place).sum(axis=1)
        nearest = int(np.argmin(distances))
        return self._networks[nearest] if distances[nearest] <= NEAR else None


def _place(structure: Structure) -> NDArray[np.float64] | None:
    try:
        matrix = to_matrix(structure)
    except StructureError:
        return None
    return np.log(matrix[np.triu_indices(structure.order, 1)])
