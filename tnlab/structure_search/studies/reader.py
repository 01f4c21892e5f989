"""Read a study, once or again and again while another process writes it, as evaluations and progress."""

from pathlib import Path
from typing import Any

from tnlab.errors import DataError
from tnlab.network.isomorphism import isomorphic
from tnlab.network.network import Network
from tnlab.structure_search.evaluation import Evaluation
from tnlab.structure_search.progress import Books, Progress
from tnlab.structure_search.settings import Budget
from tnlab.structure_search.studies.lines import (
    StudyRecord,
    evaluation_of,
    header_of,
    parameter_bound_of,
    parsed,
)
from tnlab.structure_search.studies.study import study_log

LEFT_OUT = "left out"  # value of ``cores`` in the header of a study that was exported without cores


class StudyReader:
    """The evaluations and progress of a study, without cores; ``poll`` reads what was added. It takes no lock.

    Args:
        location: A path, or ``DATABASE_URL#NAME``.

    Raises:
        DataError: The location holds something other than a study, or the study is damaged or cannot be read.

    Example:
        >>> reader = StudyReader("camera.study")  # doctest: +SKIP
        >>> for progress in reader.poll():  # doctest: +SKIP
        ...     print(progress.counts.fitted, progress.incumbent.parameters)

    Attributes:
        header: Problem, fits and engine, as ``lines.header`` writes them; empty if there is no study yet.
        openings: Records of the writers so far: time, host, process, executor and budget.
        evaluations: The valid evaluations, in order of their numbers, without cores.
        progress: Progress of the search after the newest evaluation; None before the first.
        generation: How often evaluations became invalid, because the search took another way or the study was deleted.
    """

    def __init__(self, location: str | Path) -> None:
        self.generation = 0
        self._log = study_log(location)
        self._begin()
        self.poll()

    def _begin(self) -> None:
        self.header: StudyRecord = {}
        self.openings: list[StudyRecord] = []
        self.evaluations: list[Evaluation] = []
        self.progress: Progress | None = None
        self._place = self._lines = 0
        self._early: dict[int, Evaluation] = {}
        self._books = self._fresh()

    @property
    def location(self) -> str:
        """Path of the study, or ``DATABASE_URL#NAME`` with the password hidden."""
        return self._log.location

    @property
    def busy(self) -> str:
        """Which process writes the study, such as "process 12 on host"; empty if none does."""
        return self._log.busy()

    @property
    def target_error(self) -> float | None:
        """Relative error to reach; None for an objective without one."""
        return self.header.get("target_error")

    @property
    def engine(self) -> str:
        """Name of the engine; empty if there is no study yet."""
        return str(self.header.get("engine", ""))

    @property
    def family(self) -> str:
        """Family of structures that is searched; empty if there is no study yet."""
        return str(self.header.get("family", ""))

    @property
    def source(self) -> dict[str, Any] | None:
        """Recipe of the tensor, as ``recipe_of`` makes it; None if the search was not given one."""
        return self.header.get("source")

    def poll(self) -> list[Progress]:
        """Read the lines added since the last call, and return the progress after each new evaluation and at the end.

        If the study was deleted meanwhile, the reader starts afresh.

        Raises:
            DataError: The study is damaged, or cannot be read.
        """
        lines, place = self._log.read(self._place)
        if place < self._place:
            self._begin()
            self.generation += 1
        self._place = place
        news: list[Progress] = []
        for line in lines:
            self._lines += 1
            if self._lines == 1:
                self.header = header_of(line, self.location)
                self._books = self._fresh()
            else:
                news += self._taken(parsed(line, self._lines, self.location))
        return news

    def network(self, number: int) -> Network | None:
        """Return the fitted network of an evaluation, or of the one it repeats; None if it was pruned.

        Args:
            number: Number of the evaluation, from 1.

        Raises:
            DataError: The study has no such evaluation, or its record is damaged.
        """
        if not 1 <= number <= len(self.evaluations):
            raise DataError(f"The study {self.location!r} has no evaluation {number!r:.40}.")
        wanted = self.evaluations[number - 1]
        network = None
        for place, line in enumerate(self._log.read()[0], start=1):
            if not line.startswith(b'{"number": '):
                continue
            record = parsed(line, place, self.location)
            if record["cores"] is None or record["relative_error"] != wanted.relative_error:
                continue
            found = evaluation_of(record, self.location)
            if found.structure == wanted.structure and found.number == number:
                return found.network
            if network is None and isomorphic(found.structure, wanted.structure):
                network = found.network
        return network

    def _taken(self, record: StudyRecord) -> list[Progress]:
        """Take one record into the state of the reader, and return the progress of evaluations that it completes."""
        if "number" in record:
            found = evaluation_of(record, self.location, cores=False)
            if found.number <= len(self.evaluations):  # a later line replaces an earlier one of its number
                behind = self.evaluations[found.number :]
                self._forget(found.number)
                self._early |= {other.number: other for other in behind}
            self._early[found.number] = found
            return self._due()
        if "forget" in record:
            self._forget(record["forget"])
        elif "bound" in record:
            self._books.bound = parameter_bound_of(record["bound"], self.location)
        elif "opened" in record:
            self.openings.append(record["opened"])
            self._books.budget = Budget(record["opened"]["max_evaluations"], record["opened"]["max_seconds"])
            if self.progress is not None:
                self.progress = self._books.progress(self.progress.seconds)
        else:
            closed = record["closed"]
            self.progress = self._books.progress(float(closed["seconds"]), str(closed["status"]))
            return [self.progress]
        return []

    def _due(self) -> list[Progress]:
        """Move evaluations whose predecessors are all known into ``evaluations``; return the progress after each."""
        news = []
        while (found := self._early.pop(len(self.evaluations) + 1, None)) is not None:
            self.evaluations.append(found)
            self._books.record(found)
            spent = max(found.seconds, self.progress.seconds if self.progress else 0.0)
            self.progress = self._books.progress(spent)
            news.append(self.progress)
        return news

    def _forget(self, number: int) -> None:
        """Discard the evaluations from a number on, and compute the progress anew from those before it."""
        self._early = {place: found for place, found in self._early.items() if place < number}
        if number > len(self.evaluations):
            return
        kept, old = self.evaluations[: number - 1], self._books
        self.evaluations, self.progress, self._books = [], None, self._fresh()
        self._books.bound, self._books.budget = old.bound, old.budget
        self.generation += 1
        self._early |= {found.number: found for found in kept}
        self._due()

    def _fresh(self) -> Books:
        """Return empty books; the budget of 1 holds until an ``opened`` record states another."""
        return Books(self.target_error, Budget(1, 1.0))


def opened(location: str) -> StudyReader:
    """Return a reader of an existing study.

    Raises:
        DataError: No study is at the location, or it is damaged.
    """
    reader = StudyReader(location)
    if not reader.header:
        raise DataError(f"There is no study at {reader.location!r}; list existing studies with: tnlab studies.")
    return reader
