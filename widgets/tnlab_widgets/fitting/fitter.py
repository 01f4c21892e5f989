"""The fit behind a ``FitSession``: the newest job, its run and the networks found, and the sweeps that a worker makes.

Every step of the worker is one sweep. After it, the newest job is the one that goes on, a held fit stays where it is
(without a thread), and a report is made if one is due. Reports are made by the worker, or by the thread that gave a
command, never while the lock is held.
"""

import time
from collections.abc import Callable, Generator

from tnlab.interrupt import Interrupted, Limit, interruptible, limited
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.seeding import as_generator
from tnlab.solvers.als import ALS
from tnlab.solvers.base import Status
from tnlab_widgets.base.callbacks import Callback
from tnlab_widgets.base.sentences import sentence
from tnlab_widgets.base.worker import Worker
from tnlab_widgets.fitting.run import FAILED, KEPT, TRIED, FitJob, FitProgress, FitRun, check_affordable, starting_point
from tnlab_widgets.fitting.visited import MAX_ENTRIES, Visited

MAX_SWEEPS = 2000  # of a fit; a page shows when it stops falling, and may go on
TRY_SWEEPS = 200  # of each random start that is compared
TOLERANCE = 1e-6  # relative fall of the error per sweep below which a fit has converged
REPORT_EVERY = 0.1  # seconds between two reports
DETAIL_EVERY = 1 / 3  # seconds between two reports with details at least
DETAIL_SHARE = 4  # the sweeps between two reports with details last at least this many times as long as the details
SLOW = 0.15  # seconds; the start of a fit is reported when its first sweep takes longer
STOPPING = "Stopping: the error of the best cores is being measured."
QUICK = 2**20  # entries of a tensor of which an error is measured in some 50 ms
COURTESY = 0.05  # seconds at most that the worker waits for a thread that handles an edit

Sweeps = Generator[bool, None, tuple[str, str]]
"""Yields True after every sweep; returns the state that the fit ends in, and the sentence that says so."""

Report = Callable[[FitProgress, bool], None]
"""Called with a report of a fit, and whether details (pictures, spectra) are due as well."""


class Fitter:
    """Fits the newest job, one sweep at a time; its fields change only while the lock of its worker is held.

    Attributes:
        worker: The thread, and the lock.
        generation: Number of the newest job.
        job: The newest job; None before the first.
        run: The run begun last, perhaps of an older job.
        network: The newest cores.
        visited: The structures fitted so far.
        paused: Whether the user holds the fit.
        suspended: Whether the fit is held because no page is connected.
        guests: Number of threads that are handling messages of the page.
    """

    def __init__(self, report: Report) -> None:
        self.worker = Worker(self._step, "tnlab-fit")
        self.generation = 0
        self.job: FitJob | None = None
        self.run: FitRun | None = None
        self.network: Network | None = None
        self.visited = Visited()
        self.paused = self.suspended = False
        self.guests = 0
        self._report = Callback(report)
        self._sweeps: Generator[bool] | None = None
        self._stopped: tuple[FitJob, FitRun] | None = None
        self._owes_details, self._reports = False, 0
        self._last_report = self._next_detail = -1e9

    def put(self, make: Callable[[int], FitJob | None]) -> int:
        """Replace the job by what ``make`` returns for a new generation, perhaps None; return the generation."""
        with self.worker.changed:
            self.generation += 1
            self.job = make(self.generation)
            self.worker.wake()
            return self.generation

    def hold(self, *, paused: bool | None = None, suspended: bool | None = None) -> None:
        """Set the flags that are given; a fit stops after the current sweep while one is set."""
        with self.worker.changed:
            before = self.paused, self.suspended
            self.paused = self.paused if paused is None else paused
            self.suspended = self.suspended if suspended is None else suspended
            if before != (self.paused, self.suspended):
                self.worker.wake()

    def is_current(self, job: FitJob) -> bool:
        """Return whether the job is the newest and the worker is not closed."""
        return not self.worker.closed and self.generation == job.generation

    def end(self, job: FitJob, run: FitRun, state: str, status: str) -> None:
        """Measure the errors of the networks that a run leaves behind, and end the run with the best of them.

        The solver's error of a running fit may be a reading of the normal equations, within about 1e-9 of that of the
        reconstruction (in float32 1e-5) or a millionth of it. Of a job that is out of date only the error of its visit
        is corrected, where that takes no longer than a page waits for the next job.
        """
        if not self.is_current(job) and job.tensor.numel() > QUICK:
            return
        visit = self.visited.best(job.key) if run.visit else None
        kept = visit.network if visit is not None else None
        errors: dict[Network, float] = {}
        try:
            for network in {*run.candidates, *([kept] if kept is not None else [])}:
                errors[network] = relative_residual(job.tensor, network)
        except Interrupted:  # another job is the newest
            return
        except Exception as error:  # noqa: BLE001 - a network whose error cannot be measured is not shown
            sentence(error)
        with self.worker.changed:
            if kept in errors:
                self.visited.correct(job.key, kept, errors[kept])
            if self.is_current(job):
                run.finish(state, status, errors)
                self._owes_details = True
                self.network = run.network or self.network

    def end_soon(self, job: FitJob, run: FitRun) -> None:
        """Have the worker end a run that was stopped, for a tensor whose error takes long to measure."""
        with self.worker.changed:
            run.status = STOPPING
            self._stopped = job, run
            self.worker.wake()

    def tell(self, of: FitJob | None = None, *, detailed: bool = False) -> None:
        """Report the run, if it is that of the newest job, and that job is ``of`` where one is given."""
        with self.worker.changed:
            self._owes_details = self._owes_details and not detailed
            run, job = self.run, self.job
            if run is None or job is None or not (self.is_current(run.job) and self.is_current(of or run.job)):
                return
            self._reports += 1
            progress = run.progress(job, paused=self.paused, number=self._reports)
        self._last_report = time.perf_counter()
        self._report(progress, detailed)
        if detailed:  # details that take long come more rarely
            took = time.perf_counter() - self._last_report
            self._next_detail = self._last_report + max(DETAIL_EVERY, DETAIL_SHARE * took)

    def close(self, timeout: float = 0.0) -> None:
        """End the fit, waiting up to ``timeout`` seconds for the current sweep."""
        with self.worker.changed:
            self.generation += 1
        self.worker.close(timeout)

    # The steps of the worker

    def _step(self) -> float | None:
        """Make the next sweep, or the details that are due; return when there is more to do."""
        with self.worker.changed:
            if self.worker.closed:
                self._sweeps = None
                return None
            held, stopped = self.paused or self.suspended, self._stopped
            if stopped is not None:
                self._sweeps = self._stopped = None
            elif self._sweeps is None and not held:
                self._begin()
            sweeps, run = self._sweeps, self.run
            job = run.job if run is not None else None  # the run gets another one when it is stopped
            if run is not None and self.is_current(run.job):  # the sweeps of a job that is out of date end even if held
                sweeps = None if held else sweeps
                run.keep_time(not held)
        if stopped is not None:
            self.end(*stopped, Status.STOPPED.name, Status.STOPPED.value)
            self.tell(stopped[0], detailed=True)
            return 0.0
        if sweeps is None:
            return self._show_details(held)
        more = False
        try:
            with limited(Limit(cancel=lambda: job is not None and not self.is_current(job))):
                more = next(sweeps, False)
        finally:
            if not more:
                self._sweeps = None
        self._make_room()
        return 0.0

    def _begin(self) -> None:
        job, run = self.job, self.run
        if job is not None and (run is None or run.job.generation != job.generation):
            self.run = FitRun(job)
            self._sweeps = self._fitted(job, self.run)

    def _show_details(self, held: bool) -> float | None:
        """Report details of the end of a run, or of a held one, as soon as they are due."""
        if not self._owes_details:
            return None
        rest = 0.0 if held else self._next_detail - time.perf_counter()
        if rest <= 0:
            self.tell(detailed=True)
            return None
        return rest

    def _make_room(self) -> None:
        """Yield the interpreter to a thread that handles an edit, for at most ``COURTESY`` seconds."""
        if self.guests:
            with self.worker.changed:
                self.worker.changed.wait_for(lambda: not self.guests, COURTESY)
        time.sleep(0)

    def _fitted(self, job: FitJob, run: FitRun) -> Generator[bool]:
        """Fit a job until its solver ends or a newer job exists; yield True after every sweep."""
        try:
            check_affordable(job.structure)
            way = self._as_kept if job.kept else self._from_random_starts if job.tries else self._from_start
            state, status = yield from way(job, run)
        except Interrupted:  # within its first step: another job is the newest
            return
        except Exception as error:  # noqa: BLE001 - the page shows why the fit ended, and the next edit is fitted
            state, status = FAILED, sentence(error)
        self.end(job, run, state, status)
        self.tell(job)

    def _from_start(self, job: FitJob, run: FitRun) -> Sweeps:
        if job.fresh:
            self.tell(job)
        former = self.network
        init = interruptible(lambda: starting_point(job, former, self.visited), long=job.tensor.numel() > QUICK)
        solver = ALS(max_sweeps=MAX_SWEEPS, tolerance=TOLERANCE)
        for snapshot in solver.iterate(job.tensor, job.structure, init=init, generator=as_generator(job.seed)):
            status = snapshot.status
            with self.worker.changed:
                if not self.is_current(job):
                    break
                run.take(snapshot)
                self._owes_details = True
                self.network = snapshot.network
                if snapshot.sweep:
                    visit = self.visited.record(job.key, snapshot.network, snapshot.relative_error, status.value)
                    run.visit = visit.id
            if status is not Status.RUNNING:
                return status.name, status.value
            self._report_sweep(job, run, first=snapshot.sweep == 1)
            yield True
            if not self.is_current(job):
                break
        return Status.STOPPED.name, Status.STOPPED.value

    def _as_kept(self, job: FitJob, run: FitRun) -> Sweeps:
        """Take the cores of a job as they are, with their measured error."""
        network = job.init
        assert isinstance(network, Network)
        error = relative_residual(job.tensor, network)
        with self.worker.changed:
            if self.is_current(job):
                run.lead(error, network, [], job.seed)
                run.visit = self.visited.record(job.key, network, error, job.kept).id
        yield True
        return KEPT, job.kept

    def _from_random_starts(self, job: FitJob, run: FitRun) -> Sweeps:
        """Fit from random starts; keep the best of them and the known network, and say which it is."""
        solver = ALS(max_sweeps=TRY_SWEEPS, tolerance=TOLERANCE)
        known = self.visited.best(job.key)
        if known is not None and known.network is not None and known.structure == job.structure:
            run.lead(known.relative_error, known.network, [], job.seed)
            run.visit = known.id
        held = job.tries * job.structure.parameters <= MAX_ENTRIES
        winner, broken_off = "the one before", (Status.STOPPED.name, Status.STOPPED.value)
        for number, seed in enumerate(range(job.seed, job.seed + job.tries), start=1):
            errors: list[float] = []
            for snapshot in solver.iterate(job.tensor, job.structure, init="random", generator=as_generator(seed)):
                with self.worker.changed:
                    if not self.is_current(job):
                        return broken_off
                    error = snapshot.relative_error
                    errors.append(error)
                    run.sweep += 1
                    run.start(snapshot, seed, held=held)
                    self._owes_details = True
                    if run.best is None or error < run.best[0]:
                        run.lead(error, snapshot.network, errors, seed)
                        winner = f"seed {seed}"
                        self.network = snapshot.network
                        visit = self.visited.record(job.key, snapshot.network, error, snapshot.status.value)
                        run.visit = visit.id
                    run.status = f"Start {number} of {job.tries} is at {error:.4f}; {winner} is best."
                self._report_sweep(job, run, first=False)
                yield True
                if not self.is_current(job):
                    return broken_off
        return TRIED, f"Tried {job.tries} starts: {winner} is best."

    def _report_sweep(self, job: FitJob, run: FitRun, *, first: bool) -> None:
        now = time.perf_counter()
        worth = run.sweep > 0 or job.fresh or now - run.begun > SLOW
        if first or (worth and now - self._last_report >= REPORT_EVERY):
            self.tell(job, detailed=now >= self._next_detail)
