"""One fit in the background: what is asked for, how far it is, and where it starts."""

import time
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from torch import Tensor

from tnlab.errors import StructureError, TnlabError
from tnlab.fitting.svd_start import svd_start
from tnlab.fitting.sweep.plan import plan_sweep
from tnlab.fitting.warm_start import warm_start
from tnlab.metrics import relative_error
from tnlab.network.contraction import contraction_cost
from tnlab.network.graph import is_tree
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.seeding import as_generator
from tnlab.solvers.base import Init, Snapshot
from tnlab_widgets.fitting.visited import Visited

MAX_SHOWN = 200
MAX_FLOPS = 2e11  # some ten seconds a sweep
MAX_LARGEST = 2**26  # entries; half a gigabyte


@dataclass(frozen=True, eq=False)
class FitJob:
    """What a person wants fitted.

    Attributes:
        generation: Grows with every job; an older one is out of date.
        tag: The edit it answers.
        tensor: The data.
        structure: What to fit to it.
        key: The structure up to names, places and numbering.
        seed: Where its random numbers start.
        init: ``"warm"`` to go on from the last network, else as a solver takes it.
        tries: Number of random starts to compare; 0 for an ordinary fit.
        fresh: Whether nothing about this tensor or start has been shown yet, so that the start itself is worth showing.
    """

    generation: int
    tag: int
    tensor: Tensor
    structure: Structure
    key: Hashable
    seed: int
    init: Init = "warm"
    tries: int = 0
    fresh: bool = False


@dataclass(frozen=True, eq=False)
class FitProgress:
    """How a fit stands; nothing in it changes later.

    Attributes:
        tag: The edit it belongs to.
        generation: The job it belongs to.
        running: Whether more sweeps will follow.
        paused: Whether they wait.
        status: That in a sentence.
        sweep: Sweeps done.
        relative_error: Of ``network``; None before there is one.
        seconds: Time spent sweeping.
        seed: Seed of the start that led here.
        errors: Relative error after each sweep, thinned to at most 200.
        network: The cores.
        failure: What went wrong, in a sentence, or nothing.
        visit: What the visited structures call this one; 0 before its first sweep.
    """

    tag: int
    generation: int
    running: bool
    paused: bool
    status: str
    sweep: int
    relative_error: float | None
    seconds: float
    seed: int
    errors: tuple[float, ...]
    network: Network | None
    failure: str = ""
    visit: int = 0


class FitRun:
    """How far the worker is with one job; changed by the worker only, while the desk is locked."""

    def __init__(self, job: FitJob) -> None:
        self.job = job
        self.begun = time.perf_counter()
        self.idle = 0.0
        self.seed = job.seed
        self.errors: list[float] = []
        self.network: Network | None = None
        self.relative_error: float | None = None
        self.best: tuple[float, Network] | None = None
        self.sweep = 0
        self.running = True
        self.status = "Preparing the first sweep."
        self.failure = ""
        self.visit = 0

    def take(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        self.sweep, self.network, self.relative_error = snapshot.sweep, snapshot.network, snapshot.relative_error
        if snapshot.sweep:
            self.errors.append(snapshot.relative_error)
        if self.best is None or snapshot.relative_error < self.best[0]:
            self.best = snapshot.relative_error, snapshot.network
        self.status = snapshot.status.value

    def lead(self, error: float, network: Network, errors: list[float], seed: int) -> None:
        """Show the best of several starts."""
        self.best = error, network
        self.relative_error, self.network = self.best
        self.errors, self.seed = errors, seed

    @property
    def candidates(self) -> tuple[Network, ...]:
        """The networks that may be the best of the run: that of the least error so far, and that of the last sweep."""
        best = self.best[1] if self.best is not None else None
        return tuple(network for network in (best, self.network) if network is not None)

    def finish(self, status: str, errors: Mapping[Network, float]) -> None:
        """End the run with the candidate that has the least of the measured relative errors."""
        self.running, self.status = False, status
        self.network = min((one for one in self.candidates if one in errors), key=errors.__getitem__, default=None)
        self.relative_error = errors[self.network] if self.network is not None else None

    def progress(self, job: FitJob, *, paused: bool) -> FitProgress:
        """Return what to show; ``job`` is the desk's own, whose tag may have changed meanwhile."""
        network = self.network
        if network is not None and network.structure is not job.structure:
            network = Network(job.structure, network.cores)
        status = f"Paused after sweep {self.sweep}." if paused and self.running else self.status
        seconds = time.perf_counter() - self.begun - self.idle
        return FitProgress(
            job.tag, job.generation, self.running, paused, status, self.sweep, self.relative_error, seconds,
            self.seed, thinned(self.errors), network, self.failure, self.visit,
        )  # fmt: skip


def check_affordable(structure: Structure) -> None:
    """Refuse a structure whose sweep would keep the worker, and so the next edit, for too long.

    Raises:
        StructureError: A sweep would need too much memory or time.
    """
    plan = plan_sweep(structure)
    flops = max(plan.flops, contraction_cost(structure))
    if plan.largest > MAX_LARGEST:
        needs = f"an array of {plan.largest:,} entries (at most {MAX_LARGEST:,})"
    elif flops > MAX_FLOPS:
        needs = f"{flops / 1e9:,.0f} Gflop (at most {MAX_FLOPS / 1e9:,.0f})"
    else:
        return
    raise StructureError(
        f"This structure is not fitted here: a sweep would need {needs}. Lower some ranks or remove bonds."
    )


def thinned(errors: list[float], most: int = MAX_SHOWN) -> tuple[float, ...]:
    """Return at most so many of the errors, evenly, the first and the last among them."""
    if len(errors) <= most:
        return tuple(errors)
    return tuple(errors[round(k * (len(errors) - 1) / (most - 1))] for k in range(most))


def starting_point(job: FitJob, last: Network | None, visited: Visited) -> Init:
    """Return where to start: the best known cores of this structure, else the last network carried over, else SVD.

    Where an edit has rewired the network, what is carried over may be worth little: the better of both is taken.
    """
    if job.init != "warm":
        return job.init
    known = visited.best(job.key)
    if known is not None and known.network is not None and known.structure == job.structure:
        return Network(job.structure, known.network.cores)
    if last is None or last.structure.modes != job.structure.modes:
        return "svd"
    generator = as_generator(job.seed)
    try:
        carried = warm_start(last, job.structure, generator=generator)
    except (TnlabError, ValueError):
        return "svd"
    if not rewired(last.structure, job.structure):
        return carried
    fresh = svd_start(job.tensor, job.structure, generator=generator)
    return min(carried, fresh, key=lambda start: relative_error(job.tensor, start.to_tensor()))


def rewired(old: Structure, new: Structure) -> bool:
    """Return whether more than a bond or two came or went, or a tree came about, for which SVD is nearly the best."""
    changed = sum(((_wires(old) - _wires(new)) + (_wires(new) - _wires(old))).values())
    return changed > 2 or (changed > 0 and is_tree(new))


def _wires(structure: Structure) -> Counter[frozenset[str]]:
    return Counter(frozenset(map(structure.core_label, bond.cores)) for bond in structure.bonds)
