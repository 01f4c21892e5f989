"""Certificates in the background while a person edits: plain Python, without Jupyter.

One worker thread computes the spectra of the tensor's cuts, those of the drawn network first. Once they are known,
the bound of another structure is answered at once in the caller's thread; before that, by the worker, and it rises
with every batch of cuts. What is left of the worker's time goes to the fewest parameters for the target error.
"""

import math
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from torch import Tensor

from tnlab.bounds.error_bound import Certificate, error_bound, network_cuts, one_more_rank
from tnlab.bounds.parameter_bound import ParameterBound, parameter_bound
from tnlab.bounds.spectra import Cut, CutSpectra
from tnlab.errors import TnlabError
from tnlab.network.structure import Structure
from tnlab_widgets._base import sentence

try:
    from threadpoolctl import ThreadpoolController
except ImportError:  # slower without it, not wrong
    ThreadpoolController = None

MAX_CUTS = 1023  # all cuts of eleven modes; of more modes only the first so many, single modes and pairs among them
MAX_PLACED = 1_000_000  # cores and bonds to place, over all cuts, that an answer within milliseconds can look at
MAX_SECONDS = 60.0  # of spectra, after those of the network drawn
REPORT_EVERY = 0.25
MAX_ORDER = 11  # up to which the fewest parameters are looked for
TRIES = (0.3, 1.0, 3.0)  # seconds; between them a newer target gets its turn

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


class _Desk:
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
        placed = 2 ** sum(len(core.legs) != 1 for core in structure.cores) * (len(structure.cores) + len(structure.bonds))
        if placed * min(MAX_CUTS, _count(structure.order)) > MAX_PLACED:
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
    return Bound(structure, certificate, tuple(more.tolist()), _count(structure.order), complete)


def _count(order: int) -> int:
    """Return how many cuts a tensor has."""
    return 2 ** (order - 1) - 1


class _Worker:
    """Computes what is missing until the desk is closed. It knows its owner only through weak references."""

    def __init__(self, desk: _Desk, tell_bound: Callable[[], object], tell_minimum: Callable[[], object]) -> None:
        self.desk = desk
        self.tell_bound, self.tell_minimum = tell_bound, tell_minimum
        self.minima: dict[tuple[int, float], ParameterBound | None] = {}  # by tensor and target
        self.failed = -1  # the tensor whose spectra could not be computed
        self.seen: Structure | None = None

    def __call__(self) -> None:
        one_thread = ThreadpoolController().limit(limits=1) if ThreadpoolController else nullcontext()
        with one_thread:
            while (step := self._next()) is not None:
                data = self.desk.data
                try:
                    step()
                except Exception as error:  # noqa: BLE001 - the worker must live on
                    sentence(error)
                    self.failed = data

    def _next(self) -> Callable[[], None] | None:
        """Wait for something to do and return it; None when the desk is closed."""
        with self.desk.changed:
            while not self.desk.closed:
                step = self._step()
                if step is not None:
                    return step
                self.desk.changed.wait()
        return None

    def _step(self) -> Callable[[], None] | None:
        desk = self.desk
        if desk.tensor is None or desk.structure is None or self.failed == desk.data:
            return None
        if desk.spectra is None:
            return self._open
        if desk.spectra.modes != desk.structure.modes or len(desk.spectra.modes) < 2:
            return None
        if not self._missing(desk.structure) <= desk.known:
            return self._network
        if not desk.complete:
            return self._rest
        return self._minimum if self.searches(desk.target) and (desk.data, desk.target) not in self.minima else None

    def searches(self, target: float | None) -> bool:
        """Return whether the fewest parameters for a target can be looked for at all."""
        tensor = self.desk.tensor
        return tensor is not None and target is not None and 2 <= tensor.ndim <= MAX_ORDER and 0 < target < 1

    def _missing(self, structure: Structure) -> frozenset[Cut]:
        spectra = self.desk.spectra
        assert spectra is not None
        return frozenset(spectra.side(cut) for cut in network_cuts(structure))

    def _open(self) -> None:
        """Look whether the spectra are on disk."""
        data, tensor = self.desk.data, self.desk.tensor
        assert tensor is not None
        if not bool(tensor.any()):  # relative to nothing there are no errors
            self.failed = data
            return
        spectra = CutSpectra(tensor, cache=cache_folder())
        with self.desk.changed:
            if self.desk.is_current(data):
                self.desk.spectra = spectra
                stored = spectra.known
                self.desk.known = frozenset(stored)
                self.desk.batches = (stored,) if stored else ()

    def _network(self) -> None:
        """Compute the cuts of the network that is drawn."""
        structure = self.desk.structure
        assert structure is not None
        self._fill(network_cuts(structure), math.inf)
        self._report()

    def _rest(self) -> None:
        """Compute the other cuts; leave off when a network with new cuts is drawn."""
        spectra = self.desk.spectra
        assert spectra is not None
        ended = self._fill(islice(spectra.cuts(), MAX_CUTS), MAX_SECONDS)
        with self.desk.changed:
            if not ended or self.desk.spectra is not spectra:
                return
            self.desk.complete = True
            every = len(self.desk.known) == _count(spectra.order)
            self.desk.batches = (None,) if every else (tuple(self.desk.known),)
        self._report()

    def _fill(self, cuts: Iterable[Cut], seconds: float) -> bool:
        """Compute cuts and report now and then; return whether all of them, or as many as the time allows, are there."""
        desk, data, spectra = self.desk, self.desk.data, self.desk.spectra
        assert spectra is not None
        begun = last = time.monotonic()
        ended = True
        try:
            for _ in spectra.fill(cuts):
                time.sleep(0)  # whoever handles an edit needs the interpreter more
                now = time.monotonic()
                if not desk.is_current(data):
                    return False
                if now - last > REPORT_EVERY:
                    self._add(spectra)
                    self._report()
                    last = now
                if now - begun > seconds:
                    break
                if self._another_network():
                    ended = False
                    break
        except OSError:  # the spectra are there, only their copy on disk is not
            pass
        self._add(spectra)
        return ended

    def _another_network(self) -> bool:
        """Return whether a network has been drawn meanwhile some of whose cuts are not there yet."""
        structure, spectra = self.desk.structure, self.desk.spectra
        if structure is None or spectra is None or structure is self.seen:
            return False
        self.seen = structure
        return spectra.modes == structure.modes and not self._missing(structure) <= set(spectra.known)

    def _add(self, spectra: CutSpectra) -> None:
        """Let the cuts computed since the last time count."""
        with self.desk.changed:
            batch = tuple(cut for cut in spectra.known if cut not in self.desk.known)
            if batch and self.desk.spectra is spectra:
                self.desk.known |= frozenset(batch)
                self.desk.batches += (batch,)

    def _report(self) -> None:
        """Tell the bound of the newest structure."""
        structure, tell = self.desk.structure, self.tell_bound()
        bound = None if structure is None else self.desk.answer(structure)
        if bound is not None and callable(tell) and not self.desk.closed:
            tell(bound)

    def _minimum(self) -> None:
        """Look for the fewest parameters for the target, a little longer with every try."""
        desk, data, spectra, target = self.desk, self.desk.data, self.desk.spectra, self.desk.target
        assert spectra is not None
        assert target is not None
        self._announce(Minimum(target, None, True))
        for seconds in TRIES:
            try:
                found = parameter_bound(spectra, target, family="any", max_seconds=seconds)
            except Exception as error:  # noqa: BLE001 - nothing is claimed then
                if not isinstance(error, TnlabError):
                    sentence(error)
                self.minima[data, target] = None
                self._announce(Minimum(target, None, False))
                return
            if not desk.is_current(data) or desk.target != target:
                return
            running = not found.proved and seconds != TRIES[-1]
            if not running:
                self.minima[data, target] = found
            self._announce(Minimum(target, found, running))
            if not running:
                return

    def known_minimum(self, target: float) -> tuple[ParameterBound | None, bool]:
        """Return what was found for this target before, and whether the search has ended."""
        key = self.desk.data, target
        return self.minima.get(key), key in self.minima

    def _announce(self, minimum: Minimum) -> None:
        tell = self.tell_minimum()
        if callable(tell) and not self.desk.closed:
            tell(minimum)


class Certifier:
    """Bounds of whatever is drawn over the current tensor.

    Args:
        tell_bound: Called from the worker with a ``Bound`` of the newest structure. A bound method is held weakly.
        tell_minimum: Called from the worker with a ``Minimum`` for the newest target. A bound method is held weakly.

    Example:
        >>> certifier = Certifier(print, print)
        >>> certifier.load(tensor); certifier.ask(structure); certifier.aim(0.1)
    """

    def __init__(self, tell_bound: Callable[[Bound], None], tell_minimum: Callable[[Minimum], None]) -> None:
        self._desk = _Desk()
        self._worker = _Worker(self._desk, _weakly(tell_bound), _weakly(tell_minimum))
        self._thread: threading.Thread | None = None
        self._end = weakref.finalize(self, _Desk.close, self._desk)

    @property
    def is_alive(self) -> bool:
        """Whether the worker thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def load(self, tensor: Tensor) -> None:
        """Take another tensor; what was known of the one before is forgotten."""
        with self._desk.changed:
            self._desk.data += 1
            self._desk.tensor = tensor
            self._desk.spectra = self._desk.structure = None
            self._desk.known, self._desk.batches, self._desk.complete = frozenset(), (), False
            self._desk.changed.notify_all()

    def ask(self, structure: Structure) -> Bound | None:
        """Return the bound of a structure if its cuts are known; otherwise the worker tells it later."""
        with self._desk.changed:
            self._desk.structure = structure
            self._desk.changed.notify_all()
            if self._thread is None and not self._desk.closed:
                self._thread = threading.Thread(target=self._worker, name="tnlab-certificates", daemon=True)
                self._thread.start()
        return self._desk.answer(structure)

    def aim(self, target: float) -> Minimum:
        """Take another target error; return what is known of it, the rest is told later."""
        found, ended = self._worker.known_minimum(target)
        with self._desk.changed:
            self._desk.target = target
            self._desk.changed.notify_all()
        return Minimum(target, found, not ended and self._worker.searches(target))

    def close(self, timeout: float = 0.5) -> None:
        """End the worker and wait until it is gone, or at most so long for the step it is at."""
        self._end()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)


def cache_folder() -> Path | None:
    """Return where spectra are kept: the user's cache folder, or what TNLAB_CACHE says; None where that is "off"."""
    chosen = os.environ.get("TNLAB_CACHE", "")
    if chosen.lower() == "off":
        return None
    home = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return (Path(chosen).expanduser() if chosen else home / "tnlab") / "spectra"


def _weakly(function: Callable[..., None]) -> Callable[[], object]:
    return weakref.WeakMethod(function) if hasattr(function, "__self__") else lambda: function
