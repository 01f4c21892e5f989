"""Certificates computed in a background thread while the user edits a network; independent of Jupyter.

A thread computes the singular values of the tensor's cuts, those of the drawn network first. Once they are known, the
error bound of another structure is computed at once in the caller's thread; before that, the thread reports it, and it
rises with every batch of cuts. After that, the thread bounds the parameters for the target error, and ends.
"""

import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from weakref import WeakValueDictionary, finalize

from torch import Tensor

from tnlab.bounds.cut_choice import network_cuts
from tnlab.bounds.cut_spectra import Cut, CutSpectra
from tnlab.bounds.parameter_bound import ParameterBound, parameter_bound
from tnlab.data.tensor_hash import tensor_hash
from tnlab.errors import TnlabError
from tnlab.network.structure import Structure
from tnlab_widgets.base.callbacks import Callback
from tnlab_widgets.base.sentences import sentence
from tnlab_widgets.base.worker import Worker
from tnlab_widgets.fitting.certifier_desk import MAX_CUTS, Bound, CertifierDesk, Minimum, cut_count

MAX_SECONDS = 60.0  # for the spectra of all cuts, after those of the network drawn
REPORT_EVERY = 0.25  # seconds between two bounds while spectra are computed
MAX_ORDER = 11  # largest order for which the fewest parameters are bounded: all its cuts are computed
TRIES = (0.3, 1.0, 3.0)  # seconds of successive searches for the fewest parameters; a newer target comes in between

_spectra: "WeakValueDictionary[tuple[object, ...], CutSpectra]" = (
    WeakValueDictionary()
)  # of equal tensors, while in use
_turn = threading.Lock()  # of the threads that add cuts to these spectra; held for one cut


class _Prover:
    """Computes the next missing step for the newest structure and target, as long as there is one.

    It holds its owner only through weak callbacks, so that a forgotten owner ends the work.
    """

    def __init__(
        self, desk: CertifierDesk, tell_bound: Callable[[Bound], None], tell_minimum: Callable[[Minimum], None]
    ) -> None:
        self.desk = desk
        self.worker = Worker(self._step, "tnlab-certificates")
        self.tell_bound, self.tell_minimum = Callback(tell_bound), Callback(tell_minimum)
        self.minima: dict[tuple[int, float, str], ParameterBound | None] = {}  # by tensor, target and family
        self.failed = -1  # the tensor whose spectra could not be computed
        self.seen: Structure | None = None

    def close(self, timeout: float = 0.0) -> None:
        """End the thread after the cut that is being computed, for which up to ``timeout`` seconds are waited."""
        self.desk.closed = True
        self.worker.close(timeout)

    def _step(self) -> float | None:
        with self.desk.lock:
            data, step = self.desk.data, None if self.desk.closed else self._next()
        if step is None:
            return None
        try:
            step()
        except Exception as error:  # noqa: BLE001 - logged; the next tensor is waited for
            sentence(error)
            self.failed = data
        return 0.0

    def _next(self) -> Callable[[], None] | None:
        """Return the method that computes what is missing; None where nothing is."""
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
        if not self.searches(desk.target) or (desk.data, desk.target, desk.family) in self.minima:
            return None
        return self._minimum

    def searches(self, target: float | None) -> bool:
        """Return whether the fewest parameters for a target are searched: the order is 2 to 11 and 0 < target < 1."""
        tensor = self.desk.tensor
        return tensor is not None and target is not None and 2 <= tensor.ndim <= MAX_ORDER and 0 < target < 1

    def _missing(self, structure: Structure) -> frozenset[Cut]:
        spectra = self.desk.spectra
        assert spectra is not None
        return frozenset(spectra.side(cut) for cut in network_cuts(structure))

    def _open(self) -> None:
        """Create the spectra of a new tensor, and load those that an earlier session stored on disk."""
        data, tensor = self.desk.data, self.desk.tensor
        assert tensor is not None
        if not bool(tensor.any()):  # a zero tensor has no relative error
            self.failed = data
            return
        folder = cache_folder()
        key = folder, tensor_hash(tensor), tensor.dtype, tuple(tensor.shape)
        spectra = _spectra.get(key) or _spectra.setdefault(key, CutSpectra(tensor, cache=folder))
        with self.desk.lock:
            if self.desk.is_current(data):
                self.desk.spectra = spectra
                stored = spectra.known
                self.desk.known = frozenset(stored)
                self.desk.batches = (stored,) if stored else ()

    def _network(self) -> None:
        """Compute the spectra of the cuts of the drawn network, and report its error bound."""
        structure = self.desk.structure
        assert structure is not None
        self._fill(network_cuts(structure), math.inf)
        self._report()

    def _rest(self) -> None:
        """Compute the spectra of the other cuts up to a minute; break off when a network with new cuts is drawn."""
        spectra = self.desk.spectra
        assert spectra is not None
        ended = self._fill(islice(spectra.cuts(), MAX_CUTS), MAX_SECONDS)
        with self.desk.lock:
            if not ended or self.desk.spectra is not spectra:
                return
            self.desk.complete = True
            every = len(self.desk.known) == cut_count(spectra.order)
            self.desk.batches = (None,) if every else (tuple(self.desk.known),)
        self._report()

    def _fill(self, cuts: Iterable[Cut], seconds: float) -> bool:
        """Compute the spectra of cuts for some seconds, reporting bounds; return False when newer work broke it off."""
        desk, data, spectra = self.desk, self.desk.data, self.desk.spectra
        assert spectra is not None
        begun = last = time.monotonic()
        ended = True
        for _ in _in_turn(spectra.fill(cuts)):
            time.sleep(0)  # a thread that handles an edit takes the interpreter first
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
        self._add(spectra)
        return ended

    def _another_network(self) -> bool:
        """Return whether another network has been drawn meanwhile that has cuts without a spectrum."""
        structure, spectra = self.desk.structure, self.desk.spectra
        if structure is None or spectra is None or structure is self.seen:
            return False
        self.seen = structure
        return spectra.modes == structure.modes and not self._missing(structure) <= set(spectra.known)

    def _add(self, spectra: CutSpectra) -> None:
        """Add the cuts computed since the last call to the known ones, as a new batch."""
        with self.desk.lock:
            batch = tuple(cut for cut in spectra.known if cut not in self.desk.known)
            if batch and self.desk.spectra is spectra:
                self.desk.known |= frozenset(batch)
                self.desk.batches += (batch,)

    def _report(self) -> None:
        """Report the error bound of the newest structure to the owner."""
        structure = self.desk.structure
        bound = None if structure is None else self.desk.answer(structure)
        if bound is not None and not self.desk.closed:
            self.tell_bound(bound)

    def _minimum(self) -> None:
        """Bound the parameters for the target error from below, in three ever longer searches; report each result."""
        desk, data, spectra = self.desk, self.desk.data, self.desk.spectra
        target, family = desk.target, desk.family
        assert spectra is not None
        assert target is not None
        self._announce(Minimum(target, None, running=True, data=data, family=family))
        for seconds in TRIES:
            try:
                found = parameter_bound(spectra, target, family=family, max_seconds=seconds)
            except Exception as error:  # noqa: BLE001 - then no bound is reported
                if not isinstance(error, TnlabError):
                    sentence(error)
                self.minima[data, target, family] = None
                self._announce(Minimum(target, None, running=False, data=data, family=family))
                return
            if not desk.is_current(data) or (desk.target, desk.family) != (target, family):
                return
            running = not found.proved and seconds != TRIES[-1]
            if not running:
                self.minima[data, target, family] = found
            self._announce(Minimum(target, found, running=running, data=data, family=family))
            if not running:
                return

    def known_minimum(self, target: float, family: str) -> tuple[ParameterBound | None, bool]:
        """Return the stored parameter bound of a family for a target error, and whether its search has ended."""
        key = self.desk.data, target, family
        return self.minima.get(key), key in self.minima

    def _announce(self, minimum: Minimum) -> None:
        if not self.desk.closed:
            self.tell_minimum(minimum)


class Certifier:
    """Computes lower bounds of the error of the newest structure, and of the parameters at the newest target error.

    Args:
        tell_bound: Called from the thread with a ``Bound`` of the newest structure. A method is held weakly.
        tell_minimum: Called from the thread with a ``Minimum`` at the newest target error. A method is held
            weakly.

    Example:
        >>> certifier = Certifier(print, print)
        >>> certifier.load(tensor); certifier.ask(structure); certifier.aim(0.1)
    """

    def __init__(self, tell_bound: Callable[[Bound], None], tell_minimum: Callable[[Minimum], None]) -> None:
        self._desk = CertifierDesk()
        self._prover = _Prover(self._desk, tell_bound, tell_minimum)
        finalize(self, self._prover.close)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs: it does while there is something to compute, and some seconds longer."""
        return self._prover.worker.is_alive

    def load(self, tensor: Tensor) -> None:
        """Replace the tensor, and drop the spectra and the structure of the former one."""
        with self._desk.lock:
            self._desk.data += 1
            self._desk.tensor = tensor
            self._desk.spectra = self._desk.structure = None
            self._desk.known, self._desk.batches, self._desk.complete = frozenset(), (), False

    def ask(self, structure: Structure) -> Bound | None:
        """Return the error bound of a structure; None where its cuts are not known yet, and ``tell_bound`` follows."""
        self._desk.structure = structure
        self._prover.worker.wake()
        return self._desk.answer(structure)

    @property
    def data(self) -> int:
        """Number of the tensor loaded last; a bound of another number holds for a former one."""
        return self._desk.data

    def aim(self, target: float, family: str = "any") -> Minimum:
        """Replace target error and family; return the parameter bound known; ``tell_minimum`` reports better ones."""
        found, ended = self._prover.known_minimum(target, family)
        with self._desk.lock:
            self._desk.target, self._desk.family = target, family
        self._prover.worker.wake()
        running = not ended and self._prover.searches(target)
        return Minimum(target, found, running=running, data=self._desk.data, family=family)

    def close(self, timeout: float = 0.5) -> None:
        """End the thread, and wait up to ``timeout`` seconds for the step that it is computing."""
        self._prover.close(timeout)


def _in_turn(steps: Iterator[Cut]) -> Iterator[Cut]:
    """Yield the items of an iterator, each computed while no other thread computes one."""
    while True:
        with _turn:
            step = next(steps, None)
        if step is None:
            return
        yield step


def cache_folder() -> Path | None:
    """Return the folder of stored spectra: in TNLAB_CACHE, else in the user's cache folder; None if that is "off"."""
    chosen = os.environ.get("TNLAB_CACHE", "")
    if chosen.lower() == "off":
        return None
    home = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return (Path(chosen).expanduser() if chosen else home / "tnlab") / "spectra"
