"""One background fit: the job, the state of its run, the report for the page, its cost limit and its starting cores."""

import time
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from torch import Tensor

from tnlab.data.intake import Unit
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
from tnlab.solvers.base import Init, Snapshot, Status
from tnlab_widgets.fitting.visited import Visited

MAX_SHOWN = 200  # errors of the curve that the page draws
MAX_FLOPS = 2e11  # of a sweep; some ten seconds
MAX_LARGEST = 2**26  # entries of the largest array in a sweep; half a gigabyte in float64

# States of a fit beside the names of ``Status``: before the first sweep, held by the user, random starts are compared,
# they have been compared, kept cores are shown as they were, and an error has ended the fit.
PREPARING, PAUSED, TRYING, TRIED, KEPT, FAILED = "PREPARING", "PAUSED", "TRYING", "TRIED", "KEPT", "FAILED"


@dataclass(frozen=True, eq=False)
class FitJob:
    """A request to fit one structure to one tensor.

    Attributes:
        generation: Number of the job; only the job of the highest number is current.
        tag: Number of the edit that it answers.
        tensor: The data, of shape ``structure.modes``.
        structure: The structure to fit.
        key: A value shared by isomorphic structures, from ``visit_key``.
        seed: Seed of its random numbers.
        init: ``"warm"`` to start from the last network, else ``"svd"``, ``"random"`` or a network, as for a solver.
        tries: Number of random starts to compare; 0 for one fit.
        fresh: Whether the tensor or the start is new, so that the page is shown the state before the first sweep.
        kept: The status of the network ``init``, which is shown as it is, without a sweep; empty for a fit.
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
    kept: str = ""


@dataclass(frozen=True, eq=False)
class RandomStart:
    """One of several random starts that are compared.

    Attributes:
        seed: Its seed.
        relative_error: The least that its fit has reached; a reading of the solver.
        network: The cores of that error; None where those of all starts would take too much memory.
        sweeps: Sweeps made from it so far.
        status: The status of its fit, a sentence.
    """

    seed: int
    relative_error: float
    network: Network | None
    sweeps: int
    status: str


@dataclass(frozen=True, eq=False)
class FitProgress:
    """An immutable report of a running or ended fit, all of it of one moment.

    Attributes:
        number: Number of the report; of two reports of a session the one of the higher number is newer.
        tag: Number of the edit that it belongs to.
        generation: Number of the job that it belongs to.
        running: Whether more sweeps will follow.
        paused: Whether the fit is paused.
        state: The state of the fit by name: that of a ``Status`` ("RUNNING", "CONVERGED", ...), or "PREPARING",
            "PAUSED", "TRYING" and "TRIED" (random starts), "KEPT" (cores shown as they were), "FAILED".
        status: The state of the fit in a sentence.
        sweep: Number of sweeps done.
        relative_error: That of ``network``: a reading of the solver while it runs, measured at the end; None before.
        seconds: Time from the begin of the fit to its end or to now, pauses left out.
        seed: Seed of the start that led to ``network``.
        errors: Relative error after each sweep, thinned to at most 200.
        network: The cores of the last sweep, at the end those of the least error; None before the first.
        failure: The error that ended the fit, as a sentence, or an empty text.
        visit: The ``id`` of the visit of this structure; 0 before its first sweep.
        starts: The random starts that are compared, in turn; none for another fit.
    """

    number: int
    tag: int
    generation: int
    running: bool
    paused: bool
    state: str
    status: str
    sweep: int
    relative_error: float | None
    seconds: float
    seed: int
    errors: tuple[float, ...]
    network: Network | None
    failure: str = ""
    visit: int = 0
    starts: tuple[RandomStart, ...] = ()


class FitRun:
    """The state of one job's fit: newest and best network, errors, status. Changed only under the fitter's lock."""

    def __init__(self, job: FitJob) -> None:
        self.job = job
        self.begun = time.perf_counter()
        self.held = 0.0  # seconds of pauses
        self._still: float | None = None  # since when its time is not counted
        self.seed = job.seed
        self.errors: list[float] = []
        self.network: Network | None = None
        self.relative_error: float | None = None
        self.best: tuple[float, Network] | None = None
        self.sweep = 0
        self.running = True
        self.state = ""  # that it ends in
        self.status = "Preparing the first sweep."
        self.failure = ""
        self.visit = 0
        self.starts: list[RandomStart] = []

    def take(self, snapshot: Snapshot) -> None:
        """Record a snapshot of the solver as the newest state, and its network as the best if its error is least."""
        self.sweep, self.network, self.relative_error = snapshot.sweep, snapshot.network, snapshot.relative_error
        if snapshot.sweep:
            self.errors.append(snapshot.relative_error)
        if self.best is None or snapshot.relative_error < self.best[0]:
            self.best = snapshot.relative_error, snapshot.network
        self.status = Status.RUNNING.value

    def start(self, snapshot: Snapshot, seed: int, *, held: bool) -> None:
        """Record a snapshot of the fit from the random start with a seed; its network only if it is to be ``held``."""
        before = self.starts.pop() if self.starts and self.starts[-1].seed == seed else None
        best = snapshot.network if held else None
        error = snapshot.relative_error
        if before is not None and before.relative_error < error:
            best, error = before.network, before.relative_error
        self.starts.append(RandomStart(seed, error, best, sweeps=snapshot.sweep, status=snapshot.status.value))

    def keep_time(self, moving: bool) -> None:
        """Count the time from now on (``moving``), or leave it out."""
        now = time.perf_counter()
        if moving and self._still is not None and self.running:
            self.held, self._still = self.held + now - self._still, None
        elif not moving and self._still is None:
            self._still = now

    @property
    def seconds(self) -> float:
        """Time from the begin of the fit to its end or to now, pauses left out."""
        until = time.perf_counter() if self._still is None else self._still
        return until - self.begun - self.held

    def lead(self, error: float, network: Network, errors: list[float], seed: int) -> None:
        """Record the best network of all starts so far, with its relative error, the errors by sweep and the seed."""
        self.best = error, network
        self.relative_error, self.network = self.best
        self.errors, self.seed = errors, seed

    @property
    def candidates(self) -> tuple[Network, ...]:
        """The networks that may be the best of the run: that of the least reported error and that of the last sweep."""
        best = self.best[1] if self.best is not None else None
        return tuple(network for network in (best, self.network) if network is not None)

    def finish(self, state: str, status: str, errors: Mapping[Network, float]) -> None:
        """End the run with the candidate of the least measured relative error, or none where ``errors`` is empty."""
        self.keep_time(False)
        self.running, self.state, self.status = False, state, status
        self.failure = status if state == FAILED else ""
        self.network = min((one for one in self.candidates if one in errors), key=errors.__getitem__, default=None)
        self.relative_error = errors[self.network] if self.network is not None else None

    def progress(self, job: FitJob, *, paused: bool, number: int = 0) -> FitProgress:
        """Return the state as a report for ``job``, which may have a newer tag, and other names and positions."""
        network = self.network
        if network is not None and network.structure is not job.structure:
            network = Network(job.structure, network.cores)
        state, status = self.state, self.status
        if self.running and paused:
            state, status = PAUSED, f"Paused after sweep {self.sweep}."
        elif self.running:
            state = PREPARING if not self.sweep else TRYING if job.tries else Status.RUNNING.name
        return FitProgress(
            number=number,
            tag=job.tag,
            generation=job.generation,
            running=self.running,
            paused=paused,
            state=state,
            status=status,
            sweep=self.sweep,
            relative_error=self.relative_error,
            seconds=self.seconds,
            seed=self.seed,
            errors=thinned(self.errors),
            network=network,
            failure=self.failure,
            visit=self.visit,
            starts=tuple(self.starts),
        )


def check_affordable(structure: Structure) -> None:
    """Refuse a structure whose sweep takes more than 2e11 flops or an array of more than 2^26 entries.

    Raises:
        StructureError: A sweep would need too much memory, or delay the next edit for too long.
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
    """Return at most ``most`` of the errors, evenly spaced, the first and the last among them."""
    if len(errors) <= most:
        return tuple(errors)
    return tuple(errors[round(k * (len(errors) - 1) / (most - 1))] for k in range(most))


def starting_point(job: FitJob, last: Network | None, visited: Visited) -> Init:
    """Return the start of a job: the best cores kept for its structure, else the last network adapted, else "svd".

    After an edit that has rewired the network, the adapted network competes with an SVD start; the lower error wins.

    Args:
        job: The job; an ``init`` other than "warm" is returned as it is.
        last: The newest network of the session; None before the first.
        visited: The structures fitted before, with their cores.
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
    unit = Unit(job.tensor)
    assert isinstance(unit.data, Tensor)
    fresh = unit.outward(svd_start(unit.data, job.structure, generator=generator))
    return min(carried, fresh, key=lambda start: relative_error(job.tensor, start.to_tensor()))


def rewired(old: Structure, new: Structure) -> bool:
    """Return whether an edit changed more than two bonds, or any such that a tree results (SVD fits trees well)."""
    changed = sum(((_wires(old) - _wires(new)) + (_wires(new) - _wires(old))).values())
    return changed > 2 or (changed > 0 and is_tree(new))


def _wires(structure: Structure) -> Counter[frozenset[str]]:
    return Counter(frozenset(map(structure.core_label, bond.cores)) for bond in structure.bonds)
