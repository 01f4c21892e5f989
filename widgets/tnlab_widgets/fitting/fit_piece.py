"""The editor over a tensor, which fits the drawn structure, shows its error and bounds it from below."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from typing_extensions import override

from tnlab.bounds.error_bound import Certificate
from tnlab.bounds.families import family_of
from tnlab.data import Source
from tnlab.errors import DataError
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.solvers.base import Status
from tnlab.writing import write_file
from tnlab_widgets.base.callbacks import Callbacks
from tnlab_widgets.base.data_piece import DataPiece
from tnlab_widgets.base.editor_piece import EditorPiece
from tnlab_widgets.base.pictures import Panels
from tnlab_widgets.base.piece import Action, Message
from tnlab_widgets.base.sources import as_source, describe, shared_tensor
from tnlab_widgets.base.starting import similar_structure
from tnlab_widgets.base.structures import presentable
from tnlab_widgets.fitting.certifier import Certifier
from tnlab_widgets.fitting.certifier_desk import Bound, Minimum
from tnlab_widgets.fitting.options import count_of, seed_of, starting, target_of
from tnlab_widgets.fitting.reports import bound_state, fit_state, minimum_state, spectra, visit_records
from tnlab_widgets.fitting.run import FitProgress
from tnlab_widgets.fitting.session import FitSession
from tnlab_widgets.fitting.session_file import SUFFIX, SavedSession, read_session, write_session
from tnlab_widgets.fitting.visited import Visit

UNFITTED: Mapping[str, Any] = {"fit": {}, "pictures": {}, "spectra": {}, "current_id": 0, "bound": {}}
STOOD = 1.0  # seconds that a structure is drawn before it counts as visited, if its fit has not ended sooner
FOLLOWING = ("fit", "pictures", "spectra", "bound")  # what stays true of a structure whose cores are renamed or moved


class FitPiece(DataPiece, EditorPiece):
    """A structure that is drawn over a tensor, fitted in the background, and bounded from below.

    Args:
        data: Name of a built-in data set, an array or tensor, a ``Source``, or the path of a file.
        modes: Mode sizes to reshape the data to; by default the first suggestion for them.
        order: "plain" or "quantised".
        structure: A structure, its JSON, the name of a format, a name and a rank, e.g. ``("tr", 4)``, or a network,
            from whose cores the fit starts; by default a tensor train.
        seed: Seed of random starts.
        target_error: The relative error to reach, marked on the page and used for the fewest parameters.
        read_only: Whether edits on the page are refused.
        label: Name of the Explorer for screen readers.

    Raises:
        DataError: The data cannot be fitted.
        StructureError: The structure breaks a rule, or has other modes than the tensor.
        UnknownNameError: The data set or the format is unknown.
    """

    STATE: ClassVar[Mapping[str, str]] = {
        "fit": "State, sweeps and errors of the fit: see `fitting.reports.fit_state`",
        "pictures": "{edit, generation, title, ...}: reconstruction and residual, a few times a second",
        "spectra": "{edit, values}: singular values on every bond, descending",
        "current_id": "The visit that is drawn; 0 for none yet",
        "bound": "Lower bound on the error of the structure: see `fitting.reports.bound_state`",
        "minimum": "Fewest parameters for the target: see `fitting.reports.minimum_state`",
        "target_error": "The relative error to reach",
        "references": "[{name, points: [[parameters, relative error], ...]}]: what other ways to keep the data reach",
    }
    OWN_FILES: ClassVar[tuple[tuple[str, ...], str]] = ((SUFFIX,), "a session of the Explorer")
    START: ClassVar[Mapping[str, Any]] = {"references": []}

    def __init__(
        self,
        data: object = "camera",
        *,
        modes: Sequence[int] | None = None,
        order: str | None = None,
        structure: object = None,
        seed: int = 0,
        target_error: float = 0.1,
        read_only: bool = False,
        label: str = "Tensor network explorer",
    ) -> None:
        source = as_source(data, modes, order)
        drawn, cores = started(structure, source.modes)
        self._session = FitSession(self._show, seed=seed_of(seed))
        self._certifier = Certifier(self._show_bound, self._show_minimum)
        self._bound: Bound | None = None
        self._family = "any"
        self._progress: FitProgress | None = None
        self._drawn_at = time.monotonic()
        self._sent: dict[int, Visit] = {}
        self._failure, self._reported, self._awaited = "", 0, 0
        self._fits = Callbacks("on_fit", self.tell)
        super().__init__(
            source,
            structure=drawn,
            read_only=read_only,
            modes_locked=True,
            label=label,
            target_error=target_of(target_error),
            minimum={},
            **UNFITTED,
        )
        self._load()
        self._session.submit(self._structure, init="warm" if cores is None else cores)
        bound = self._certifier.ask(self._structure)
        if bound is not None:
            self._show_bound(bound)
        self._aim()

    # For programs

    @property
    @override
    def structure(self) -> Structure:
        """The structure that is drawn. Assigning another draws and fits it.

        A structure may be assigned in every form that the constructor takes: a ``Structure``, its JSON, the name of a
        format, a name and a rank, e.g. ``("tr", 4)``, or a network, from whose cores the fit starts.

        Raises:
            StructureError: The assigned structure breaks a rule, or has other modes than the tensor.
            UnknownNameError: The format is unknown.
        """
        return self._structure

    @structure.setter
    def structure(self, structure: object) -> None:
        drawn, cores = started(structure, self._source.modes)
        with self.alone():
            self._check(drawn)
            self._accept(drawn, self._next_edit(), cores=cores)

    @property
    def fit(self) -> FitProgress | None:
        """The newest report of the fit of the drawn structure; None before the first."""
        with self.guard:
            return self._progress

    @property
    def relative_error(self) -> float | None:
        """The relative error of the newest fitted cores of the drawn structure; None before its first sweep."""
        progress = self.fit
        return progress.relative_error if progress is not None else None

    @property
    def network(self) -> Network | None:
        """The newest fitted cores of the drawn structure; None before its first sweep."""
        progress = self.fit
        return progress.network if progress is not None else None

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The structures fitted to this tensor so far, in the order of their latest fits, with their best networks.

        One that was replaced within a second, before its fit had ended, is not among them.
        """
        return tuple(visit for visit in self._session.visited if visit.stood)

    @property
    def certificate(self) -> Certificate | None:
        """A lower bound on the error of every fit of the drawn structure, with proof; None before its cuts are known.

        The bound does not depend on the fit, and rises while spectra of more cuts of the tensor are computed.

        Example:
            >>> proof = explorer.certificate
            >>> proof.error_bound, proof.cut, proof.cut_rank, proof.crossing
        """
        with self.guard:
            bound = self._bound
            return bound.certificate if bound is not None and bound.structure == self._structure else None

    @property
    def target_error(self) -> float:
        """The relative error to reach; may be assigned.

        Raises:
            DataError: The assigned value is no number above 0 and at most 1.
        """
        return self.state["target_error"]

    @target_error.setter
    def target_error(self, target: float) -> None:
        with self.alone():
            self.push(target_error=target_of(target))
            self._aim()

    def on_fit(self, function: Callable[[FitProgress], object]) -> Callable[[], None]:
        """Call a function with every report of the fit, at most ten a second and at the end; return what ends this.

        The function is called by the fitting thread, which goes on when it returns. An error that it raises is logged
        and shown as the user's, and the fit goes on.
        """
        return self._fits.add(function)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait up to ``seconds``, without limit for None, until the fit of the drawn structure has ended.

        Returns:
            Whether it has. An edit meanwhile begins another fit, which is waited for instead.
        """
        ended = threading.Event()
        end = self.on_fit(lambda fit: None if fit.running else ended.set())
        with self.guard:
            self._awaited += 1
        try:
            self._session.suspend(False)  # a kernel that waits here hears no heartbeat of the page
            told = self._fits.latest
            over = told is not None and told.generation == self._session.generation and not told.running
            return over or ended.wait(seconds)
        finally:
            with self.guard:
                self._awaited -= 1
            end()

    def pause(self) -> None:
        """Hold the fit after the current sweep; later edits are fitted after ``resume``."""
        self._session.pause()

    def resume(self) -> None:
        """Continue a paused fit, or start a new one from the best cores where the fit has ended or was stopped."""
        self._session.resume()

    def stop(self) -> None:
        """End the fit and keep the best of its networks."""
        self._session.stop()

    def restart(self, seed: int | None = None) -> None:
        """Fit the drawn structure again from a random start with a seed, by default the next one."""
        self._session.restart(None if seed is None else seed_of(seed))

    def try_seeds(self, count: int = 5) -> None:
        """Fit the drawn structure from ``count`` random starts and keep the best of them and the current fit."""
        self._session.try_seeds(count_of(count))

    def restore(self, visit: Visit | int) -> None:
        """Draw a structure of ``visits`` again, given or named by its ``id``, with its best cores.

        Raises:
            DataError: It is no longer among the visits.
        """
        wanted = visit.id if isinstance(visit, Visit) else visit
        self.draw(presentable(self._visit(wanted).structure))

    def _visit(self, wanted: object) -> Visit:
        known = self._session.visited.by_id(wanted) if isinstance(wanted, int) else None
        if known is None:
            raise DataError("That structure is no longer in the history.")
        return known

    def save(self, path: str | Path) -> None:
        """Write data, cores and history to a .tnlab file, which ``Explorer.load`` and the page open.

        Raises:
            DataError: The name has another suffix, or the file cannot be written.
        """
        write_file(path, write_session(self._saved()), suffixes=(SUFFIX,))

    def reopen(self, saved: SavedSession) -> None:
        """Replace data, structure, cores and history by those of a saved session."""
        with self.alone():
            network = saved.network
            drawn = presentable(saved.structure)
            self._open(saved.source, drawn, None if network is None else Network(drawn, network.cores))
            for structure, error, status in saved.visited:
                self._session.visited.remember(structure, error, status)
            self._session.seed = saved.seed
            self.target_error = saved.target_error
            self._send_visits()

    @override
    def take(self, source: Source) -> None:
        self._open(source, similar_structure(source.modes, self._structure))

    @override
    def open_file(self, name: str, content: bytes) -> None:
        if name.lower().endswith(SUFFIX):
            self.reopen(read_session(name, content))
        else:
            super().open_file(name, content)

    # The page

    @override
    def close(self) -> None:
        super().close()  # first: nothing is shown any more
        self._session.close()
        self._certifier.close()

    @override
    def receive(self, content: object, buffers: Sequence[Any] = ()) -> None:
        with self._session.guest():
            super().receive(content, buffers)

    @override
    def viewed(self, views: int) -> None:
        self._session.suspend(not views and not self._awaited)

    @override
    def page_is_back(self) -> None:
        self._session.suspend(False)

    @override
    def _accept(
        self, structure: Structure, edit: str, *, cores: Network | None = None, kept: str = "", **also: Any
    ) -> None:
        """Fit and bound a checked structure, then show it; what is shown stays current if only names or places changed.

        Args:
            structure: The structure.
            edit: The name of the edit.
            cores: Cores that its fit starts from; by default the best ones known.
            kept: The status of ``cores``, where these are shown as they are and not fitted on.
            also: Further values of the state that change with it.
        """
        if structure == self._structure and cores is None:
            current = (name for name in FOLLOWING if self.state[name].get("edit") == self.edit)
            also |= {name: {**self.state[name], "edit": edit} for name in current}
        else:
            self._progress, self._drawn_at = None, time.monotonic()
        self._session.submit(structure, init="warm" if cores is None else cores, kept=kept)
        bound = self._certifier.ask(structure)
        if bound is not None:
            self._bound = bound
            also["bound"] = bound_state(bound, edit, self._session.generation)
        super()._accept(structure, edit, **also)
        if self._family != family_of([structure]):  # what is drawn may be outside the family bounded so far
            self._aim()

    def _load(self) -> None:
        """Give the tensor to the threads; all that belongs to the former one is dropped."""
        tensor = shared_tensor(self._source)
        self._session.load(tensor)
        self._certifier.load(tensor)
        self._bound = self._progress = None
        self._sent.clear()

    def _open(self, source: Source, structure: Structure, cores: Network | None = None) -> None:
        """Replace data and structure, and start their fit; an error leaves the piece unchanged."""
        panels, structure = Panels(source), presentable(structure)
        shown = {"data": describe(source), "original": panels.original(), "problem": {}, **UNFITTED}
        with self.alone():
            self._source, self._panels = source, panels
            self._load()
            self.state.update(UNFITTED)
            self._accept(structure, self._next_edit(), cores=cores, **shown)
            self._send_visits()
            self._aim()

    def _show(self, progress: FitProgress, detailed: bool) -> None:
        """Show a report of the fit, with pictures, spectra and visits if ``detailed``; called by the fitting thread."""
        if self.deserted and not self._awaited:
            self._session.suspend(True)
        with self.alone():
            if progress.generation != self._session.generation:
                return
            if progress.number >= self._reported:  # else a newer report of another thread came first
                self._progress, self._reported = progress, progress.number
                self.push(fit=fit_state(progress, self.edit))
                self._follow(progress)
                self._show_failure(progress.failure)
                self.notify(self._fits, progress)
            panels = self._panels
        if detailed and progress.network is not None:
            compared, values = panels.compare(progress.network.to_tensor()), spectra(progress.network)
            with self.alone():
                if progress.generation != self._session.generation:
                    return
                label = {"edit": self.edit, "generation": progress.generation}
                if (compared["along"], compared["at"]) != (panels.view.along, panels.view.at):
                    compared = panels.again() or compared  # another slice was chosen meanwhile
                self.push(
                    pictures={**compared, **label, "title": progress.status},
                    spectra={**label, "values": values},
                    current_id=progress.visit,
                )
                self._send_visits(progress.visit)

    def _follow(self, progress: FitProgress) -> None:
        """Take note of a newer report of the fit of the drawn structure; called with the lock held."""
        if not progress.running or progress.paused or time.monotonic() - self._drawn_at >= STOOD:
            self._session.visited.stand(progress.visit)

    def _show_failure(self, failure: str) -> None:
        """Show why the fit of the drawn structure failed, and take that away with the next report that does not."""
        if failure != self._failure:
            self._failure = failure
            if failure:
                self.tell(failure)
            else:
                self.push(problem={})

    def _send_visits(self, current: int = 0) -> None:
        """Send the visits that are new or have changed since they were last sent; after a change of data all.

        Args:
            current: The visit that is drawn; 0 for none, as after a change of data, when all are sent, if only none.
        """
        fresh, visits = not self._sent, self.visits
        running = {number for number, visit in self._sent.items() if visit.status == Status.RUNNING.value}
        changed = [visit for visit in visits if self._sent.get(visit.id) is not visit or visit.id in running]
        gone = list(self._sent.keys() - {visit.id for visit in visits})
        self._sent = {visit.id: visit for visit in visits}
        if changed or gone or (fresh and not current):
            told = {"visits": visit_records(changed, current), "gone": gone, "fresh": fresh}
            self.send({"event": "visits", "current_id": current, **told})

    def _show_bound(self, bound: Bound) -> None:
        with self.guard:
            if bound.data == self._certifier.data and bound.structure == self._structure:
                self._bound = bound
                self.push(bound=bound_state(bound, self.edit, self._session.generation))

    def _aim(self) -> None:
        """Show the parameter bound known for the target error, and have the worker report better ones.

        It is the bound of a family that holds everything on the map: the drawn structure and all visits.
        """
        self._family = family_of([self._structure, *(visit.structure for visit in self.visits)])
        self._show_minimum(self._certifier.aim(self.target_error, self._family))

    def _show_minimum(self, minimum: Minimum) -> None:
        with self.guard:
            asked = self._certifier.data, self.target_error, self._family
            if (minimum.data, minimum.target, minimum.family) == asked:
                self.push(minimum=minimum_state(minimum))

    def _saved(self) -> SavedSession:
        with self.guard:
            network = self.network
            fitted = network if network is not None and network.structure == self._structure else None
            visits = tuple((visit.structure, visit.relative_error, visit.status) for visit in self.visits)
            return SavedSession(
                source=self._source,
                structure=self._structure,
                network=fitted,
                seed=self._session.seed,
                target_error=self.target_error,
                visited=visits,
            )

    def _do_save(self, _: Message) -> dict[str, Any]:
        stem = "".join(letter if letter.isalnum() else "_" for letter in Path(self._source.name).stem)[:40]
        return {"filename": f"{stem or 'session'}{SUFFIX}", "data": write_session(self._saved())}

    def _do_visits(self, _: Message) -> dict[str, Any]:
        current = self.state["current_id"]
        return {"visits": visit_records(self.visits, current), "current_id": current}

    def _do_visit_structure(self, message: Message) -> dict[str, Any]:
        return {"structure": structure_json.to_dict(self._visit(message.get("id")).structure)}

    def _do_target(self, message: Message) -> None:
        self.target_error = message.get("value")  # type: ignore[assignment] - checked there

    SLOW: ClassVar[frozenset[str]] = frozenset({"save"})
    ACTIONS: ClassVar[Mapping[str, Action]] = {
        "pause": lambda self, _: self.pause(),
        "resume": lambda self, _: self.resume(),
        "stop": lambda self, _: self.stop(),
        "restart": lambda self, message: self.restart(message.get("seed")),
        "try_seeds": lambda self, message: self.try_seeds(message.get("count", 5)),
        "restore": lambda self, message: self.restore(message.get("id")),
        "target": _do_target,
        "save": _do_save,
        "visits": _do_visits,
        "visit_structure": _do_visit_structure,
    }


def started(structure: object, modes: tuple[int, ...]) -> tuple[Structure, Network | None]:
    """Return the structure to draw over a tensor, and the cores to start its fit from, where some are given.

    Args:
        structure: A structure in any form that ``starting`` takes, or a network.
        modes: Mode sizes of the tensor.

    Raises:
        StructureError: The structure breaks a rule, or has other modes.
        TnlabError: The format is unknown, or has no structure of this order and rank.
    """
    network = structure if isinstance(structure, Network) else None
    drawn = presentable(starting(structure if network is None else network.structure, modes))
    return drawn, None if network is None else Network(drawn, network.cores)
