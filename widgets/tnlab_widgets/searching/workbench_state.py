"""The state of the workbench's page and its updates: how every search stands, new evaluations, the list of studies."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tnlab.bounds.families import kinds_of
from tnlab_widgets.base.data_piece import DataPiece
from tnlab_widgets.searching.lane import ACTIVE, Lane
from tnlab_widgets.searching.points import PIECE
from tnlab_widgets.searching.scheduler import Scheduler
from tnlab_widgets.searching.threads import Reporter

SAID = {
    "idle": "Choose data and engines, then start.",
    "running": "Searching.",
    "paused": "Paused; the studies are kept.",
    "stopping": "Stopping after the sweep at hand.",
    "ended": "Ended.",
    "watching": "Watching a search that runs elsewhere.",
}
FRESHEN = 2.0  # seconds between two updates of the list of studies while searches run
AWAY = "Held: no page has been heard of for some minutes."


class WorkbenchState(DataPiece):
    """The state that the workbench's page shows, and the methods that update it from the lanes of a scheduler."""

    STATE: ClassVar[Mapping[str, str]] = {
        "label": "What a screen reader calls the workbench",
        "engines": "[{name, summary, families, needs_target, paper, batch}]",
        "families": "[{name, label}]",
        "executors": "[{name, label}]",
        "settings": "What is chosen, and `refusals`: see `searching.settings.Settings`",
        "run": "{state, status, can_resume, private}",
        "lanes": "How every search stands: see `searching.lane.Lane.report`",
        "bound": "{parameters, proved, scope, family, kind, target}: what holds for all lanes",
        "studies": "What is on the shelf: see `searching.shelf.Shelf.entries`",
        "opening": "{lane, number} of the evaluation that is being opened in the Explorer, or {}",
        "opened": "{lane, number, part}: the evaluation in the Explorer inside, and the name of that part; or {}",
    }

    _scheduler: Scheduler
    _reporter: Reporter
    _librarian: Reporter
    _one_visitor: bool
    _listed: Sequence[dict[str, Any]] = ()
    _sent: dict[int, tuple[int, int]]
    _phases: tuple[tuple[int, str], ...] = ()
    _freshened = 0.0

    def _report(self) -> None:
        """Push the state and the new evaluations of every lane; called by the reporter, at most ten times a second."""
        scheduler = self._scheduler
        if self._one_visitor and self.deserted:
            scheduler.suspend(True)
        lanes = scheduler.lanes
        reports = self._lane_reports()
        with self.guard:
            if lanes is not scheduler.lanes:
                return  # the lanes were replaced meanwhile, and a report of the new ones is due
            for lane in lanes:  # before the counts, so that a search which has ended has all its points
                self._send_new_points(lane)
            self.push(lanes=reports, run=self._run_state(reports), bound=common_bound(lanes))
        phases = tuple((lane["id"], lane["state"]) for lane in reports)
        if phases != self._phases:
            self._phases = phases
            self._list_soon()
        elif time.monotonic() - self._freshened > FRESHEN:
            self._freshen()

    def _list_soon(self) -> None:
        """Request a new list of studies, after a search has begun or ended."""
        self._librarian.due()

    def _freshen(self) -> None:
        """Update the list of studies with the state of the searches that run here, without reading any study."""
        self._freshened = time.monotonic()
        now = {lane.name: lane.summary() for lane in self._scheduler.lanes}
        with self.guard:
            self._listed = [{**entry, **now.get(entry["name"], {})} for entry in self._listed]
            self.push(studies=self._listed)

    def _show_run(self) -> None:
        """Push the common state and the lanes at once after a command; the reporter pushes what follows from it."""
        with self.guard:
            reports = self._lane_reports()
            self.push(lanes=reports, run=self._run_state(reports))
        self._reporter.due()

    def _lane_reports(self) -> list[dict[str, Any]]:
        held = self._scheduler.held
        return [lane.report(paused=held) for lane in self._scheduler.lanes]

    def _run_state(self, reports: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """Return the common state of the lanes with these reports, so that a page never reads two moments at once."""
        scheduler = self._scheduler
        reports = self._lane_reports() if reports is None else reports
        states = {lane["state"] for lane in reports}
        if not reports:
            state = "idle"
        elif states & {*ACTIVE, "paused"}:
            state = "stopping" if scheduler.stopping else "paused" if scheduler.paused else "running"
        else:
            state = "watching" if "watching" in states else "ended"
        said = AWAY if state == "running" and scheduler.suspended else SAID[state]
        held_back = [lane["status"] for lane in reports if lane["wanted"] and lane["status"]]
        if state in ("running", "watching") and held_back:
            said = held_back[0]
        resumable = scheduler.paused or any(lane["resumable"] for lane in reports)
        return {"state": state, "status": said, "can_resume": resumable, "private": self._one_visitor}

    def _send_new_points(self, lane: Lane) -> None:
        """Push the evaluations of a lane that the page lacks; all of them, where some have been removed."""
        points = lane.points
        generation, sent = self._sent.get(lane.id, (0, 0))
        sent = sent if generation == points.generation else 0
        while sent < points.count:
            piece = self._send_points(lane, sent + 1)
            sent += piece["count"]
            self._sent[lane.id] = piece["generation"], sent

    def _send_points(self, lane: Lane, first: int) -> dict[str, Any]:
        piece = {"lane": lane.id, **lane.points.piece(first)}
        self.send({"event": "points", **piece})
        return piece

    def _send_points_from(self, lane: Lane, first: int) -> None:
        """Push the evaluations of a lane from number ``first`` on again, in pieces."""
        with self.guard:
            for start in range(first, max(lane.points.count, first) + 1, PIECE):
                self._send_points(lane, start)


def common_bound(lanes: tuple[Lane, ...]) -> dict[str, Any]:
    """Return the smallest of the lanes' lower bounds on the parameters, with the families of all: it holds for each.

    It is empty where a lane that has begun proved nothing, as nothing is known of its family then.
    """
    begun = [(lane.progress.bound, lane) for lane in lanes if lane.progress is not None]
    known = [(bound, lane) for bound, lane in begun if bound is not None]
    if not known or len(known) < len(begun):
        return {}
    weakest, lane = min(known, key=lambda pair: pair[0].parameters)
    return {
        "parameters": weakest.parameters,
        "proved": weakest.proved,
        "scope": weakest.scope,
        "family": weakest.family,
        "kind": kinds_of(bound.family for bound, _ in known),
        "target": lane.plan.target_error,
    }
