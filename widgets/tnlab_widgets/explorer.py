"""The Explorer: the network editor over a tensor, which fits the drawn structure and shows its error."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import traitlets
from traitlets import Bunch, Dict, Float, Int, List
from typing_extensions import override

from tnlab.bounds.error_bound import Certificate
from tnlab.data import Source
from tnlab.errors import DataError
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab_widgets.base.data_widget import DataWidget
from tnlab_widgets.base.pictures import Panels
from tnlab_widgets.base.sources import as_source, describe, shared_tensor
from tnlab_widgets.base.starting import similar_structure
from tnlab_widgets.base.structures import presentable
from tnlab_widgets.editor import NetworkEditor
from tnlab_widgets.fitting.certifier import Certifier
from tnlab_widgets.fitting.certifier_desk import Bound, Minimum
from tnlab_widgets.fitting.options import count_of, seed_of, starting, target_of
from tnlab_widgets.fitting.reports import bound_state, fit_state, minimum_state, spectra, visit_list
from tnlab_widgets.fitting.run import FitProgress
from tnlab_widgets.fitting.session import FitSession
from tnlab_widgets.fitting.session_file import SUFFIX, SavedSession, read_session, write_session


class Explorer(DataWidget, NetworkEditor, bundle="explorer"):
    """A widget that fits the structure drawn by the user to a tensor, and shows error, residual and error bound.

    Args:
        data: Name of a built-in data set, an array or tensor, a ``Source``, or the path of a .npy, PNG or JPEG file.
        modes: Mode sizes to reshape the data to; by default the first suggestion for them.
        order: "plain" or "quantised".
        structure: A structure, its JSON, the name of a format, a name and a rank, e.g. ``("tr", 4)``, or a network,
            from whose cores the fit starts; by default a tensor train.
        seed: Seed of random starts.
        target_error: The relative error to reach, marked on the page and used for the fewest parameters.

    Raises:
        DataError: The data cannot be fitted.
        StructureError: The structure breaks a rule, or has other modes than the tensor.
        UnknownNameError: The data set or the format is unknown.
        TypeError: A keyword is unknown.

    Example:
        >>> explorer = Explorer("camera", modes=(4,) * 8, structure=("tr", 4))
        >>> explorer.relative_error, explorer.network
    """

    fit_state = Dict(help="Status, sweeps and errors of the fit: see `fitting.reports.fit_state`").tag(sync=True)
    pictures = Dict(help="Reconstruction and residual, a few times a second").tag(sync=True)
    spectra = List(help="Singular values on every bond, descending").tag(sync=True)
    spectra_seq = Int(0, help="The structure_seq that `spectra` belongs to").tag(sync=True)
    visited = List(help="[{id, parameters, relative_error, label, status}] of every structure fitted").tag(sync=True)
    current_id = Int(0, help="The visited structure that is drawn; 0 for none yet").tag(sync=True)
    bound = Dict(help="Lower bound on the error of the structure: see `fitting.reports.bound_state`").tag(sync=True)
    minimum = Dict(help="Fewest parameters for the target: see `fitting.reports.minimum_state`").tag(sync=True)
    target_error = Float(0.1, min=0.0, max=1.0, help="The relative error to reach").tag(sync=True)

    _started = False

    def __init__(
        self,
        data: object = "camera",
        *,
        modes: Sequence[int] | None = None,
        order: str | None = None,
        structure: object = None,
        seed: int = 0,
        target_error: float = 0.1,
        **traits: Any,
    ) -> None:
        source = as_source(data, modes, order)
        self._session = FitSession(self._show, seed=seed_of(seed))
        self._certifier = Certifier(self._show_bound, self._show_minimum)
        self._failure = ""
        self._adopt(source)
        super().__init__(
            starting(structure.structure if isinstance(structure, Network) else structure, source.modes),
            **{
                "modes_locked": True,
                "label": "Tensor network explorer",
                "target_error": target_of(target_error),
                "_view_count": 0,  # not None: the page then keeps it up to date
                **traits,
            },
        )
        cores = Network(self._value, structure.cores) if isinstance(structure, Network) else "warm"
        self._session.submit(self._value, init=cores)
        self._started = True
        self._ask_bound()
        self._aim()

    @property
    def network(self) -> Network | None:
        """The newest fitted cores; None before the first sweep."""
        return self._session.network

    @property
    def relative_error(self) -> float | None:
        """The relative error that the page shows; None before the first sweep."""
        return self.fit_state.get("relative_error")

    @property
    def certificate(self) -> Certificate | None:
        """A lower bound on the error of every fit of the drawn structure, with proof; None before its cuts are known.

        The bound does not depend on the fit, and rises while spectra of more cuts of the tensor are computed.

        Example:
            >>> proof = explorer.certificate
            >>> proof.error_bound, proof.cut, proof.cut_rank, proof.crossing
        """
        with self._guard:
            bound = self._bound
            return bound.certificate if bound is not None and bound.structure == self._value else None

    def save(self, path: str | Path) -> None:
        """Write data, cores and history to a .tnlab file, which ``Explorer.load`` and the page open."""
        Path(path).write_bytes(write_session(self._saved()))

    @classmethod
    def load(cls, path: str | Path) -> "Explorer":
        """Return an Explorer with the session of a .tnlab file that ``save`` or the page wrote.

        Raises:
            DataError: The file holds no session.
            FileNotFoundError: The path names no file.
        """
        saved = read_session(Path(path).name, Path(path).read_bytes())
        explorer = cls(saved.source, structure=saved.structure)
        explorer._restore_session(saved)
        return explorer

    @override
    def close(self) -> None:
        session = self.__dict__.get("_session")  # absent where the constructor failed
        if session is not None:
            session.close()
            self._certifier.close()
        super().close()

    @override
    def set_state(self, sync_data: dict[str, Any]) -> None:
        with self._session.guest():
            super().set_state(sync_data)

    @override
    def _accept(self, structure: Structure, seq: int) -> None:
        with self._guard, self.hold_sync():
            moved_only = structure == self._value
            super()._accept(structure, seq)
            if moved_only:  # names and places: what is shown stays current
                self.push(
                    fit_state={**self.fit_state, "seq": seq} if self.fit_state else {},
                    pictures={**self.pictures, "seq": seq} if self.pictures else {},
                    spectra_seq=seq,
                )
            self._session.submit(structure, seq)
            self._ask_bound()

    def _adopt(self, source: Source) -> None:
        panels = Panels(source)
        self._source, self._panels = source, panels
        self._session.load(shared_tensor(source))
        self._certifier.load(shared_tensor(source))
        self._bound: Bound | None = None

    def _open(self, source: Source, structure: Structure) -> None:
        """Replace the data and the structure, and start their fit; an error leaves the widget unchanged."""
        data, structure = describe(source), presentable(structure)
        original = Panels(source).original()
        with self._guard, self.hold_sync():
            self._adopt(source)
            self._value = structure
            self.push(
                data=data,
                original=original,
                fit_state={},
                pictures={},
                bound={},
                spectra=[],
                visited=[],
                current_id=0,
                problem={},
            )
            super()._accept(structure, self._next_own_seq())
            self._session.submit(structure, self.structure_seq)
            self._ask_bound()
            self._aim()

    # Reports of the worker threads

    def _show(self, progress: FitProgress, detailed: bool) -> None:
        """Push a report of the fit to the page, with pictures and spectra if ``detailed``; called by the worker."""
        if self._deserted:
            self._session.suspend(True)
        if not self._push_current(progress, lambda seq: {"fit_state": fit_state(progress, seq)}):
            return
        if progress.failure != self._failure:
            self._failure = progress.failure
            if progress.failure:
                self._tell(progress.failure)
            else:
                self.push(problem={})  # it was about a structure that is no longer drawn
        if detailed and progress.network is not None:
            compared = self._panels.compare(progress.network.to_tensor())
            values = spectra(progress.network)
            self._push_current(
                progress,
                lambda seq: {
                    "pictures": {**compared, "seq": seq, "generation": progress.generation, "title": progress.status},
                    "spectra": values,
                    "spectra_seq": seq,
                    "visited": visit_list(self._session.visited, progress.visit),
                    "current_id": progress.visit,
                },
            )

    def _ask_bound(self) -> None:
        """Show the error bound of the drawn structure: now if its cuts are known, else when the worker reports it."""
        bound = self._certifier.ask(self._value)
        if bound is not None:
            self._show_bound(bound)

    def _show_bound(self, bound: Bound) -> None:
        """Push an error bound to the page, unless another structure is drawn by now."""
        with self._guard:
            if bound.structure == self._value:
                self._bound = bound
                self.push(bound=bound_state(bound, self.structure_seq, self._session.generation))

    @traitlets.validate("target_error")
    def _validate_target(self, proposed: Bunch) -> float:
        return target_of(proposed["value"])

    @traitlets.observe("target_error")
    def _aim(self, _: Bunch | None = None) -> None:
        """Show the parameter bound for the target error, and have the worker report better ones."""
        if self._started:
            self._show_minimum(self._certifier.aim(self.target_error))

    def _show_minimum(self, minimum: Minimum) -> None:
        with self._guard:
            if minimum.target == self.target_error:
                self.push(minimum=minimum_state(minimum))

    def _push_current(self, progress: FitProgress, traits: Any) -> bool:
        """Push what ``traits`` returns for the current edit if the report is of the newest job; return if it is."""
        with self._guard:
            if progress.generation != self._session.generation:
                return False
            self.push(**traits(self.structure_seq))
            return True

    # Commands of the page

    @override
    def _page_is_back(self) -> None:
        self._session.suspend(False)

    @traitlets.observe("_view_count")
    def _views_changed(self, change: Bunch) -> None:
        """Suspend the fit when the last view on a page is closed, and continue it when one opens."""
        if change["old"] or change["new"]:
            self._session.suspend(not change["new"])

    @override
    def _take(self, source: Source) -> None:
        self._open(source, similar_structure(source.modes, self._value))

    @override
    def _open_file(self, name: str, content: bytes) -> None:
        if name.lower().endswith(SUFFIX):
            self._restore_session(read_session(name, content))
        else:
            super()._open_file(name, content)

    def _restore_session(self, saved: SavedSession) -> None:
        self._open(saved.source, saved.structure)
        for structure, error, status in saved.visited:
            self._session.visited.remember(structure, error, status)
        self._session.seed = saved.seed
        if saved.network is not None:
            self._session.submit(self._value, init=Network(self._value, saved.network.cores))
        self.push(target_error=saved.target_error, visited=visit_list(self._session.visited))

    def _saved(self) -> SavedSession:
        with self._guard:
            network = self._session.network
            fitted = network if network is not None and network.structure == self._value else None
            visits = tuple((visit.structure, visit.relative_error, visit.status) for visit in self._session.visited)
            seed = self._session.seed
            return SavedSession(self._source, self._value, fitted, seed, self.target_error, visits)

    def _do_save(self, command: dict[str, Any]) -> None:
        content = write_session(self._saved())
        stem = "".join(letter if letter.isalnum() else "_" for letter in Path(self._source.name).stem)[:40]
        self.push(download={"seq": command["seq"], "filename": f"{stem or 'session'}{SUFFIX}", "data": content})

    def _do_restore(self, command: dict[str, Any]) -> None:
        visit = self._session.visited.by_id(command.get("id"))  # type: ignore[arg-type]
        if visit is None:
            raise DataError("That structure is no longer in the history.")
        self._accept(presentable(visit.structure), self._next_own_seq())

    def _do_try_seeds(self, command: dict[str, Any]) -> None:
        self._session.try_seeds(count_of(command.get("count", 5)))

    def _do_restart(self, command: dict[str, Any]) -> None:
        seed = command.get("seed")
        self._session.restart(None if seed is None else seed_of(seed))

    def _do_target(self, command: dict[str, Any]) -> None:
        self.push(target_error=target_of(command.get("value")))

    _ACTIONS = {  # noqa: RUF012 - never changed
        **DataWidget._ACTIONS,
        "pause": lambda self, _: self._session.pause(),
        "resume": lambda self, _: self._session.resume(),
        "stop": lambda self, _: self._session.stop(),
        "restart": _do_restart,
        "try_seeds": _do_try_seeds,
        "restore": _do_restore,
        "target": _do_target,
        "save": _do_save,
    }
