"""Rank-progressive alternating least squares: start with all ranks 1 and widen one bond at a time, between sweeps.

The leading components are fitted first, so that a network with loops ends in a poor local minimum less often. With a
target error the ranks grow until it is reached.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from typing_extensions import override

from tnlab.fitting.bond_gains import bond_gains, shaken
from tnlab.fitting.memory import require_memory
from tnlab.fitting.svd_start import starting_network
from tnlab.fitting.sweep.evened import swept
from tnlab.fitting.sweep.normal_equations import NormalEquations
from tnlab.fitting.sweep.plan import plan_sweep
from tnlab.fitting.warm_start import warm_start
from tnlab.network.core_arrays import padded_network
from tnlab.network.edits import clip_ranks, set_rank, set_ranks
from tnlab.network.gauge.balance import balanced
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Init, Swept, solvers

FINE = 1e-5  # relative error below which rounding in cores of unequal norm limits a sweep, so that they are balanced
BETTER = 0.9  # below FINE, a wider network is kept only if its error is below this times the error of the kept one
USELESS = 1e-6  # of the squared residual: the least gain for which one bond is widened alone


@solvers.register("progressive")
@dataclass(frozen=True)
class Progressive(AbstractSolver):
    """Alternating least squares with growing ranks: widen the bond whose next rank promises the largest gain.

    References:
        Grasedyck 2019 (stable rank-adaptive ALS): https://doi.org/10.1007/s00211-019-01035-8
        Hashemizadeh 2020 (greedy growth): https://arxiv.org/abs/2008.05437

    Attributes:
        sweeps_per_rank: Largest number of sweeps between two growths of a rank.
        still: Relative decrease of the error in one sweep below which the next growth comes at once.
    """

    sweeps_per_rank: int = 5
    still: float = 0.01

    chooses_ranks: ClassVar[bool] = True

    @override
    def sweeps(
        self, tensor: Tensor, structure: Structure, *, init: Init, generator: torch.Generator
    ) -> Iterator[Swept]:
        small = structure if isinstance(init, Network) else set_ranks(structure, (1,) * len(structure.bonds))
        require_memory(plan_sweep(small), tensor, svd=init == "svd")
        network = starting_network(tensor, small, init, generator=generator)
        fit = NormalEquations(tensor)
        error = fit.residual(network)
        yield Swept(self._shown(network, structure), error)
        kept, even, uneven = _Kept(self.target_error), False, False
        while True:
            growable = self._growable(network.structure, structure)
            for done, (network, reading) in enumerate(_sweeps(fit, network), start=1):  # noqa: B020
                still = error - reading < self.still * reading
                error = reading
                uneven = error < FINE and not even
                due = (still and uneven) or (bool(growable) and (still or done >= self.sweeps_per_rank))
                settled = None if not growable and done >= self.ending.window[0] else False
                settled = True if due and not uneven and kept.idle else settled
                least, found, doubt = kept.best(network, error, fit.doubt)
                yield Swept(self._shown(least, structure), found, doubt, settled=settled, progress=error)
                if due:
                    break
            if uneven:
                network, even = balanced(network), True
                continue
            network, even = self._grown(fit, network, error, growable, generator), False
            kept.growths += 1

    def _growable(self, now: Structure, structure: Structure) -> tuple[int, ...]:
        """Return the bonds that may be widened: below the structure's rank, or for a target below the possible one."""
        if self.target_error is None:
            return tuple(bond for bond, rank in enumerate(now.ranks) if rank < structure.ranks[bond])
        wider = possible_ranks(now, tuple(rank + 1 for rank in now.ranks))
        return tuple(bond for bond, rank in enumerate(now.ranks) if wider[bond] > rank)

    def _grown(
        self,
        fit: NormalEquations,
        network: Network,
        error: float,
        growable: tuple[int, ...],
        generator: torch.Generator,
    ) -> Network:
        """Return the network with the bond of the largest expected gain widened, its new entries small and random.

        Where no single bond has a gain (a Tucker core can use a larger rank only if another is larger too), all
        growable bonds are widened.
        """
        now = network.structure
        gained = bond_gains(fit.tensor, network, generator=generator)
        if self.target_error is not None:  # many even ranks are cheaper than few large ones
            gained = tuple(gain / rank for gain, rank in zip(gained, now.ranks, strict=True))
        best = max(growable, key=lambda bond: gained[bond] if _carried(now, bond) else 0.0)
        residual = fit.square * error**2
        chosen = (best,) if _carried(now, best) and gained[best] > USELESS * residual else growable
        more = {bond: 1 if self.target_error is None else max(1, now.ranks[bond] // 8) for bond in chosen}
        ranks = tuple(rank + more.get(bond, 0) for bond, rank in enumerate(now.ranks))
        wider = set_ranks(now, ranks if self.target_error is None else possible_ranks(now, ranks))
        return shaken(warm_start(network.to(torch.float64), wider, generator=generator), generator=generator)

    def _shown(self, network: Network, structure: Structure) -> Network:
        """Return a network padded by zeros to the structure's ranks; with a target error, return it unchanged."""
        return network if self.target_error is not None else padded_network(network, structure)


class _Kept:
    """The network to report once errors are below ``FINE``: a wider one replaces it only with a clearly lower error."""

    def __init__(self, target: float | None) -> None:
        self.target = target
        self.growths = 0
        self._network: Network | None = None
        self._error, self._doubt = FINE, 0.0

    @property
    def idle(self) -> bool:
        """Whether more growths than the network has bonds (and than three) have not clearly lowered the error."""
        return self._network is not None and self.growths > max(3, len(self._network.structure.bonds))

    def best(self, network: Network, error: float, doubt: float) -> tuple[Network, float, float]:
        """Return the network to report after a sweep, with its relative error and the doubt, given those of the sweep.

        Without a target error it is the network of the sweep. With one it is the network kept; that of the sweep
        replaces it if it reaches the target, if its error is clearly lower, or if it is lower at the same ranks.
        """
        if self.target is None:
            return network, error, doubt
        clearly = error < BETTER * self._error
        same = self._network is not None and network.structure == self._network.structure and error < self._error
        if clearly or same or error <= self.target:
            self.growths = 0 if clearly else self.growths
            self._network, self._error, self._doubt = network, error, doubt
        return (network, error, doubt) if self._network is None else (self._network, self._error, self._doubt)


def possible_ranks(structure: Structure, ranks: tuple[int, ...]) -> tuple[int, ...]:
    """Return ranks lowered to what is of use: no more than the other axes of a core span, or than terms make up X.

    A hyper-bond needs no more terms than the tensor has entries outside the largest of the cores that it joins.
    """
    sizes = [math.prod(structure.modes[leg] for leg in core.legs) for core in structure.cores]
    terms = [
        structure.size // max(sizes[core] for core in bond.cores) if len(bond.cores) > 2 else rank
        for bond, rank in zip(structure.bonds, ranks, strict=True)
    ]
    return clip_ranks(set_ranks(structure, tuple(map(min, ranks, terms)))).ranks


def _carried(structure: Structure, bond: int) -> bool:
    """Return whether the cores at a bond have enough other entries to use one more rank on it."""
    rank = structure.ranks[bond] + 1
    wider = set_rank(structure, bond, rank)
    return wider.carriable_rank(bond) >= rank


def _sweeps(fit: NormalEquations, network: Network) -> Iterator[tuple[Network, float]]:
    """Yield the network and its relative error after every sweep of alternating least squares, without end."""
    require_memory(plan_sweep(network.structure), fit.tensor, svd=False)
    yield from swept(fit, network)
