"""What the graph of a network says before any number is in its cores: distances, bottlenecks, how much can pass.

Bonds are resistors. The effective resistance between two cores is small where many short ways join them; a large one
means that what their modes share is squeezed through few bonds. A hyper-bond over k cores is expanded as a *clique*
with 2/k of the conductance on each of its pairs. The *star* around its dot, each spoke of twice the conductance, has
the same resistances (star-mesh transform), and with k = 2 both are the plain bond.

References:
    Foster 1949 (leverages sum to cores - 1): https://en.wikipedia.org/wiki/Foster%27s_theorem
    Klein 1993: https://doi.org/10.1007/BF01164627
    Black 2023: https://arxiv.org/abs/2302.06835
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from tnlab.network.cuts import least_cut
from tnlab.network.structure import Structure

Conductance = Literal["unit", "log rank"]


@dataclass(frozen=True, eq=False)
class Bottlenecks:
    """How much can pass between the legs of a network.

    Attributes:
        ranks: For every two modes, (order, order), the least product of ranks whose bonds separate their two legs;
            infinite where nothing separates them: on the diagonal, and for two legs of one core.
        bonds: For every two modes, (i, j) with i < j, the bonds of that cut.
    """

    ranks: NDArray[np.float64]
    bonds: dict[tuple[int, int], tuple[int, ...]]

    @property
    def tightest(self) -> tuple[int, ...]:
        """The bonds of all these cuts with the least product: where the network is narrowest."""
        if not self.bonds:
            return ()
        least = min(self.ranks[pair] for pair in self.bonds)
        return tuple(sorted({bond for pair, cut in self.bonds.items() if self.ranks[pair] == least for bond in cut}))


def effective_resistances(structure: Structure, *, conductance: Conductance = "unit") -> NDArray[np.float64]:
    """Return the effective resistance between every two cores, (cores, cores).

    Args:
        structure: The network; hyper-bonds are expanded as cliques (see above).
        conductance: Of a bond: 1, or the logarithm of its rank, so that a bond of rank 1 conducts nothing. Cores that
            no conducting bond connects are infinitely far apart.
    """
    weights = _conductances(structure, conductance)
    laplacian = np.zeros((len(structure.cores), len(structure.cores)))
    for bond, weight in zip(structure.bonds, weights, strict=True):
        joined = np.ix_(bond.cores, bond.cores)
        laplacian[joined] += 2 * weight * (np.eye(len(bond.cores)) - 1 / len(bond.cores))
    inverse = np.linalg.pinv(laplacian, hermitian=True)
    diagonal = np.diag(inverse)
    resistances = diagonal[:, None] + diagonal - 2 * inverse
    np.fill_diagonal(resistances, 0.0)
    component = _components(structure, weights)
    return np.where(component[:, None] == component, resistances, math.inf)


def leg_resistances(structure: Structure, *, conductance: Conductance = "unit") -> NDArray[np.float64]:
    """Return the effective resistance between every two legs, (order, order): that between their cores."""
    carriers = _carriers(structure)
    return effective_resistances(structure, conductance=conductance)[np.ix_(carriers, carriers)]


def total_resistance(structure: Structure, *, conductance: Conductance = "unit") -> float:
    """Return the sum of the effective resistances over all pairs of cores; smaller is better connected."""
    return float(np.triu(effective_resistances(structure, conductance=conductance)).sum())


def bond_leverages(structure: Structure, *, conductance: Conductance = "unit") -> NDArray[np.float64]:
    """Return, for every bond, its conductance times its effective resistance: 1 if the network falls apart without it.

    It is the chance that a random spanning tree uses the bond. The leverages sum to the number of cores minus one
    (Foster's theorem); that of a hyper-bond is the sum over its pairs.
    """
    resistances = effective_resistances(structure, conductance=conductance)
    weights = _conductances(structure, conductance)
    leverages = np.zeros(len(structure.bonds))
    for place, (bond, weight) in enumerate(zip(structure.bonds, weights, strict=True)):
        if weight:  # what conducts nothing carries nothing, however far apart its cores are
            apart = sum(resistances[pair] for pair in combinations(bond.cores, 2))
            leverages[place] = 2 * weight / len(bond.cores) * apart
    return leverages


def bottlenecks(structure: Structure) -> Bottlenecks:
    """Return the least cut between every two legs: their modes share no more than its product of ranks lets through.

    Latent cores, and cores with other legs, may stand on either side; a hyper-bond counts once. Where several cuts
    have the same product, one of them is named.
    """
    carriers, order = _carriers(structure), structure.order
    ranks = np.full((order, order), math.inf)
    cuts = dict[tuple[int, int], tuple[int, ...]]()
    for i, j in combinations(range(order), 2):
        if carriers[i] != carriers[j]:
            cuts[i, j] = least_cut(structure, carriers[i], carriers[j])
            ranks[i, j] = ranks[j, i] = math.prod(structure.bonds[bond].rank for bond in cuts[i, j])
    return Bottlenecks(ranks, cuts)


def effective_rank(singular_values: Tensor | ArrayLike | Sequence[float]) -> float:
    """Return ``exp`` of the entropy of the squared, normalised singular values: how many of them really count.

    It lies between 1 (one value carries all) and their number (all are equal).

    Raises:
        ValueError: The values are all zero, or not finite.

    Example:
        >>> effective_rank([1.0, 1.0, 0.0])
        2.0
    """
    squares = np.asarray(singular_values, dtype=np.float64) ** 2
    if not (np.isfinite(squares).all() and squares.sum() > 0):
        raise ValueError("The effective rank needs finite singular values that are not all zero.")
    shares = squares[squares > 0] / squares.sum()
    return float(round(np.exp(-(shares * np.log(shares)).sum()), 12))


def _conductances(structure: Structure, conductance: Conductance) -> list[float]:
    if conductance == "unit":
        return [1.0] * len(structure.bonds)
    if conductance == "log rank":
        return [math.log(rank) for rank in structure.ranks]
    raise ValueError(f"The conductance of a bond is 'unit' or 'log rank', but got {conductance!r}.")


def _components(structure: Structure, weights: Sequence[float]) -> NDArray[np.int64]:
    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from(range(len(structure.cores)))
    for bond, weight in zip(structure.bonds, weights, strict=True):
        if weight > 0:
            graph.add_edges_from((bond.cores[0], other) for other in bond.cores[1:])
    labels = np.zeros(len(structure.cores), dtype=np.int64)
    for label, cores in enumerate(nx.connected_components(graph)):
        labels[list(cores)] = label
    return labels


def _carriers(structure: Structure) -> list[int]:
    """Return the core that carries each mode."""
    carrier = {leg: place for place, core in enumerate(structure.cores) for leg in core.legs}
    return [carrier[mode] for mode in range(structure.order)]
