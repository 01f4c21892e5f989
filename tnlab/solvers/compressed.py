"""Fit several starts to a Tucker-compressed tensor, then refine the best one on the whole tensor.

A core with one leg and bonds whose ranks multiply to P uses at most P directions of its mode. Let Q_k have orthonormal
columns that span the P leading directions of mode k. The small tensor is ``Y = X x_k Q_k^T``. A network Y_hat of Y,
expanded by the Q_k to a network X_hat of X, has ``|X - X_hat|^2 = |X - Q Q^T X|^2 + |Y - Y_hat|^2``. So the error of
every start is known exactly without another pass over X. The discarded part estimates the noise, and with it the
relative error of a perfect fit.

References:
    Bro 1998 (compression before CP): https://doi.org/10.1002/(SICI)1099-128X(199807/08)12:4%3C233::AID-CEM515%3E3.0.CO;2-0
    Vannieuwenhoven 2012 (ST-HOSVD): https://doi.org/10.1137/110836067
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor
from typing_extensions import override

from tnlab.interrupt import checkpoint
from tnlab.metrics import relative_error, squared_norm
from tnlab.network.arithmetic import mode_product
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.seeding import spawn
from tnlab.solvers.base import AbstractSolver, Ending, Init, Swept, solvers

AGREE = 1e-3  # relative difference below which the errors of the two best starts agree: no further start is tried
EXPECTED = 1.005  # times the error that the noise predicts; a start below it ends the search for starts
NEAR = 1e-3  # relative error below which a start is taken as near an exact fit, and ends the search for starts
ROUGH = 1e-4  # tolerance of a start, relative decrease per sweep; the best one is refined afterwards
DIGITS = 1e3  # machine epsilons; a discarded part of |X|^2 below it is measured anew, as a difference it is rounding


@solvers.register("compressed")
@dataclass(frozen=True)
class Compressed(AbstractSolver):
    """Alternating least squares from the best of several starts, which are fitted to a Tucker-compressed tensor.

    The first snapshots are one per start, each a whole fit of the small tensor; then comes one per sweep over the whole
    tensor.

    Attributes:
        starts: Largest number of starts. Fewer are tried where the errors of the two best agree, or where one is at
            the level of the noise.
        oversampling: Number of directions kept of a mode, in multiples of what its core can use.
        start_sweeps: Largest number of sweeps of one start.
    """

    starts: int = 10
    oversampling: float = 1.0
    start_sweeps: int = 100

    ending: ClassVar[Ending] = Ending(window=(1, 1))

    @override
    def sweeps(
        self, tensor: Tensor, structure: Structure, *, init: Init, generator: torch.Generator
    ) -> Iterator[Swept]:
        polish = solvers["als"]()
        if isinstance(init, Network):
            yield from polish.sweeps(tensor, structure, init=init, generator=generator)
            return
        small = compress(tensor.detach(), structure, self.oversampling)
        tries: list[tuple[float, Network]] = []
        for error, network in self._tries(small, init, generator):
            tries.append((error, network))
            yield Swept(network, error, small.doubt(error), compared=False)
        best = min(tries, key=lambda found: found[0])[1]
        polished = polish.sweeps(tensor, structure, init=best, generator=generator)
        next(polished)  # the best start again
        yield from polished

    def _tries(self, small: "Small", init: str, generator: torch.Generator) -> Iterator[tuple[float, Network]]:
        """Yield the relative error and the expanded network of each start, until two agree or one is at noise level."""
        als = solvers["als"](self.start_sweeps, ROUGH)
        enough = max(EXPECTED * small.expected, NEAR, self.target_error or 0.0)
        errors: list[float] = []
        for start in range(max(1, min(self.starts, self.max_sweeps - 1))):
            run = als.iterate(
                small.tensor, small.structure, init="random" if start else init, generator=spawn(generator)
            )
            last = min(run, key=lambda snapshot: snapshot.relative_error)
            checkpoint()  # a run that was interrupted has ended with the best it had
            errors.append(small.error(last.relative_error))
            yield errors[-1], small.expanded(last.network)
            errors.sort()
            if errors[0] <= enough or (len(errors) > 1 and errors[1] <= (1 + AGREE) * errors[0]):
                return


@dataclass(frozen=True, eq=False)
class Small:
    """A Tucker-compressed tensor: X projected on leading directions of its modes.

    Attributes:
        tensor: Y, the projected tensor, of shape ``structure.modes``.
        structure: The structure to be fitted, over the smaller modes.
        bases: Orthonormal columns Q_k, (mode size, smaller size), by mode; modes that are not compressed are missing.
        part: ``|Y| / |X|``.
        discarded: ``|X - Q Q^T X| / |X|``.
    """

    tensor: Tensor
    structure: Structure
    bases: dict[int, Tensor]
    part: float
    discarded: float

    @property
    def expected(self) -> float:
        """Expected relative error of a perfect fit of X, taking the discarded part as noise of equal strength."""
        columns = sum((basis.shape[0] - basis.shape[1]) * basis.shape[1] for basis in self.bases.values())
        entries = math.prod(basis.shape[0] / basis.shape[1] for basis in self.bases.values()) * self.tensor.numel()
        free = max(entries - self.tensor.numel() - columns, 1.0)
        inside = max(self.tensor.numel() - self.structure.parameters, 0) * self.discarded**2 / free
        return math.sqrt(self.discarded**2 + inside)

    def error(self, small_error: float) -> float:
        """Return the relative error of an expanded network with respect to X, from that of the small network to Y."""
        return math.hypot(self.discarded, self.part * small_error)

    def doubt(self, error: float) -> float:
        """Return how far rounding may put ``error`` from the true one: it is the root of a difference of squares."""
        return DIGITS * torch.finfo(self.tensor.dtype).eps / (2 * max(error, 1e-300))

    def expanded(self, network: Network) -> Network:
        """Return a network of the small tensor, expanded by the bases to one of the whole tensor."""
        for mode, basis in self.bases.items():
            network = mode_product(network, mode, basis)
        return network


def compress(tensor: Tensor, structure: Structure, oversampling: float = 1.0) -> Small:
    """Compress a tensor by ST-HOSVD to as many leading directions of each mode as the mode's core can use.

    Args:
        tensor: X, of shape ``structure.modes``.
        structure: The structure to be fitted, which says how many directions each core can use.
        oversampling: Number of directions to keep, in multiples of what the core can use; at most the mode size.
    """
    sizes = _usable_sizes(structure, oversampling)
    bases: dict[int, Tensor] = {}
    small = tensor
    for mode in sorted(range(len(sizes)), key=lambda mode: (sizes[mode] / structure.modes[mode], mode)):
        if sizes[mode] == structure.modes[mode]:
            continue
        checkpoint()
        turned = small.movedim(mode, 0)
        matrix = turned.reshape(turned.shape[0], -1)
        bases[mode] = torch.linalg.eigh(matrix @ matrix.T)[1][:, -sizes[mode] :].contiguous()
        small = (bases[mode].T @ matrix).reshape(sizes[mode], *turned.shape[1:]).movedim(0, mode)
    small = small.contiguous()
    whole, kept = squared_norm(tensor), squared_norm(small)
    lost = (whole - kept) / whole
    if bases and lost < DIGITS * torch.finfo(tensor.dtype).eps:
        back = small
        for mode, basis in bases.items():
            checkpoint()
            back = torch.tensordot(back.movedim(mode, -1), basis.T, dims=1).movedim(-1, mode)
        lost = relative_error(tensor, back) ** 2
    smaller = replace(structure, modes=tuple(small.shape))
    discarded = math.sqrt(max(lost, 0.0)) if bases else 0.0
    return Small(small, smaller, bases, part=math.sqrt(kept / whole), discarded=discarded)


def _usable_sizes(structure: Structure, oversampling: float) -> list[int]:
    """Return, per mode, how many directions its core can use: the product of its other axes, or the mode size."""
    sizes = list(structure.modes)
    for core, shape in zip(structure.cores, structure.core_shapes, strict=True):
        for mode in core.legs:
            others = math.prod(sizes[leg] for leg in core.legs if leg != mode) * math.prod(shape[len(core.legs) :])
            sizes[mode] = min(sizes[mode], math.ceil(oversampling * others))
    return sizes
