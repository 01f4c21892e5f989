"""Commands of the workbench on studies: open, watch, compare, delete, export, upload, and open one evaluation."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from typing_extensions import override

from tnlab.errors import DataError, UnknownNameError
from tnlab.structure_search.studies.folder import SUFFIX
from tnlab.structure_search.studies.reader import StudyReader
from tnlab_widgets.base.piece import Action, Message, PartHost
from tnlab_widgets.base.sentences import sentence
from tnlab_widgets.base.worker import Worker
from tnlab_widgets.fitting.explorer_piece import ExplorerPiece
from tnlab_widgets.searching.export import EXPORTS, exported
from tnlab_widgets.searching.lane import WATCHING, Lane
from tnlab_widgets.searching.plan import LanePlan
from tnlab_widgets.searching.recorded import recorded
from tnlab_widgets.searching.settings import Offer, Settings, restored
from tnlab_widgets.searching.shelf import Shelf
from tnlab_widgets.searching.threads import Reporter
from tnlab_widgets.searching.workbench_state import WorkbenchState

MOST_LANES = 12  # studies that the page shows at once
POLL = 0.5  # seconds between two reads of studies that other processes write
MOST_NAMES = 10_000  # studies that a page may say it knows


class WorkbenchShelf(WorkbenchState):
    """The commands on studies. Those that read files are slow, so that no page waits for them.

    ``close_explorer`` is slow too: it follows an ``open`` before it, and takes the Explorer's lock, which must not be
    taken while that of the workbench is held.
    """

    SLOW: ClassVar[frozenset[str]] = frozenset(
        {"upload", "open", "close_explorer", "study_open", "compare", "study_delete", "study_export"}
    )

    OWN_FILES: ClassVar[tuple[tuple[str, ...], str]] = ((SUFFIX, ".json"), "a study")

    _shelf: Shelf
    _watcher: Worker
    _reporter: Reporter
    _settings: Settings
    _offer: Offer
    _lanes_made = _explorers = 0

    def _go(self) -> None:
        """Start the search of the wanted lanes."""
        raise NotImplementedError

    def _lane(self, number: object) -> Lane:
        """Return the lane with this number.

        Raises:
            DataError: No lane has it any more.
        """
        lane = next((lane for lane in self._scheduler.lanes if lane.id == number), None)
        if lane is None:
            raise DataError("That search is no longer shown.")
        return lane

    def _lane_of(self, plan: LanePlan, *, wanted: bool, reader: StudyReader | None = None) -> Lane:
        self._lanes_made += 1
        return Lane(self._lanes_made, plan, wanted=wanted and plan.source is not None, reader=reader)

    def _put(self, lanes: Sequence[Lane]) -> None:
        """Replace the lanes that the page shows."""
        with self.guard:
            self._scheduler.put(lanes)
            self._sent.clear()
        self._reporter.due()

    def _watch(self) -> None:
        """Begin to read studies that other processes write."""
        self._watcher.wake()

    def _look_around(self) -> float | None:
        """Read the new lines of studies that other processes write; return the seconds until the next look."""
        watched = [lane for lane in self._scheduler.lanes if lane.phase == WATCHING]
        for lane in watched:
            try:
                changed = lane.look()
            except Exception as error:  # noqa: BLE001 - it ends this lane only
                lane.fail(sentence(error))
                changed = True
            if changed:
                self._scheduler.wake()
                self._reporter.due()
        return POLL if watched and not self._watcher.closed else None

    def _list_studies(self) -> None:
        """Push the list of studies to the page; called from the thread of ``_librarian``, since it reads files."""
        listed = self._shelf.entries({lane.name: lane.summary() for lane in self._scheduler.lanes})
        with self.guard:
            self._listed = listed
            self.push(studies=listed)

    def _open_studies(self, names: Sequence[str], *, resume: bool) -> None:
        """Show studies as lanes, with data and settings of the first, and continue their searches if ``resume``.

        Raises:
            DataError: A search runs, or a study is missing or damaged.
        """
        self._require_rest()
        found = [self._shelf.plan(name) for name in names]
        lanes = [self._lane_of(plan, wanted=resume, reader=reader) for plan, reader in found]
        for lane in lanes:
            lane.look()
        source = found[0][0].source
        with self.guard:
            self._require_rest()  # reading took a while
            if source is not None:
                self.take(source)
            self._set(restored(self._settings, [reader for _, reader in found], self._offer.names))
            self._put(lanes)
            if resume:
                self._go()

    def _require_rest(self) -> None:
        """Raise ``DataError`` while a search runs that is not paused."""
        if self._scheduler.busy and not self._scheduler.paused:
            raise DataError("A search runs; stop it before you open another study.")

    def _choose(self, changes: dict[str, Any]) -> None:
        """Change settings and push them to the page; if one value is refused, none is changed."""
        with self.guard:
            self._set(self._settings.changed(changes, self._offer.names))

    def _set(self, settings: Settings) -> None:
        with self.guard:
            self._settings = settings
            self.push(settings=settings.to_page(len(self._source.modes)))

    def _delete(self, name: str) -> None:
        self._shelf.delete(name)
        left = [lane for lane in self._scheduler.lanes if lane.name != name]
        if len(left) < len(self._scheduler.lanes):
            self._put(left)
        self._list_soon()

    @override
    def open_file(self, name: str, content: bytes) -> None:
        if name.lower().endswith((SUFFIX, ".json")):
            taken = self._shelf.take_in(name, content)
            self._list_soon()
            self._open_studies([taken], resume=False)
        else:
            super().open_file(name, content)

    def _show_explorer(self, explorer: ExplorerPiece | None, **place: int) -> None:
        """Put an Explorer of the evaluation at ``place``, or none, where the one inside the workbench is; close that.

        Each Explorer is a part of another name, so that a message for one that was replaced never reaches another.
        """
        self._explorers += 1
        part = f"explorer-{self._explorers}"
        if explorer is not None:
            explorer.attach(PartHost(self, part, explorer))
        with self.guard:
            former = list(self.parts.values())
            self.parts.clear()
            if self.closed:
                former += [explorer] if explorer is not None else []
            elif explorer is not None:
                self.parts[part] = explorer
            self.push(opened={**place, "part": part} if explorer is not None else {})
        for each in former:
            each.close()

    # What the page asks for

    def _do_open(self, command: Message) -> None:
        """Open the structure of an evaluation in an Explorer, with its recorded cores where it was fitted."""
        lane, number = self._lane(command.get("lane")), command.get("number")
        if type(number) is not int or not 1 <= number <= lane.points.count:  # a bool is none
            raise DataError(f"There is no evaluation {number!r:.40} in that search.")
        place = {"lane": lane.id, "number": number}
        self.push(opening=place)
        try:
            source = lane.plan.source
            if source is None:
                raise DataError("The data of this study cannot be had any more, so that nothing can be fitted to them.")
            structure, network = recorded(lane.plan.location, number)
            opened = ExplorerPiece(source, structure=network or structure, target_error=lane.plan.target_error or 0.1)
            self._show_explorer(opened, **place)
        finally:
            self.push(opening={})

    def _do_close_explorer(self, _: Message) -> None:
        self._show_explorer(None)

    def _do_points(self, command: Message) -> None:
        lane, first = self._lane(command.get("lane")), command.get("from")
        if not isinstance(first, int) or not 1 <= first <= lane.points.count + 1:
            raise DataError(f"Evaluations are numbered 1 to {lane.points.count}, but {first!r:.40} was asked for.")
        self._send_points_from(lane, first)

    def _do_studies(self, command: Message) -> None:
        self._shelf.know(names_of(command, MOST_NAMES))
        self._list_soon()

    def _do_study_open(self, command: Message) -> None:
        names, resume = names_of(command, MOST_LANES), bool(command.get("resume"))
        self._shelf.know(names)
        self._list_soon()
        self._open_studies(names, resume=resume)
        self._watch()

    def _do_compare(self, command: Message) -> None:
        self._do_study_open({**command, "resume": False})

    def _do_study_delete(self, command: Message) -> None:
        self._delete(self._shelf.location(command.get("name")).stem)

    def _do_study_export(self, command: Message) -> dict[str, Any]:
        kind, location = command.get("format"), self._shelf.location(command.get("name"))
        if not isinstance(kind, str) or kind not in EXPORTS:
            raise UnknownNameError("format", kind, EXPORTS)
        filename, content = exported(location, kind)
        return {"filename": filename, "data": content}

    ACTIONS: ClassVar[Mapping[str, Action]] = {
        "open": _do_open,
        "close_explorer": _do_close_explorer,
        "points": _do_points,
        "studies": _do_studies,
        "study_open": _do_study_open,
        "compare": _do_compare,
        "study_delete": _do_study_delete,
        "study_export": _do_study_export,
    }


def names_of(command: Message, most: int) -> list[str]:
    """Return the distinct names of studies in the field ``names`` of a command, at most ``most``.

    Raises:
        DataError: The field is no list of texts, or holds none or too many.
    """
    names = command.get("names")
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise DataError(f"Studies are asked for by a list of their names, not by {names!r:.80}.")
    if not names or len(names) > most:
        raise DataError(f"At most {most} studies are taken at once, and at least one; {len(names)} were named.")
    return list(dict.fromkeys(names))
