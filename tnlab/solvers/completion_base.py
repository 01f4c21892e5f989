"""The base class of solvers for tensors with missing entries: held-out entries, the errors, and the start."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor
from typing_extensions import override

from tnlab.data.observed import Observed
from tnlab.fitting.entries.grouping import Entries
from tnlab.fitting.entries.sweep import EntrySweep
from tnlab.fitting.memory import require_entries
from tnlab.fitting.svd_start import starting_network
from tnlab.interrupt import checkpoint
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Init, Swept

SMALL = 2**24  # entries (128 MiB) up to which an SVD start forms the whole tensor, zeros for missing entries
# Bound, by the product of the core norms, on the sums of absolute terms in units of |X|. Above it the order of the sums
# can show in an error's 12th digit, so that the error is taken from the whole reconstruction,
LARGE_TERMS = 1e3
FORMED = 2**16, 32  # if that has at most so many entries, or so many per known one: else it takes longer than a sweep


@dataclass(frozen=True)
class AbstractCompletion(AbstractSolver):
    """Base class of completion: fit the known entries of a tensor, and measure the error over a held-out part of them.

    A whole tensor counts as fully known. A fit that ended by its held-out error can go on with all entries: pass its
    network as ``init`` with ``held_out=0``.

    Attributes:
        held_out: Fraction of the known entries that is measured instead of fitted, at least 0 and below 1.
        patience: Number of sweeps without a lower held-out error after which the fit ends.
    """

    held_out: float = 0.1
    patience: int = 15

    takes: ClassVar[Literal["tensor", "observed", "function"]] = "observed"

    def __post_init__(self) -> None:
        if not 0 <= self.held_out < 1 or self.patience < 1:
            raise ValueError(
                f"held_out must be at least 0 and below 1, and patience at least 1, but got {self.held_out=}, "
                f"{self.patience=}."
            )

    @override
    def sweeps(
        self, tensor: Tensor | Observed, structure: Structure, *, init: Init, generator: torch.Generator
    ) -> Iterator[Swept]:
        task = self.task(tensor, structure, generator)
        start = start_of(task.fitted, structure, init, generator)
        checkpoint()
        for point in task.course(start, partial(self.steps, warm=isinstance(init, Network))):
            compared = point.network is not start
            yield Swept(point.network, point.error, compared=compared, held_out_error=point.held_out_error)

    def task(self, data: Tensor | Observed, structure: Structure, generator: torch.Generator) -> "CompletionTask":
        """Return what is to be fitted, with a random part of it held out."""
        known = known_entries(data)
        require_entries(known.values, structure)
        checkpoint()
        fitted, held = self._split(known, generator)
        return CompletionTask(structure, known=known, fitted=fitted, held=held)

    @override
    def _patience(self) -> int | None:
        return self.patience

    def steps(self, sweep: EntrySweep, values: Any, wanted: Any, *, warm: bool) -> Iterator[Any]:
        """Improve ``sweep.cores`` step by step without end, and yield the network's values at the entries after each.

        Args:
            sweep: Holds the cores; a step replaces core tensors and does not write into them.
            values: The network's values at the fitted entries at the start, (entries,).
            wanted: The tensor's values at these entries, (entries,).
            warm: Whether the start is a network of an earlier fit.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no steps.")

    def _split(self, known: Observed, generator: torch.Generator) -> tuple[Observed, Observed | None]:
        if self.held_out == 0 or len(known.values) < 2:
            return known, None
        fitted, held = known.split(self.held_out, generator=generator)
        return (fitted, held) if all(_norm(on_solver(part.values)) for part in (fitted, held)) else (known, None)


@dataclass(frozen=True, eq=False)
class Point:
    """A network on the way, with its relative errors over the fitted and over the held-out entries."""

    network: Network
    error: float
    held_out_error: float | None

    @property
    def compared(self) -> float:
        """The error by which points are compared."""
        return self.error if self.held_out_error is None else self.held_out_error


class CompletionTask:
    """The entries that are fitted and those that are held out, for one structure.

    Args:
        structure: What is fitted.
        known: All known entries.
        fitted: Those that are fitted.
        held: Those that are held out; None if there are none.
    """

    def __init__(self, structure: Structure, *, known: Observed, fitted: Observed, held: Observed | None) -> None:
        self.structure, self.known, self.fitted = structure, known, fitted
        self._fit = _Sample(fitted, structure)
        self._test = None if held is None else _Sample(held, structure)

    def of_all(self) -> "CompletionTask":
        """Return the task that fits all known entries and holds none out."""
        return CompletionTask(self.structure, known=self.known, fitted=self.known, held=None)

    def course(self, start: Network, steps: Callable[[EntrySweep, Any, Any], Iterator[Any]]) -> Iterator[Point]:
        """Yield the start, then the network after every step of a method, without end.

        Args:
            start: Cores to start from.
            steps: ``AbstractCompletion.steps`` of the method, its ``warm`` given.
        """
        dtype = self.known.values.dtype
        sweep = EntrySweep(self._fit.entries, [on_solver(core) for core in start.cores])
        values = sweep.values()
        taken, network = steps(sweep, values, self._fit.values), start
        while True:
            yield self._point(network, values if dtype == torch.float64 else None)  # else rounded cores are shown
            values = next(taken)
            network = Network(self.structure, tuple(torch.as_tensor(core).to(dtype) for core in sweep.cores))

    def _point(self, network: Network, values: Any) -> Point:
        cores = [on_solver(core) for core in network.cores]
        whole = _reconstructed(network) if self._fit.may_cancel(cores) else None
        if values is None or whole is not None:
            values = self._fit.values_of(cores, whole)
        held_out = None if self._test is None else self._test.error(self._test.values_of(cores, whole))
        return Point(network, self._fit.error(values), held_out)


class _Sample:
    """Known entries grouped for the sweeps, with their values and the relative error over them."""

    def __init__(self, known: Observed, structure: Structure) -> None:
        self.entries = Entries(structure, known.indices)
        self.values = on_solver(known.values)
        self._known, self._norm = known, _norm(self.values)

    def may_cancel(self, cores: list[Any]) -> bool:
        """Return whether terms may be so large that their order shows in the error, in a tensor that is soon formed."""
        size, known = self._known.size, len(self.entries)
        if size > min(SMALL, max(FORMED[0], FORMED[1] * known)):
            return False
        return not math.prod(map(_norm, cores)) < LARGE_TERMS * self._norm * math.sqrt(size / known)

    def values_of(self, cores: list[Any], whole: Tensor | None) -> Any:
        """Return the values at the entries, from the cores or, where it is given, from the whole reconstruction."""
        if whole is None:
            return EntrySweep(self.entries, cores).values()
        return on_solver(whole.reshape(-1)[self._known.places])

    def error(self, values: Any) -> float:
        """Return the relative error, over the entries of the sample, of a network's values at them."""
        return _norm(values - self.values) / self._norm


def known_entries(data: Tensor | Observed) -> Observed:
    """Return the known entries of the data: all of a whole tensor."""
    if isinstance(data, Observed):
        return data
    return Observed.from_mask(data, torch.ones_like(data, dtype=torch.bool))


def start_of(known: Observed, structure: Structure, init: Init, generator: torch.Generator) -> Network:
    """Return the starting network, in the dtype and on the device of the values; an SVD start takes missing as zero."""
    values = known.values
    if init == "svd" and known.size <= SMALL:
        filled = torch.zeros(known.size, dtype=values.dtype, device=values.device)
        filled[known.places] = values
        return starting_network(filled.reshape(known.modes), structure, init, generator=generator)
    start = starting_network(values, structure, "random" if init == "svd" else init, generator=generator)
    if isinstance(init, Network):
        return start
    mean = float(values.to(torch.float64).square().mean())
    norm = (math.log2(mean) + math.log2(structure.size)) / 2  # its logarithm; a random network has norm 1
    return Network(structure, tuple(core * 2 ** (norm / len(start.cores)) for core in start.cores))


def _reconstructed(network: Network) -> Tensor:
    return network.to(torch.float64).to_tensor()


def on_solver(array: Tensor) -> Any:
    """Return a tensor in float64: a numpy array if it is on the CPU, else a torch tensor."""
    array = array.detach().to(torch.float64).contiguous()
    return array.numpy() if array.device.type == "cpu" else array


def _norm(values: Any) -> float:
    return math.sqrt(float((values * values).sum()))
