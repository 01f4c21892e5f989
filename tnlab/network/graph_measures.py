"""Connectivity measures of a structure (resistances, leverages, least cuts), and the effective rank of a spectrum.

Bonds are resistors. The effective resistance between two cores is small where many short paths join them; it is large
where all that their modes share passes through few bonds. A hyper-bond over k cores is expanded as a *clique*
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
    """The least cut between every two legs of a structure.

    Attributes:
        ranks: For every two modes, (order, order), the least product of ranks of bonds that separate the two legs;
            infinite where no bonds do: on the diagonal, and for two legs of one core.
        bonds: For every two modes, (i, j) with i < j, the bonds of that cut.
    """

    ranks: NDArray[np.float64]
    bonds: dict[tuple[int, int], tuple[int, ...]]

    @property
    def tightest(self) -> tuple[int, ...]:
        """Bonds, ascending, of those cuts whose product of ranks is the least of all pairs; empty without any cut."""
        if not self.bonds:
            return ()
        least = min(self.ranks[pair] for pair in self.bonds)
        return tuple(sorted({bond for pair, cut in self.bonds.items() if self.ranks[pair] == least for bond in cut}))


def effective_resistances(structure: Structure, *, conductance: Conductance = "unit") -> NDArray[np.float64]:
    """Return the effective resistance between every two cores, (cores, cores).

    Args:
        structure: The structure; a hyper-bond over k cores is a clique with 2/k of its conductance on each pair.
        conductance: Conductance of every bond: ``"unit"`` for 1, or ``"log rank"`` for the natural logarithm of its
            rank, so that a bond of rank 1 conducts nothing. Cores that no conducting path connects have an infinite
            resistance.

    Raises:
        ValueError: The conductance is called otherwise.
    """
    weights = _conductances(structure, conductance)
    first, second, _, conducts = _resistors(structure, weights)
    laplacian = np.zeros((len(structure.cores), len(structure.cores)))
    for a, b, sign in ((first, first, 1), (second, second, 1), (first, second, -1), (second, first, -1)):
        np.add.at(laplacian, (a, b), sign * conducts)
    inverse = np.linalg.pinv(laplacian, hermitian=True)
    diagonal = np.diag(inverse)
    resistances = diagonal[:, None] + diagonal - 2 * inverse
    np.fill_diagonal(resistances, 0.0)
    component = _components(structure, weights)
    return np.where(component[:, None] == component, resistances, math.inf)


def leg_resistances(structure: Structure, *, conductance: Conductance = "unit") -> NDArray[np.float64]:
    """Return the effective resistance between every two modes, (order, order): that between the cores that carry them.

    See ``effective_resistances`` for the argument ``conductance``.
    """
    carriers = _carriers(structure)
    return effective_resistances(structure, conductance=conductance)[np.ix_(carriers, carriers)]


def total_resistance(structure: Structure, *, conductance: Conductance = "unit") -> float:
    """Return the sum of the effective resistances over all pairs of cores (the Kirchhoff index)."""
    return float(np.triu(effective_resistances(structure, conductance=conductance)).sum())


def bond_leverages(structure: Structure, *, conductance: Conductance = "unit") -> NDArray[np.float64]:
    """Return the leverage of every bond, (bonds,): its conductance times the effective resistance between its cores.

    It is the probability that a random spanning tree contains the bond, and 1 if the network is disconnected without
    it. The leverages sum to the number of cores minus one (Foster's theorem); that of a hyper-bond is the sum over the
    pairs of its clique.
    """
    resistances = effective_resistances(structure, conductance=conductance)
    first, second, bond, conducts = _resistors(structure, _conductances(structure, conductance))
    leverages = np.zeros(len(structure.bonds))
    np.add.at(leverages, bond, conducts * resistances[first, second])
    return leverages


def bottlenecks(structure: Structure) -> Bottlenecks:
    """Return, for every two legs, the bonds of the least product of ranks that separate them, and that product.

    Latent cores, and cores with other legs, may lie on either side of a cut; a hyper-bond counts once. Of several cuts
    with the least product, one is returned.
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
    """Return the effective number of singular values: the exponential of the entropy of ``p_i = s_i^2 / sum(s^2)``.

    It lies between 1 (one value is not zero) and the number of values (all are equal).

    Args:
        singular_values: The values s_i, in any order, of any scale.

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
    """Return the conductance of every bond, 1 or the logarithm of its rank."""
    if conductance == "unit":
        return [1.0] * len(structure.bonds)
    if conductance == "log rank":
        return [math.log(rank) for rank in structure.ranks]
    raise ValueError(f"The conductance of a bond is 'unit' or 'log rank', but got {conductance!r}.")


def _resistors(
    structure: Structure, weights: Sequence[float]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return both cores, the bond and the conductance of every resistor; there is none where that would be 0."""
    pairs = [
        (*pair, place, 2 * weight / len(bond.cores))
        for place, (bond, weight) in enumerate(zip(structure.bonds, weights, strict=True))
        if weight
        for pair in combinations(bond.cores, 2)
    ]
    first, second, bond, conducts = np.array(pairs or np.empty((0, 4))).T
    return first.astype(np.intp), second.astype(np.intp), bond.astype(np.intp), conducts


def _components(structure: Structure, weights: Sequence[float]) -> NDArray[np.int64]:
    """Return for every core the number of its component, cores being connected by bonds of positive conductance."""
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
    """Return for every mode the index of the core that carries it."""
    carrier = {leg: place for place, core in enumerate(structure.cores) for leg in core.legs}
    return [carrier[mode] for mode in range(structure.order)]
