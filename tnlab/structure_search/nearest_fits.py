"""Structures already fitted, by how near they are: a fit starts from the nearest one."""

import numpy as np
from numpy.typing import NDArray

from tnlab.errors import StructureError
from tnlab.network.network import Network
from tnlab.network.rank_matrix import to_matrix
from tnlab.network.structure import Structure

NEAR = 1.5  # sum of |log rank ratio| over the bonds up to which old cores are worth more than a fresh start
KEPT = 512  # networks kept


class Neighbours:
    """Networks of one core per mode, found again by the ranks between their modes."""

    def __init__(self) -> None:
        self._ranks: list[NDArray[np.float64]] = []
        self._networks: list[Network] = []

    def add(self, network: Network) -> None:
        """Keep a fitted network; the oldest go when there are many."""
        place = _place(network.structure)
        if place is None:
            return
        self._ranks.append(place)
        self._networks.append(network)
        if len(self._networks) > KEPT:
            del self._ranks[0], self._networks[0]

    def nearest(self, structure: Structure) -> Network | None:
        """Return the network whose ranks are nearest to those of a structure; None if none is near."""
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
