"""The desk that the certificates' worker shares with its owner: the cuts that are known, and what follows from them."""

import threading
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from tnlab.bounds.cut_spectra import Cut, CutSpectra
from tnlab.bounds.error_bound import Certificate, error_bound, network_cuts, one_more_rank
from tnlab.bounds.parameter_bound import ParameterBound
from tnlab.errors import TnlabError
from tnlab.network.structure import Structure

MAX_CUTS = 1023  # all cuts of eleven modes; of more modes only the first so many, single modes and pairs among them
MAX_PLACED = 1_000_000  # cores and bonds to place, over all cuts, that an answer within milliseconds can look at

Batch = tuple[Cut, ...] | None
"""Cuts that are looked at together; None for all."""


@dataclass(frozen=True, eq=False)
class Bound:
    """What no fit of a structure can beat, as far as it is known.

    Attributes:
        structure: The structure.
        certificate: The proof; ``cuts`` counts those that have been looked at.
        one_more: The error bound with one more rank on each bond.
        all_cuts: Number of cuts there are.
        complete: Whether no more cuts will follow.
    """

    structure: Structure
    certificate: Certificate
    one_more: tuple[float, ...]
    all_cuts: int
    complete: bool


@dataclass(frozen=True, eq=False)
class Minimum:
    """The fewest parameters for a target error, as far as they are known.

    Attributes:
        target: The relative error.
        found: What is proved so far; None before the first answer, or where there is none.
        running: Whether a better one may follow.
    """

    target: float
    found: ParameterBound | None
    running: bool


class CertifierDesk:
    """What the worker and its owner share. Its lock is held for moments only, and never while anything is called."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.closed = False
        self.data = 0
        self.tensor: Tensor | None = None
        self.spectra: CutSpectra | None = None
        self.structure: Structure | None = None
        self.target: float | None = None
        self.known: frozenset[Cut] = frozenset()
        self.batches: tuple[Batch, ...] = ()
        self.complete = False

    def is_current(self, data: int) -> bool:
        """Return whether nothing newer than this tensor is there."""
        return not self.closed and self.data == data

    def close(self) -> None:
        """End the worker."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def answer(self, structure: Structure) -> Bound | None:
        """Return the bound that follows from the spectra known so far; None where they are too few."""
        with self.changed:
            spectra, known, batches, complete = self.spectra, self.known, self.batches, self.complete
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
            return _bound(spectra, structure, batches, complete)
        except TnlabError:  # too many latent cores: nothing is claimed
            return None


def _bound(spectra: CutSpectra, structure: Structure, batches: tuple[Batch, ...], complete: bool) -> Bound:
    """Return the best of what the batches prove."""
    proofs = [error_bound(spectra, structure, cuts=batch) for batch in batches]
    best = max(proofs, key=lambda proof: proof.error_bound)
    more = np.max([one_more_rank(spectra, structure, cuts=batch) for batch in batches], axis=0)
    certificate = replace(best, cuts=sum(proof.cuts for proof in proofs))
    return Bound(structure, certificate, tuple(more.tolist()), cut_count(structure.order), complete)


def cut_count(order: int) -> int:
    """Return how many cuts a tensor has."""
    return 2 ** (order - 1) - 1
