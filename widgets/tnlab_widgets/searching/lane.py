"""One search of several side by side: how it stands, and its evaluations for the page."""

import threading
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tnlab.structure_search.evaluation import Counts
from tnlab.structure_search.progress import Progress
from tnlab.structure_search.run import Search
from tnlab.structure_search.studies.reader import StudyReader
from tnlab_widgets.searching.incumbents import Incumbents
from tnlab_widgets.searching.plan import LanePlan
from tnlab_widgets.searching.points import Points

WAITING, RUNNING, ENDED, WATCHING = "waiting", "running", "ended", "watching"
ACTIVE = (WAITING, RUNNING)


class Lane:
    """One search, or the study of one. ``pull`` and ``let_go`` are for the thread that searches, the rest for any.

    Attributes:
        id: What the page calls it.
        plan: What it searches.
        points: Its evaluations.
        phase: "waiting", "running", "ended" or "watching".
        wanted: Whether it is to run: at once, or as soon as nobody else writes its study.
        search: The search; None before its first evaluation, and where it is only looked at.
        progress: How it stands.
        problem: Why it failed, as a sentence.

    Args:
        number: What the page is to call it.
        plan: What it searches.
        wanted: Whether it is to run.
        reader: Of its study, if it has been read.
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
        """Of its study."""
        return self.plan.location.stem

    @property
    def active(self) -> bool:
        """Whether it is being searched, or would be if it were not paused."""
        return self.phase in ACTIVE

    @property
    def begun(self) -> bool:
        """Whether it holds its study: it has been pulled, and has neither ended nor been let go."""
        return self._steps is not None

    @property
    def resumable(self) -> bool:
        """Whether it has ended and its data are there to go on with."""
        return self.plan.source is not None and self.phase == ENDED

    @property
    def seconds(self) -> float:
        """Spent searching."""
        return self.progress.seconds if self.progress is not None else 0.0

    def want(self) -> None:
        """Have it searched, from where its study is."""
        with self.lock:
            self.wanted, self.problem = True, ""
            if self.phase != WATCHING:
                self.phase, self.status = WAITING, self._how_it_ended()

    def pull(self, executor: Any, budget: dict[str, Any]) -> None:
        """Search for one more evaluation.

        Raises:
            TnlabError: It cannot go on.
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
        """Leave the study to others; what is being fitted is dropped."""
        self._leave()
        with self.lock:
            if self.active:
                self.phase = WAITING if self.wanted else ENDED

    def _leave(self) -> None:
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()  # type: ignore[attr-defined] - it is a generator

    def give_way(self) -> None:
        """Look on while somebody else writes the study, and go on when it is free again."""
        self._steps = None
        with self.lock:
            self.phase, self.status = WATCHING, self._who_writes("another process")

    def fail(self, why: str) -> None:
        """End with a sentence."""
        self._steps = None
        with self.lock:
            self.phase, self.wanted, self.problem, self.status = ENDED, False, why, why

    def stop(self) -> None:
        """End soon, and keep the best so far."""
        with self.lock:
            self.wanted, search = False, self.search
            if self.phase == WAITING:
                self.phase, self.status = ENDED, self._how_it_ended()
        if search is not None:
            search.stop()

    def look(self) -> bool:
        """Read what is new in the study; return whether there is anything.

        Raises:
            DataError: It is damaged, or gone.
        """
        reader = self._reader or StudyReader(self.plan.location)
        busy = reader.busy  # asked first: what is written until then is read below
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
        """Return how it stands as the page shows it."""
        with self.lock:
            now, plan, phase = self.progress, self.plan, self.phase
            said = {"status": self.status, "problem": self.problem}
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
            "resumable": self.resumable,
        }

    def summary(self) -> dict[str, Any]:
        """Return what it has come to, as the list of studies shows it."""
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
        """Note how it stands; what is only replayed from the study has been noted before."""
        found = progress.evaluation
        if found is not None and not progress.status:
            self.points.record(found)
            if found.number < self.points.count and self.progress is not None:
                return
        self.progress, self.status = progress, progress.status
