"""Fits in a background thread while the user edits a network; independent of Jupyter.

One worker thread fits the newest structure by alternating least squares. An edit replaces the structure between two
sweeps. After every sweep the worker reads the ``_FitDesk`` that it shares with the session: newer jobs, pauses, end.
Reports are made by the worker, or by the thread that gave a command, never while the desk is locked.
"""

import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from torch import Tensor

from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.structure import Structure
from tnlab.seeding import as_generator
from tnlab.solvers.als import ALS
from tnlab.solvers.base import Init, Status
from tnlab_widgets.base.sentences import sentence
from tnlab_widgets.fitting.run import FitJob, FitProgress, FitRun, check_affordable, starting_point
from tnlab_widgets.fitting.visited import Visited, visit_key

MAX_SWEEPS = 2000  # of a fit; a page shows when it stops falling, and may go on
TRY_SWEEPS = 200  # of each random start that is compared
TOLERANCE = 1e-6  # relative fall of the error per sweep below which a fit has converged
REPORT_EVERY = 0.1  # seconds between two reports
DETAIL_EVERY = 1 / 3  # seconds between two reports with details at least
DETAIL_SHARE = 4  # the sweeps between two reports with details last at least this many times as long as the details
SLOW = 0.15  # seconds; the start of a fit is reported when its first sweep takes longer
COURTESY = 0.05  # seconds at most that the worker waits for a thread that handles an edit

Report = Callable[[FitProgress, bool], None]
"""Called with a report of a fit, and whether details (pictures, spectra) are due as well."""


class _FitDesk:
    """The job, its run, the newest network and the flags that a ``FitSession`` shares with its worker thread.

    The lock ``changed`` is held only to read or replace fields, never during a sweep or a callback.

    Attributes:
        generation: Number of the newest job.
        run: The run that the worker took last, perhaps of an older job.
        network: The newest cores.
        paused: Whether the user holds the fit.
        suspended: Whether the fit is held because no page is connected.
        guests: Number of threads that are handling messages of the page.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.generation = 0
        self.job: FitJob | None = None
        self.run: FitRun | None = None
        self.network: Network | None = None
        self.paused = self.suspended = self.closed = False
        self.guests = 0
        self.visited = Visited()

    def put(self, make: Callable[[int], FitJob | None]) -> int:
        """Replace the job by what ``make`` returns for a new generation, perhaps None; return the generation."""
        with self.changed:
            self.generation += 1
            self.job = make(self.generation)
            self.changed.notify_all()
            return self.generation

    def next_job(self) -> FitJob | None:
        """Wait until a new job may run, start its run and return it; None when the desk is closed."""
        with self.changed:
            self.changed.wait_for(lambda: self.closed or self._work_waits())
            if self.closed:
                return None
            assert self.job is not None
            self.run = FitRun(self.job)
            return self.job

    def is_current(self, job: FitJob) -> bool:
        """Return whether the job is the newest and the desk is not closed."""
        return not self.closed and self.generation == job.generation

    @property
    def is_held(self) -> bool:
        """Whether the fit is paused or suspended."""
        return self.paused or self.suspended

    def wait_while_held(self, job: FitJob) -> float:
        """Wait while the fit is held and the job is current; return the seconds waited."""
        begun = time.perf_counter()
        with self.changed:
            self.changed.wait_for(lambda: not self.is_held or not self.is_current(job))
        return time.perf_counter() - begun

    def make_room(self) -> None:
        """Yield the interpreter to a thread that handles an edit, for at most ``COURTESY`` seconds."""
        if self.guests:
            with self.changed:
                self.changed.wait_for(lambda: not self.guests, COURTESY)
        time.sleep(0)

    def end(self, job: FitJob, run: FitRun, status: str) -> None:
        """Measure the errors of the networks that a run leaves behind, and end the run with the best of them.

        The solver's error of a running fit may be a reading of the normal equations, within about 1e-9 of that of the
        reconstruction (in float32 1e-5) or a millionth of it. Of a job that is out of date only the error of its visit
        is corrected.
        """
        visit = self.visited.best(job.key) if run.visit else None
        kept = visit.network if visit is not None else None
        errors: dict[Network, float] = {}
        try:
            for network in {*run.candidates, *([kept] if kept is not None else [])}:
                errors[network] = relative_residual(job.tensor, network)
        except Exception as error:  # noqa: BLE001 - a network whose error cannot be measured is not shown
            sentence(error)
        with self.changed:
            if kept in errors:
                self.visited.correct(job.key, kept, errors[kept])
            if self.is_current(job):
                run.finish(status, errors)
                self.network = run.network or self.network

    def close(self) -> None:
        """Ask the worker thread to end."""
        with self.changed:
            self.closed = True
            self.generation += 1
            self.changed.notify_all()

    def _work_waits(self) -> bool:
        fresh = self.job is not None and (self.run is None or self.run.job.generation != self.job.generation)
        return fresh and self.job is not None and self.is_current(self.job) and not self.is_held


class _Worker:
    """The body of the fitting thread: runs the jobs of the desk until it is closed.

    It holds the session's callback only through a weak reference, so that a forgotten session ends the thread.
    """

    def __init__(self, desk: _FitDesk, report: Callable[[], Report | None]) -> None:
        self.desk, self.report = desk, report
        self.last_report = self.next_detail = -1e9

    def __call__(self) -> None:
        while (job := self.desk.next_job()) is not None:
            run = self.desk.run
            assert run is not None
            try:
                check_affordable(job.structure)
                status = self._try_seeds(job, run) if job.tries else self._fit(job, run)
            except Exception as error:  # noqa: BLE001 - the worker must live on, and the page show why the fit ended
                status = sentence(error)
                with self.desk.changed:
                    run.failure = status if self.desk.is_current(job) else run.failure
            self.desk.end(job, run, status)
            self._finish(job, run)

    def _fit(self, job: FitJob, run: FitRun) -> str:
        """Fit the job's structure until the solver ends or a newer job exists; return the last snapshot's status."""
        if job.fresh:
            self._tell(job, run)
        init = starting_point(job, self.desk.network, self.desk.visited)
        solver = ALS(max_sweeps=MAX_SWEEPS, tolerance=TOLERANCE)
        for snapshot in solver.iterate(job.tensor, job.structure, init=init, generator=as_generator(job.seed)):
            with self.desk.changed:
                if not self.desk.is_current(job):
                    break
                run.take(snapshot)
                self.desk.network = snapshot.network
                if snapshot.sweep:
                    visit = self.desk.visited.record(job.key, snapshot.network, snapshot.relative_error, run.status)
                    run.visit = visit.id
                if snapshot.status is not Status.RUNNING:
                    break
            self._between_sweeps(job, run, first=snapshot.sweep == 1)
        return run.status

    def _try_seeds(self, job: FitJob, run: FitRun) -> str:
        """Fit from random starts; keep the best of them and the known network; return a sentence that names it."""
        solver = ALS(max_sweeps=TRY_SWEEPS, tolerance=TOLERANCE)
        known = self.desk.visited.best(job.key)
        if known is not None and known.network is not None and known.structure == job.structure:
            run.lead(known.relative_error, known.network, [], job.seed)
            run.visit = known.id
        winner = "the one before"
        for number, seed in enumerate(range(job.seed, job.seed + job.tries), start=1):
            errors: list[float] = []
            for snapshot in solver.iterate(job.tensor, job.structure, init="random", generator=as_generator(seed)):
                with self.desk.changed:
                    if not self.desk.is_current(job):
                        return run.status
                    error = snapshot.relative_error
                    errors.append(error)
                    run.sweep += 1
                    if run.best is None or error < run.best[0]:
                        run.lead(error, snapshot.network, errors, seed)
                        winner = f"seed {seed}"
                        self.desk.network = snapshot.network
                        visit = self.desk.visited.record(job.key, snapshot.network, error, snapshot.status.value)
                        run.visit = visit.id
                    run.status = f"Start {number} of {job.tries} is at {error:.4f}; {winner} is best."
                self._between_sweeps(job, run, first=False)
        return f"Tried {job.tries} starts: {winner} is best."

    def _between_sweeps(self, job: FitJob, run: FitRun, *, first: bool) -> None:
        now = time.perf_counter()
        worth = run.sweep > 0 or job.fresh or now - run.begun > SLOW
        if first or (worth and now - self.last_report >= REPORT_EVERY):
            self._tell(job, run, detailed=now >= self.next_detail)
        if self.desk.is_held:
            self._tell(job, run, detailed=True)
            run.idle += self.desk.wait_while_held(job)
        self.desk.make_room()

    def _finish(self, job: FitJob, run: FitRun) -> None:
        """Report the end of a run at once, and again with details as soon as a report with details is due."""
        self._tell(job, run)
        with self.desk.changed:
            rest = self.next_detail - time.perf_counter()
            self.desk.changed.wait_for(lambda: not self.desk.is_current(job), max(rest, 0))
        self._tell(job, run, detailed=True)

    def _tell(self, job: FitJob, run: FitRun, *, detailed: bool = False) -> None:
        with self.desk.changed:
            if not self.desk.is_current(job) or self.desk.job is None:
                return
            progress = run.progress(self.desk.job, paused=self.desk.paused)
        self.last_report = time.perf_counter()
        report = self.report()
        if report is None:
            return
        try:
            report(progress, detailed)
        except Exception as error:  # noqa: BLE001 - a report that fails must not end the fit
            sentence(error)
        if detailed:  # details that take long come more rarely
            took = time.perf_counter() - self.last_report
            self.next_detail = self.last_report + max(DETAIL_EVERY, DETAIL_SHARE * took)


class FitSession:
    """Fits the newest of the submitted structures to one tensor, in a thread of its own.

    Args:
        report: Called with a ``FitProgress`` and whether details are due, often by the worker. Methods are held weakly.
        seed: Seed of random starts, until ``restart`` gives another.

    Example:
        >>> session = FitSession(lambda progress, detailed: print(progress.relative_error))
        >>> session.load(tensor); session.submit(structure)
    """

    def __init__(self, report: Report, *, seed: int = 0) -> None:
        self.seed = seed
        self._report: Callable[[], Report | None] = (
            weakref.WeakMethod(report) if hasattr(report, "__self__") else lambda: report
        )
        self._desk = _FitDesk()
        self._tensor: Tensor | None = None
        self._thread: threading.Thread | None = None
        self._end = weakref.finalize(self, _FitDesk.close, self._desk)

    @property
    def generation(self) -> int:
        """Number of the newest job; a report with a lower number is out of date."""
        return self._desk.generation

    @property
    def visited(self) -> Visited:
        """The structures fitted to this tensor so far, with their best networks."""
        return self._desk.visited

    @property
    def network(self) -> Network | None:
        """The newest cores, of the structure fitted last; None before the first sweep."""
        return self._desk.network

    @property
    def paused(self) -> bool:
        """Whether the fit is paused until ``resume``."""
        return self._desk.paused

    @property
    def is_alive(self) -> bool:
        """Whether the worker thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def load(self, tensor: Tensor) -> None:
        """Replace the tensor; the job, the cores and the visits of the former one are dropped."""
        self._desk.put(lambda _: None)
        self._tensor = tensor
        self._desk.network = None
        self._desk.visited.clear()

    def submit(self, structure: Structure, tag: int = 0, *, init: Init = "warm", fresh: bool = False) -> int:
        """Fit a structure in place of the current one; return the generation of the job.

        A structure that differs only in names and positions keeps the fit that runs.

        Args:
            structure: The structure to fit.
            tag: Number of the edit, returned in reports.
            init: ``"warm"`` to start from the best network known, else as for a solver.
            fresh: Whether to report the state before the first sweep as well.

        Raises:
            RuntimeError: No tensor has been loaded.
        """
        with self._desk.changed:
            job = self._desk.job
            if job is not None and init == "warm" and job.structure == structure:
                self._desk.job = replace(job, tag=tag, structure=structure)
                return job.generation
        return self._start(structure, tag, init=init, fresh=fresh or self._desk.network is None)

    def restart(self, seed: int | None = None) -> int:
        """Fit the current structure again from a random start with a seed, by default the next; return the generation.

        Raises:
            RuntimeError: No structure has been submitted.
        """
        self.seed = self.seed + 1 if seed is None else seed
        self._desk.paused = False
        return self._start(*self._current(), init="random", fresh=True)

    def try_seeds(self, count: int) -> int:
        """Fit from ``count`` random starts with the next seeds; keep the best of them and the current fit.

        Raises:
            RuntimeError: No structure has been submitted.
        """
        first, self.seed = self.seed + 1, self.seed + count
        self._desk.paused = False
        return self._start(*self._current(), tries=count, seed=first)

    def pause(self) -> None:
        """Hold the fit after the current sweep; later edits are fitted after ``resume``."""
        self._hold("paused", True)
        self._echo()

    def resume(self) -> None:
        """Continue a paused fit, or start a new one from the best cores where the fit has ended or was stopped."""
        run, job = self._desk.run, self._desk.job
        was_paused = self._desk.paused
        self._hold("paused", False)
        if job is not None and run is not None and not was_paused and not run.running:
            self._start(job.structure, job.tag)
        else:
            self._echo()

    def stop(self) -> None:
        """End the fit with the best of its networks, whose error is measured."""
        desk = self._desk
        with desk.changed:
            if desk.job is None:
                return
            taken = desk.run is not None and desk.run.job.generation == desk.job.generation
            desk.generation += 1
            job = desk.job = replace(desk.job, generation=desk.generation)
            run = desk.run if taken and desk.run is not None else FitRun(job)
            run.job, desk.run, desk.paused = job, run, False
            desk.changed.notify_all()
        if run.running:
            desk.end(job, run, Status.STOPPED.value)
        self._echo(detailed=True)

    def suspend(self, away: bool) -> None:
        """Hold the fit while no page is connected (``away``), or release it; the page does not show this as a pause."""
        self._hold("suspended", away)

    @contextmanager
    def guest(self) -> Iterator[None]:
        """Let the worker wait between two sweeps while this thread handles a message of the page."""
        with self._desk.changed:
            self._desk.guests += 1
        try:
            yield
        finally:
            with self._desk.changed:
                self._desk.guests -= 1
                self._desk.changed.notify_all()

    def close(self, timeout: float = 2.0) -> None:
        """End the worker thread, and wait up to ``timeout`` seconds for the current sweep."""
        self._end()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _current(self) -> tuple[Structure, int]:
        job = self._desk.job
        if job is None:
            raise RuntimeError("Submit a structure first.")
        return job.structure, job.tag

    def _start(self, structure: Structure, tag: int, *, seed: int | None = None, **options: Any) -> int:
        tensor = self._tensor
        if tensor is None:
            raise RuntimeError("Load a tensor before submitting a structure.")
        seed = self.seed if seed is None else seed
        key = visit_key(structure)
        generation = self._desk.put(lambda generation: FitJob(generation, tag, tensor, structure, key, seed, **options))
        if self._thread is None and not self._desk.closed:
            worker = _Worker(self._desk, self._report)
            self._thread = threading.Thread(target=worker, name="tnlab-fit", daemon=True)
            self._thread.start()
        return generation

    def _hold(self, flag: str, value: bool) -> None:
        with self._desk.changed:
            setattr(self._desk, flag, value)
            self._desk.changed.notify_all()

    def _echo(self, *, detailed: bool = False) -> None:
        """Report the state after a command from this thread: the worker may be idle, or in a long sweep."""
        with self._desk.changed:
            run, job = self._desk.run, self._desk.job
            if run is None or job is None or run.job.generation != job.generation:
                return
            progress = run.progress(job, paused=self._desk.paused)
        report = self._report()
        if report is not None:
            report(progress, detailed)
