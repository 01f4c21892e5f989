"""Lanes of the workbench: one of several searches side by side, with its state and its evaluations for the page."""

import threading
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tnlab.structure_search.evaluation import Counts
from tnlab.structure_search.progress import Progress
from tnlab.structure_search.run import Search
from tnlab.structure_search.settings import Budget
from tnlab.structure_search.studies.reader import StudyReader
from tnlab_widgets.searching.incumbents import Incumbents
from tnlab_widgets.searching.plan import LanePlan
from tnlab_widgets.searching.points import Points

WAITING, RUNNING, ENDED, WATCHING = "waiting", "running", "ended", "watching"
ACTIVE = (WAITING, RUNNING)


class Lane:
    """A search that runs, waits or has ended, or a study that another process writes.

    ``pull`` and ``let_go`` are called by the thread that searches, the other methods by any thread.

    Attributes:
        id: Number of the lane, by which the page names it.
        plan: Engine, data, settings and study of the search.
        points: The evaluations, packed for the page.
        phase: "waiting", "running", "ended", or "watching" while another process writes the study.
        wanted: Whether the search is to run, at once or as soon as no other process writes the study.
        search: The search; None before its first evaluation, and for a study that is only read.
        progress: The newest snapshot of the search; None before the first evaluation.
        status: The state in a sentence.
        problem: The error that ended the search, as a sentence, or an empty text.

    Args:
        number: Number of the lane.
        plan: Engine, data, settings and study of the search.
        wanted: Whether the search is to run.
        reader: A reader of the study, if one is open already.
    """

    def __init__(self, number: int, plan: LanePlan, *, wanted: bool, reader: StudyReader | None = None) -> None:
        self.id, self.plan, self.wanted = number, plan, wanted
        self.points = Points()
        self.phase = WAITING if wanted else ENDED
        self.search: Search | None = None
        self.status = self.problem = ""
        self.progress: Progress | None = None
        self.lock = threading.Lock()
        self._steps: Iterator[Progress] | None = None
        self._reader = reader
        self._generation = -1  # of the reader, when it was last looked at
        self._incumbents = Incumbents()

    @property
    def name(self) -> str:
        """The name of its study: the name of the file without its suffix."""
        return self.plan.location.stem

    @property
    def active(self) -> bool:
        """Whether the search waits or runs, a pause not counted."""
        return self.phase in ACTIVE

    @property
    def begun(self) -> bool:
        """Whether this process holds the lock of the study: from the first ``pull`` to the end or to ``let_go``."""
        return self._steps is not None

    @property
    def resumable(self) -> bool:
        """Whether the search has ended and its data are available, so that it can continue."""
        return self.plan.source is not None and self.phase == ENDED

    @property
    def seconds(self) -> float:
        """Seconds spent searching."""
        return self.progress.seconds if self.progress is not None else 0.0

    def want(self) -> None:
        """Mark the search as wanted: it continues from its study when the scheduler pulls it."""
        with self.lock:
            self.wanted, self.problem = True, ""
            if self.phase != WATCHING:
                self.phase, self.status = WAITING, self._how_it_ended()

    def pull(self, executor: Any, budget: Budget) -> None:
        """Run the search up to its next evaluation, or to its end; the first call opens the study.

        Args:
            executor: Where fits run, as ``Search`` takes it; used when the search begins.
            budget: What the search may spend; used when the search begins.

        Raises:
            StudyBusyError: Another process writes the study.
            TnlabError: The data are not available, or the study does not match them.
        """
        if self._steps is None:
            search = self.plan.search(executor, budget)
            with self.lock:
                self.search, self._reader = search, None
                if not self.wanted:
                    search.stop()
            self._steps = iter(search)
        progress = next(self._steps, None)
        over = progress is None or bool(progress.status)
        if over:
            self._leave()
        with self.lock:
            if progress is not None:
                self._take(progress)
            self.phase, self.wanted = (ENDED, False) if over else (RUNNING, self.wanted)

    def let_go(self) -> None:
        """Release the lock of the study and drop the fits in flight; an active lane waits, if it is wanted."""
        self._leave()
        with self.lock:
            if self.active:
                self.phase = WAITING if self.wanted else ENDED

    def _leave(self) -> None:
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()  # type: ignore[attr-defined] - it is a generator

    def give_way(self) -> None:
        """Change to watching, because another process writes the study; a wanted lane continues when that ends."""
        self._steps = None
        with self.lock:
            self.phase, self.status = WATCHING, self._who_writes("another process")

    def fail(self, why: str) -> None:
        """End the lane with a sentence that says why."""
        self._steps = None
        with self.lock:
            self.phase, self.wanted, self.problem, self.status = ENDED, False, why, why

    def stop(self) -> None:
        """Ask the search to end after the current evaluation; its study and best structure are kept."""
        with self.lock:
            self.wanted, search = False, self.search
            if self.phase == WAITING:
                self.phase, self.status = ENDED, self._how_it_ended()
        if search is not None:
            search.stop()

    def look(self) -> bool:
        """Read the new lines of the study, and set the phase by whether it is being written; return whether it changed.

        Raises:
            DataError: The study is damaged, or has been deleted.
        """
        reader = self._reader or StudyReader(self.plan.location)
        busy = reader.busy  # asked before poll: the lines written until then are read below
        reader.poll()
        seen = self.points.count if reader.generation == self._generation else 0
        with self.lock:
            before = self.phase, self.progress
            for found in reader.evaluations[seen:]:
                self.points.record(found)
            self.points.cut(len(reader.evaluations))
            self.progress = reader.progress
            self.phase = WATCHING if busy else WAITING if self.wanted else ENDED
            self.status = self._who_writes(busy) if busy else self._how_it_ended()
            self._reader, self._generation = (reader, reader.generation) if busy else (None, -1)
            return before != (self.phase, self.progress)

    def report(self, *, paused: bool) -> dict[str, Any]:
        """Return the state of the lane for the page: settings, counts, time, incumbent, bound; ``paused`` if held."""
        with self.lock:
            now, plan, phase = self.progress, self.plan, self.phase
            said = {"status": self.status, "problem": self.problem, "wanted": self.wanted, "resumable": self.resumable}
            total, generation = self.points.count, self.points.generation
        incumbent, bound = (now.incumbent, now.bound) if now is not None else (None, None)
        return {
            **said,
            "id": self.id,
            "engine": plan.engine,
            "study": self.name,
            "data": plan.label,
            "target": plan.target_error,
            "family": plan.family,
            "state": "paused" if paused and phase in ACTIVE else phase,
            "seconds": now.seconds if now is not None else 0.0,
            "fraction": now.fraction if now is not None else 0.0,
            "seconds_left": now.seconds_left if now is not None else None,
            "counts": asdict(now.counts if now is not None else Counts()),
            "total": total,
            "generation": generation,
            "incumbent": self._incumbents.show(incumbent, reached=now is not None and now.reached),
            "bound": bound.parameters if bound is not None else None,
        }

    def summary(self) -> dict[str, Any]:
        """Return the engine, data, target, best structure and number of evaluations for the list of studies."""
        with self.lock:
            best = self.progress.incumbent if self.progress is not None else None
            return {
                "engine": self.plan.engine,
                "label": self.plan.label,
                "target_error": self.plan.target_error,
                "parameters": best.parameters if best is not None else None,
                "relative_error": best.relative_error if best is not None else None,
                "evaluations": self.points.count,
                **({"busy": "this page"} if self.begun else {}),
            }

    def _who_writes(self, busy: str) -> str:
        if self.wanted:
            return f"Waiting until {busy} has let go of its study; then it goes on here."
        return f"Watching: it is being written by {busy}."

    def _how_it_ended(self) -> str:
        if self.wanted:
            return f"Going on from evaluation {self.points.count:,} of its study."
        ended = self.progress.status if self.progress is not None else ""
        return ended or f"Not running; {self.points.count:,} evaluations are recorded."

    def _take(self, progress: Progress) -> None:
        """Record a snapshot of the search, except evaluations that are only replayed from the study."""
        found = progress.evaluation
        if found is not None and not progress.status:
            self.points.record(found)
            if found.number < self.points.count and self.progress is not None:
                return
        self.progress, self.status = progress, progress.status
