"""The logic of the search workbench: searches by several engines side by side, each recorded in a study on disk."""

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from typing_extensions import override

from tnlab.data import Source, modes_text
from tnlab.errors import DataError
from tnlab.network.network import Network
from tnlab.structure_search.engines.base import engines as engines_known
from tnlab.structure_search.run import SearchResult
from tnlab.structure_search.settings import Budget
from tnlab.structure_search.studies.folder import studies_folder
from tnlab_widgets.base.pictures import Panels
from tnlab_widgets.base.piece import Action, Message
from tnlab_widgets.base.sources import as_source, describe
from tnlab_widgets.base.worker import Worker
from tnlab_widgets.searching.plan import LanePlan
from tnlab_widgets.searching.scheduler import Scheduler
from tnlab_widgets.searching.settings import Offer, Settings, engine_menu, family_menu
from tnlab_widgets.searching.shelf import Shelf
from tnlab_widgets.searching.threads import Reporter
from tnlab_widgets.searching.workbench_commands import WorkbenchShelf

PRIVATE = "TNLAB_PRIVATE_STUDIES"  # environment variable, 1 on a server with many visitors
VOILA = "VOILA_REQUEST_URL"  # environment variable that Voilà sets in a kernel, which serves one visitor of one page


class WorkbenchPiece(WorkbenchShelf):
    """Searches of the structure with the fewest parameters for a tensor, by one engine or several.

    Every search writes a study on disk, from which it can continue after an interruption.

    Args:
        data: Name of a built-in data set, an array or tensor, a ``Source``, or the path of a file.
        modes: Mode sizes to reshape the data to; by default the first suggestion for them.
        order: "plain" or "quantised".
        executor: Where fits run: a name such as ``"pool:2"``, an executor, or a client of dask.
        studies: Folder of the studies; by default that of the user.
        label: Name of the workbench for screen readers.
        chosen: Settings of the searches by name: see ``searching.settings.Settings``.

    Raises:
        DataError: The data cannot be searched, or a setting is out of range.
        UnknownNameError: The data set, an engine, the family or a setting is unknown.
    """

    def __init__(
        self,
        data: object = "camera",
        *,
        modes: Sequence[int] | None = None,
        order: str | None = None,
        executor: Any = "inline",
        studies: str | Path | None = None,
        label: str = "Search workbench",
        **chosen: Any,
    ) -> None:
        source = as_source(data, modes, order)
        private = os.environ.get(PRIVATE) == "1"
        self._one_visitor = private or VOILA in os.environ
        self._shelf = Shelf(studies_folder() if studies is None else Path(studies), private=private)
        self._offer = Offer(executor, private=private)
        self._settings = Settings().changed({**chosen, "executor": self._offer.first}, self._offer.names)
        self._sent = {}
        self._reporter = Reporter(self._report)
        self._librarian = Reporter(self._list_studies, every=1.0)
        self._watcher = Worker(self._look_around, "tnlab-watch")
        self._scheduler = Scheduler(self._reporter.due, lambda _: self._watch())
        super().__init__(
            source,
            label=str(label),
            engines=engine_menu(),
            families=family_menu(),
            executors=list(self._offer.menu),
            settings=self._settings.to_page(len(source.modes)),
            run=self._run_state(),
            lanes=[],
            bound={},
            studies=[],
            opening={},
            opened={},
        )
        self._list_soon()

    def __repr__(self) -> str:
        source, lanes = self._source, self._scheduler.lanes
        names = ", ".join(lane.plan.engine for lane in lanes) or ", ".join(self._settings.engines)
        return (
            f"{type(self).__name__}({source.label}, {modes_text(source.modes)}: {names}; {self._run_state()['state']})"
        )

    # For notebooks

    def start(self) -> None:
        """Begin a new search with every chosen engine, each with a study of its own.

        Raises:
            DataError: An engine cannot run with these settings, or the folder of studies cannot be made.
            UnknownNameError: The executor is not on offer.
        """
        settings, source = self._settings, self._source
        self._offer.executor(settings.executor)  # refused before there is a lane
        refused = settings.refusals(len(source.modes))
        for engine in settings.engines:
            if engine in refused:
                raise DataError(refused[engine])
        keep = functools.cache(lambda: self._shelf.recipe(source))  # slow: called by the searching thread
        plans = [self._planned(engine, source, keep) for engine in settings.engines]
        self._put([self._lane_of(plan, wanted=True) for plan in plans])
        self._go()

    def pause(self) -> None:
        """Hold all searches after the current evaluation; the time that they wait is not counted."""
        self._scheduler.pause()
        self._show_run()

    def resume(self, **changes: Any) -> None:
        """Continue paused searches; where none is active, continue all that have ended from their studies.

        Args:
            changes: A larger ``max_evaluations`` or ``max_seconds``, or another ``executor``, for searches that ended.

        Raises:
            DataError: There is no search to continue, or a value is out of range.
            UnknownNameError: A setting or the executor is unknown.
        """
        self._choose(changes)
        if not self._scheduler.busy:
            ended = [lane for lane in self._scheduler.lanes if lane.resumable]
            if not ended:
                raise DataError("There is no search to go on with; start one, or open a study whose data are there.")
            for lane in ended:
                lane.want()
        self._go()

    def stop(self) -> None:
        """Ask all searches to end after the current evaluation; their best structures and studies are kept."""
        self._scheduler.stop()
        self._show_run()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait up to ``seconds``, without limit for None, until all searches have ended; return whether they have."""
        return self._scheduler.wait(seconds)

    @property
    def results(self) -> dict[str, SearchResult]:
        """The result of every search that has fitted a structure, by engine; a second one of an engine by its study."""
        found = {}
        for lane in self._scheduler.lanes:
            if lane.search is not None and lane.search.fitted:
                found[lane.plan.engine if lane.plan.engine not in found else lane.name] = lane.search.result
        return found

    @property
    def network(self) -> Network | None:
        """The network of fewest parameters that reaches the target, else that of least error; None before a fit."""

        def place(own: SearchResult) -> tuple[bool, float]:
            return not own.reached, own.parameters if own.reached else own.relative_error

        best = min(self.results.values(), key=place, default=None)
        return best.network if best is not None else None

    @override
    def close(self) -> None:
        self._scheduler.close()
        self._reporter.close()
        self._librarian.close()
        self._watcher.close()
        super().close()

    @override
    def receive(self, content: object, buffers: Sequence[Any] = ()) -> None:
        self._scheduler.guest(True)
        try:
            super().receive(content, buffers)
        finally:
            self._scheduler.guest(False)

    def _planned(self, engine: str, source: Source, keep: Callable[[], dict[str, Any]]) -> LanePlan:
        settings = self._settings
        family = settings.family or engines_known[engine].families[0]
        same = {"engine": engine, "target_error": settings.target_error, "family": family}
        return LanePlan(
            **same,
            location=self._shelf.fresh(source.label, engine),
            label=source.label,
            source=source,
            settings={**same, "max_rank": settings.max_rank, "seed": settings.seed},
            keep=keep,
        )

    @override
    def _go(self) -> None:
        settings = self._settings
        budget = Budget(settings.max_evaluations, settings.max_seconds)
        self._scheduler.go(self._offer.executor(settings.executor), budget)
        self._show_run()

    @override
    def page_is_back(self) -> None:
        self._scheduler.suspend(False)

    @override
    def take(self, source: Source) -> None:
        if self._run_state()["state"] in ("running", "stopping"):
            raise DataError("The data cannot change while a search runs; stop it first.")
        panels = Panels(source)
        shown = {"data": describe(source), "original": panels.original()}
        with self.guard:
            self._source, self._panels = source, panels
            self.push(**shown, settings=self._settings.to_page(len(source.modes)))

    ACTIONS: ClassVar[Mapping[str, Action]] = {
        "start": lambda self, _: self.start(),
        "pause": lambda self, _: self.pause(),
        "resume": lambda self, _: self.resume(),
        "stop": lambda self, _: self.stop(),
        "settings": lambda self, command: self._choose(changes_of(command)),
    }


def changes_of(command: Message) -> dict[str, Any]:
    """Return the field ``changes`` of a command: new settings by name.

    Raises:
        DataError: The field is missing or no JSON object.
    """
    changes = command.get("changes")
    if not isinstance(changes, dict):
        raise DataError(f"Settings are changed by a record of new values, not by {changes!r:.80}.")
    return changes
