"""Fits in the background while structures are edited; knows no widget."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from weakref import finalize

from torch import Tensor

from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.solvers.base import Init, Status
from tnlab_widgets.fitting.fitter import QUICK, Fitter, Report
from tnlab_widgets.fitting.run import FitJob, FitRun
from tnlab_widgets.fitting.visited import Visited, visit_key


class FitSession:
    """Fits the newest of the submitted structures to one tensor by alternating least squares, in a thread of its own.

    An edit takes effect between two sweeps, and goes on from the best cores known. The thread starts on demand and ends
    some seconds after the fit; a session that is forgotten stops fitting. Every method may be called from any thread,
    and returns before the fit has moved, except ``stop`` and ``close``.

    Args:
        report: Called with a ``FitProgress`` and whether details (pictures, spectra) are due: some ten times a second
            by the session's thread, and by the thread that gives a command. A method is held weakly. An exception in it
            is logged as that of the function, and changes nothing in the session.
        seed: Seed of random starts, until ``restart`` gives another.

    Attributes:
        seed: The seed of the newest random start.

    Example:
        >>> session = FitSession(lambda progress, detailed: print(progress.state, progress.relative_error))
        >>> session.load(tensor)
        >>> session.submit(structure)
        >>> session.network, session.visited
        >>> session.close()
    """

    def __init__(self, report: Report, *, seed: int = 0) -> None:
        self.seed = seed
        self._fitter = Fitter(report)
        self._tensor: Tensor | None = None
        finalize(self, self._fitter.close)

    @property
    def generation(self) -> int:
        """Number of the newest job; a report with a lower number is out of date."""
        return self._fitter.generation

    @property
    def visited(self) -> Visited:
        """The structures fitted to this tensor so far, with their best networks."""
        return self._fitter.visited

    @property
    def network(self) -> Network | None:
        """The newest cores, of the structure fitted last; None before the first sweep."""
        return self._fitter.network

    @property
    def paused(self) -> bool:
        """Whether the fit is paused until ``resume``."""
        return self._fitter.paused

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs: it does while a fit moves, and some seconds longer."""
        return self._fitter.worker.is_alive

    def load(self, tensor: Tensor) -> None:
        """Replace the tensor; the job, the cores and the visits of the former one are dropped."""
        fitter = self._fitter
        with fitter.worker.changed:
            fitter.put(lambda _: None)
            self._tensor = tensor
            fitter.network = fitter.run = None
            fitter.visited.clear()

    def submit(
        self, structure: Structure, tag: int = 0, *, init: Init = "warm", fresh: bool = False, kept: str = ""
    ) -> int:
        """Fit a structure in place of the current one; return the generation of the job.

        A structure that differs only in names and positions keeps the fit that runs. One whose modes are not those of
        the tensor, or whose sweep would take too long, is reported as ``failure``.

        Args:
            structure: The structure to fit.
            tag: A number of the caller's, returned in reports.
            init: ``"warm"`` to start from the best network known, else as for a solver.
            fresh: Whether to report the state before the first sweep as well.
            kept: The status of the network ``init``, which is shown as it is, without a sweep; empty for a fit.

        Raises:
            RuntimeError: No tensor has been loaded.
        """
        fitter = self._fitter
        with fitter.worker.changed:
            job = fitter.job
            if job is not None and init == "warm" and job.structure == structure:
                fitter.job = replace(job, tag=tag, structure=structure)
                return job.generation
        if kept:  # shown at once, whether fits are paused or not: nothing of it is a fit
            fitter.hold(paused=False)
        return self._start(structure, tag, init=init, fresh=fresh or fitter.network is None, kept=kept)

    def restart(self, seed: int | None = None) -> int:
        """Fit the current structure again from a random start; return the generation of the job.

        Args:
            seed: Seed of the start; by default the one after the newest.

        Raises:
            RuntimeError: No structure has been submitted.
        """
        current = self._current()
        self.seed = self.seed + 1 if seed is None else seed
        self._fitter.hold(paused=False)
        return self._start(*current, init="random", fresh=True)

    def try_seeds(self, count: int) -> int:
        """Fit from random starts one after the other; keep the best of them and the current fit.

        Args:
            count: Number of starts; their seeds are those after the newest.

        Returns:
            The generation of the job.

        Raises:
            RuntimeError: No structure has been submitted.
        """
        current = self._current()
        first, self.seed = self.seed + 1, self.seed + count
        self._fitter.hold(paused=False)
        return self._start(*current, tries=count, seed=first)

    def pause(self) -> None:
        """Hold the fit after the current sweep; later edits are fitted after ``resume``."""
        self._fitter.hold(paused=True)
        self._fitter.tell()

    def resume(self) -> None:
        """Continue a paused fit, or start a new one from the best cores where the fit has ended or was stopped."""
        fitter = self._fitter
        with fitter.worker.changed:
            run, job, was_paused = fitter.run, fitter.job, fitter.paused
            fitter.hold(paused=False)
        if job is not None and run is not None and not was_paused and not run.running:
            self._start(job.structure, job.tag)
        else:
            fitter.tell()

    def stop(self) -> None:
        """End the fit with the best of its networks, whose error is measured before this returns.

        For a tensor of more than a million entries the thread measures it, and reports the end when it has.
        """
        fitter = self._fitter
        with fitter.worker.changed:
            if fitter.job is None:
                return
            taken = fitter.run is not None and fitter.run.job.generation == fitter.job.generation
            fitter.generation += 1
            job = fitter.job = replace(fitter.job, generation=fitter.generation)
            run = fitter.run if taken and fitter.run is not None else FitRun(job)
            run.job, fitter.run = job, run
            fitter.hold(paused=False)
        if run.running and job.tensor.numel() > QUICK:
            fitter.end_soon(job, run)
        elif run.running:
            fitter.end(job, run, Status.STOPPED.name, Status.STOPPED.value)
        fitter.tell(detailed=not run.running)

    def suspend(self, away: bool) -> None:
        """Hold the fit while it is not looked at (``away``), or release it; reports do not show this as a pause."""
        self._fitter.hold(suspended=away)

    @contextmanager
    def guest(self) -> Iterator[None]:
        """Let the fit wait between two sweeps, for some hundredths of a second, while this thread handles an edit."""
        fitter = self._fitter
        with fitter.worker.changed:
            fitter.guests += 1
        try:
            yield
        finally:
            with fitter.worker.changed:
                fitter.guests -= 1
                fitter.worker.changed.notify_all()

    def close(self, timeout: float = 2.0) -> None:
        """End the thread, and wait up to ``timeout`` seconds for the current sweep; later calls are ignored."""
        self._fitter.close(timeout)

    def _current(self) -> tuple[Structure, int]:
        job = self._fitter.job
        if job is None:
            raise RuntimeError("Submit a structure first.")
        return job.structure, job.tag

    def _start(self, structure: Structure, tag: int, *, seed: int | None = None, **options: Any) -> int:
        tensor = self._tensor
        if tensor is None:
            raise RuntimeError("Load a tensor before submitting a structure.")
        given = {"structure": structure, "key": visit_key(structure), "seed": self.seed if seed is None else seed}
        return self._fitter.put(lambda generation: FitJob(generation, tag, tensor, **given, **options))
