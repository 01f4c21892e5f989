"""Ranks of a structure with loops or hyper-bonds for a target error: few parameters, by one rule.

Candidates come from closed forms of the trees and from the formats that the structure contains, from growing ranks,
and from equal ranks on all bonds; then the ranks of the best are lowered bond by bond while sweeps still reach the
target. A candidate counts only if its measured error is within the target, and the one with fewest parameters is kept.

Work is limited by operations, so that results are the same on every machine: a fit by sweeps ends when they have taken
``WORK`` operations, and ranks of which a sweep takes a twentieth of that are not tried. So a large tensor costs some
closed forms and a few seconds of sweeps.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import torch
from torch import Tensor

from tnlab.data.intake import Unit
from tnlab.errors import DataError, StructureError
from tnlab.fitting.sweep.plan import sweep_flops
from tnlab.fitting.warm_start import warm_start
from tnlab.interrupt import Interrupted, Limit, checkpoint, limited
from tnlab.network.edits import clip_ranks, set_rank, set_ranks
from tnlab.network.graph import has_loops, is_ring, is_tree
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.seeding import as_generator
from tnlab.solvers.base import AbstractSolver
from tnlab.solvers.contained import Contained, contained_formats, contained_trees
from tnlab.solvers.fit import Fit, fit
from tnlab.solvers.settings import Start, Stop
from tnlab.solvers.snapshot import Snapshot, Status

TRIM_SWEEPS = 60  # most sweeps after ranks were lowered: the start is near, so that few are needed
PACE = 4  # sweeps over which the decrease of the error is read that tells whether a fit can reach the target
WORK = 1e10  # floating-point operations of the sweeps of one fit: about a second; photographs of 16^4 need half of it
HEAVY = WORK / 20  # operations of one sweep, above which few sweeps could be made: then only what is found counts


def least_ranks(
    X: Tensor,
    structure: Structure,
    *,
    start: Start,
    stop: Stop,
    even: Callable[[int], Structure] | None = None,
    callback: Callable[[Snapshot], object] | None = None,
) -> Fit:
    """Fit a structure at few parameters within a target error; it is not worse than what it contains.

    The result has no more parameters than the best of these that reach the target: the formats and some of the trees
    that the structure contains, the structure with ranks grown one by one, and with equal ranks on all bonds. Then the
    ranks of the best are lowered bond by bond.

    Args:
        X: The whole tensor.
        structure: The topology; its ranks do not matter.
        start: How the fits start.
        stop: When each of them stops; ``target_error`` is set, and ``max_seconds`` and ``cancel`` count for all
            together. Then the best result so far is returned.
        even: Returns the structure of equal ranks, given one; by default all bonds have this rank.
        callback: Called with every snapshot of every fit; a true return value stops as ``cancel`` does.

    Raises:
        DataError: The tensor cannot be fitted.
        StructureError: ``init`` is a network of another structure.
    """
    assert stop.target_error is not None
    asked, unit = threading.Event(), Unit(X)
    limit = stop.limit() if callback is None else Limit(cancel=asked.is_set).within(stop.limit())

    def tell(snapshot: Snapshot) -> bool:
        if callback is not None and callback(replace(snapshot, network=unit.outward(snapshot.network))):
            asked.set()
        return asked.is_set()

    if not isinstance(start.seed, int):  # every fit starts from the same one
        start = replace(start, seed=int(torch.randint(2**62, (), generator=as_generator(start.seed))))
    ones = set_ranks(structure, (1,) * len(structure.bonds))
    given, start = start.init, replace(start, init="svd" if isinstance(start.init, Network) else start.init)
    assert isinstance(unit.data, Tensor)
    search = _LeastRanks(
        X=unit.data,
        start=start,
        stop=replace(stop, max_seconds=None, cancel=None),
        tell=tell,
        whole=ones,
        even=even or partial(even_ranks, ones),
    )
    begun, status = time.perf_counter(), Status.REACHED
    with limited(limit):
        try:
            if isinstance(given, Network):
                search.go_on(unit.inward(given))
            best = search.of(ones)
            status = Status.EXACT if best is not None and best.status is Status.EXACT else status
        except Interrupted:
            best, status = search.so_far(ones), Status.STOPPED
        if best is None:
            best = search.nearest or fit(unit.data, ones, start=start, stop=search.stop)
            status = status if status is Status.STOPPED else best.status
    seconds = time.perf_counter() - begun
    return replace(best, network=unit.outward(best.network), status=status, sweeps=search.sweeps, seconds=seconds)


@dataclass(eq=False)
class _LeastRanks:
    """The fits of one tensor to one target, and the best of them by structure.

    Attributes:
        X: The tensor.
        start: How fits start.
        stop: When each fit stops.
        tell: Called with every snapshot; a true return value ends the fit.
        whole: The structure that was asked for, with ranks 1.
        even: Returns that structure with equal ranks.
        found: By structure with ranks 1, the best fit that reaches the target.
        done: Structures that are searched through.
        stack: The contained structures that are being searched, each inside the one before.
        nearest: Of the fits of the whole structure that do not reach the target, the one of least error.
        sweeps: Number of sweeps of all fits.
    """

    X: Tensor
    start: Start
    stop: Stop
    tell: Callable[[Snapshot], bool]
    whole: Structure
    even: Callable[[int], Structure]
    found: dict[Structure, Fit] = field(default_factory=dict)
    done: set[Structure] = field(default_factory=set)
    stack: list[Contained] = field(default_factory=list)
    nearest: Fit | None = None
    sweeps: int = 0

    @property
    def target(self) -> float:
        assert self.stop.target_error is not None
        return self.stop.target_error

    def go_on(self, network: Network) -> None:
        """Fit from a given network of the whole structure, at its ranks."""
        alike = len(network.structure.bonds) == len(self.whole.bonds)
        if not alike or set_ranks(network.structure, self.whole.ranks) != self.whole:
            raise StructureError("The starting network must have the structure to be fitted; use warm_start first.")
        self._fitted(self.whole, network.structure, init=network)

    def of(self, structure: Structure) -> Fit | None:
        """Return the best fit of a structure, None where none reaches the target."""
        structure = set_ranks(structure, (1,) * len(structure.bonds))
        if structure in self.done:
            return self.found.get(structure)
        if is_tree(structure):
            self._fitted(structure, structure, solver="tree_svd")
        else:
            for inner in (*contained_formats(structure), *contained_trees(structure)):
                self.stack.append(inner)
                self._take(inner, self.of(inner.structure))
                self.stack.pop()
            if is_ring(structure):
                self._fitted(structure, structure, solver="tr_svd")
            self._grow(structure)
            self._even(structure)
            self._trim(structure)
        self.done.add(structure)
        return self.found.get(structure)

    def so_far(self, structure: Structure) -> Fit | None:
        """Return the best fit of a structure that was found before an interruption."""
        for inner in reversed(self.stack):
            self._take(inner, self.found.get(inner.structure))
        return self.found.get(set_ranks(structure, (1,) * len(structure.bonds)))

    def _take(self, inner: Contained, fitted: Fit | None) -> None:
        if fitted is not None:
            self._offer(inner.outer, replace(fitted, network=inner.embedded(fitted.network)))

    def _offer(self, structure: Structure, fitted: Fit) -> bool:
        """Keep a fit if it reaches the target with fewer parameters, or with as many at a lower error."""
        if fitted.relative_error > self.target:
            if structure == self.whole and (
                self.nearest is None or fitted.relative_error < self.nearest.relative_error
            ):
                self.nearest = fitted
            return False
        best = self.found.get(structure)
        if best is None or (fitted.parameters, fitted.relative_error) < (best.parameters, best.relative_error):
            self.found[structure] = fitted
        return True

    def _fitted(
        self,
        topology: Structure,
        structure: Structure,
        *,
        solver: str | AbstractSolver | None = None,
        init: Network | None = None,
        sweeps: int | None = None,
        hopeless: Callable[[Snapshot], bool] = lambda _: False,
    ) -> Fit | None:
        """Return a fit that reaches the target, else None; it is offered.

        It stops early where it is hopeless, and when its sweeps have taken ``WORK`` operations.
        """
        work = 0.0

        def ends(snapshot: Snapshot) -> bool:
            nonlocal work
            work += sweep_flops(snapshot.network.structure) if snapshot.sweep else 0.0
            return self.tell(snapshot) or hopeless(snapshot) or work > WORK

        start = self.start if init is None else replace(self.start, init=init, restarts=1)
        stop = self.stop if sweeps is None else replace(self.stop, max_sweeps=min(sweeps, self.stop.max_sweeps))
        try:
            fitted = fit(
                self.X,
                structure,
                solver=solver,
                start=start,
                stop=stop,
                callback=ends,
            )
        except (DataError, StructureError):  # rounding is above the target, or a sweep would not fit in memory
            checkpoint()
            return None
        self.sweeps += fitted.sweeps
        reached = self._offer(topology, fitted)
        checkpoint()
        return fitted if reached else None

    def _grow(self, structure: Structure) -> None:
        """Grow ranks one by one until the target is reached, or the best result has no more parameters."""

        def hopeless(snapshot: Snapshot) -> bool:
            best, now = self.found.get(structure), snapshot.network.structure
            return best is not None and (now.parameters >= best.parameters or _is_heavy(now))

        self._fitted(structure, structure, solver="progressive", hopeless=hopeless)

    def _even(self, structure: Structure) -> None:
        """Fit equal ranks on all bonds: find the least that reaches the target, below the best result, by bisection."""
        even = self.even if structure == self.whole else partial(even_ranks, structure)
        best = self.found.get(structure)
        most = structure.size if best is None else best.parameters - 1

        def reaches(rank: int) -> bool:
            pace = _Pace(self.target, self.stop.max_sweeps)
            return self._fitted(structure, even(rank), hopeless=pace) is not None

        def useful(rank: int) -> bool:
            known = rank > 1 and even(rank) == even(rank - 1)
            return not known and even(rank).parameters <= most and not _is_heavy(even(rank))

        below, rank = 0, 1  # a rank that does not reach the target, and the next one to try
        if best is not None:
            while useful(rank + 1):
                rank += 1
        while useful(rank) and not reaches(rank):
            if best is not None:
                return
            below, rank = rank, 2 * rank
        if not useful(rank):
            return
        while rank - below > 1:
            middle = (below + rank) // 2
            below, rank = (below, middle) if reaches(middle) else (middle, rank)

    def _trim(self, structure: Structure) -> None:
        """Lower the ranks of the best result bond by bond, first by many, while sweeps still reach the target.

        A bond that could not be lowered by a step is not tried again by this step, as the others only fall. Of a result
        without loops, a truncation, ranks are lowered by one alone: there is little to gain.
        """
        best = self.found.get(structure)
        if best is None:
            return
        step = 1 if _is_truncation(best.structure) else max(1, max(best.structure.ranks) // 4)
        while step:
            stuck = set[int]()
            while (choice := _lowered(best.structure, step, stuck)) is not None:
                bond, smaller = choice
                if _is_heavy(smaller):
                    stuck.add(bond)
                    continue
                start = warm_start(best.network, smaller, generator=as_generator(0)).to(self.X.dtype)
                pace = _Pace(self.target, TRIM_SWEEPS)
                if self._fitted(structure, smaller, init=start, sweeps=TRIM_SWEEPS, hopeless=pace) is None:
                    stuck.add(bond)
                best = self.found[structure]
            step //= 2


def even_ranks(structure: Structure, rank: int) -> Structure:
    """Return the structure with one rank on all bonds, lowered where the cores beside a bond cannot use as much."""
    return clip_ranks(set_ranks(structure, (rank,) * len(structure.bonds)))


def _is_truncation(structure: Structure) -> bool:
    """Return whether the bonds of rank above 1 join two cores each and close no loop."""
    return not has_loops(structure) and all(len(bond.cores) == 2 or bond.rank == 1 for bond in structure.bonds)


def _is_heavy(structure: Structure) -> bool:
    """Return whether a sweep takes more than ``HEAVY`` operations."""
    sizes = (math.prod(structure.ranks[bond] for bond in bonds) for bonds in structure.core_bonds)
    if sum(size**3 / 3 for size in sizes) > HEAVY:  # of the equations of the cores alone: no plan is sought
        return True
    try:
        return sweep_flops(structure) > HEAVY
    except StructureError:  # it would not fit in memory
        return True


def _lowered(structure: Structure, step: int, stuck: set[int]) -> tuple[int, Structure] | None:
    """Return a bond and the structure with its rank lowered by a step, of the fewest parameters; None if none is left.

    Args:
        structure: The structure.
        step: By how much.
        stuck: Bonds that are not lowered.
    """
    choices = [
        (bond, clip_ranks(set_rank(structure, bond, rank - step)))
        for bond, rank in enumerate(structure.ranks)
        if rank > step and bond not in stuck
    ]
    return min(choices, key=lambda choice: choice[1].parameters, default=None)


class _Pace:
    """Tells of a fit that it cannot reach a target at its pace in the sweeps left.

    Args:
        target: Relative error.
        sweeps: Largest number of sweeps.
    """

    def __init__(self, target: float, sweeps: int) -> None:
        self._target, self._sweeps = target, sweeps
        self._errors: list[float] = []

    def __call__(self, snapshot: Snapshot) -> bool:
        """Return whether the fit is hopeless after a sweep."""
        self._errors.append(snapshot.relative_error)
        if len(self._errors) <= PACE + 1:
            return False
        fell = (self._errors[-1 - PACE] - self._errors[-1]) / PACE
        left = max(self._sweeps - snapshot.sweep, 0)
        return fell > 0 and self._errors[-1] - fell * left > self._target
