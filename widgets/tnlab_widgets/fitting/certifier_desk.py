"""The state that the thread of certificates shares with its owner: known spectra of cuts, and the bounds they prove."""

import threading
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from tnlab.bounds.cut_choice import network_cuts
from tnlab.bounds.cut_spectra import Cut, CutSpectra
from tnlab.bounds.error_bound import Certificate, error_bound, one_more_rank
from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.errors import TnlabError
from tnlab.network.structure import Structure

MAX_CUTS = (
    1023  # all cuts of eleven modes; of a tensor with more modes only the first, single modes and pairs among them
)
MAX_PLACED = 1_000_000  # placements of cores and bonds over all cuts; their cut ranks take some milliseconds

Batch = tuple[Cut, ...] | None
"""Cuts whose spectra are compared in one call of ``error_bound``; None stands for all cuts of the tensor."""


@dataclass(frozen=True, eq=False)
class Bound:
    """A lower bound on the relative error of every fit of a structure, from the cuts computed so far.

    Attributes:
        structure: The structure.
        certificate: The bound and the cut that proves it; its ``cuts`` counts the cuts compared.
        one_more: For each bond, the error bound with its rank raised by one.
        all_cuts: Number of cuts of the tensor.
        complete: Whether no further cuts will be computed.
        data: Number of the tensor that it holds for.
    """

    structure: Structure
    certificate: Certificate
    one_more: tuple[float, ...]
    all_cuts: int
    complete: bool
    data: int = 0


@dataclass(frozen=True, eq=False)
class Minimum:
    """A lower bound on the parameters of every structure that reaches a target error, as far as the search has come.

    Attributes:
        target: The relative error.
        found: The bound proved so far; None before the first one, or where the search has failed.
        running: Whether the search goes on, so that a higher bound may follow.
        data: Number of the tensor that it holds for.
        family: The family that it holds for.
    """

    target: float
    found: ParameterBound | None
    running: bool
    data: int = 0
    family: str = "any"


class CertifierDesk:
    """The tensor, structure, target error and spectra that a ``Certifier`` shares with its thread.

    The lock is held only to read or replace fields, never during a computation or a callback.

    Attributes:
        closed: Whether nothing more is to be computed.
        data: Number of the current tensor, raised with each new one.
        family: The family whose parameters are bounded.
        known: Cuts whose spectra count.
        batches: The known cuts, in the groups in which they were computed.
        complete: Whether no further cuts will be computed.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.closed = False
        self.data = 0
        self.tensor: Tensor | None = None
        self.spectra: CutSpectra | None = None
        self.structure: Structure | None = None
        self.target: float | None = None
        self.family = "any"
        self.known: frozenset[Cut] = frozenset()
        self.batches: tuple[Batch, ...] = ()
        self.complete = False

    def is_current(self, data: int) -> bool:
        """Return whether the tensor numbered ``data`` is still the current one and the desk is not closed."""
        return not self.closed and self.data == data

    def answer(self, structure: Structure) -> Bound | None:
        """Return the error bound of a structure from the known spectra; None until those of its own cuts are known."""
        with self.lock:
            spectra, known, batches, complete = self.spectra, self.known, self.batches, self.complete
            data = self.data
        if spectra is None or spectra.modes != structure.modes or not batches:
            return None
        first = network_cuts(structure)
        if not {spectra.side(cut) for cut in first} <= known:
            return None
        free = sum(len(core.legs) != 1 for core in structure.cores)
        placed = 2**free * (len(structure.cores) + len(structure.bonds))
        if placed * min(MAX_CUTS, cut_count(structure.order)) > MAX_PLACED:
            batches = (first[: MAX_PLACED // placed],)
        if not any(batch != () for batch in batches):
            return None
        try:
            return replace(_bound(spectra, structure, batches, complete), data=data)
        except TnlabError:  # too many latent cores: nothing is claimed
            return None


def _bound(spectra: CutSpectra, structure: Structure, batches: tuple[Batch, ...], complete: bool) -> Bound:
    """Return the largest error bound that a batch of cuts proves, and with it the bounds for one more rank per bond."""
    proofs = [error_bound(spectra, structure, cuts=batch) for batch in batches]
    best = max(proofs, key=lambda proof: proof.error_bound)
    more = np.max([one_more_rank(spectra, structure, cuts=batch) for batch in batches], axis=0)
    certificate = replace(best, cuts=sum(proof.cuts for proof in proofs))
    return Bound(
        structure=structure,
        certificate=certificate,
        one_more=tuple(more.tolist()),
        all_cuts=cut_count(structure.order),
        complete=complete,
    )


def cut_count(order: int) -> int:
    """Return the number of cuts of a tensor of an order: the splits of its modes into two nonempty parts."""
    return 2 ** (order - 1) - 1
