"""The base class of all widgets, which carry a piece to a page: its state as traits, its messages as custom messages.

Each value NAME of the piece's state is a synced trait ``wire_NAME``, which only the piece replaces. Of the traits, a
page may write ``_view_count`` alone; all else that it wants travels as messages, which the piece checks.

Depending on the Jupyter version, messages from the page arrive in the main thread or in another one, while a worker
thread pushes results. The lock of the piece keeps them apart.
"""

import weakref
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from traitlets import Bunch, Int
from typing_extensions import override

from tnlab.errors import DataError
from tnlab_widgets.base.messages import apart, plain_data
from tnlab_widgets.base.piece import Piece
from tnlab_widgets.base.sentences import LOG, sentence

STATIC = Path(__file__).parents[1] / "static"
WIRE = "wire_"  # begin of the names of the traits that carry the state of a piece
MAX_VIEWS = 10_000  # of one widget on a page; a larger count is not believed
OF_THE_HOST = {"close", "layout"}  # what a person uses of ipywidgets
HIDDEN = set(dir(anywidget.AnyWidget))  # the rest of it


class BaseWidget(anywidget.AnyWidget):
    """A widget that carries a piece to the page.

    A subclass names its bundle and its kind of piece: ``class Editor(BaseWidget, bundle="editor", piece=EditorPiece)``
    loads ``static/editor.js`` and, where it exists, ``static/editor.css``.

    Args:
        piece: The piece to carry.
        traits: Traits of ipywidgets, such as ``layout``.

    Raises:
        TypeError: A keyword is no trait.
        FileNotFoundError: The bundle has not been built.
    """

    _view_count = Int(0, allow_none=True, min=0, max=MAX_VIEWS, help="Views of it on a page").tag(
        sync=True, echo_update=False, from_page=True
    )
    _missing_bundle: ClassVar[Path | None] = None
    _carries: ClassVar[type[Piece] | None] = None
    _tnlab: "_Carrier"  # all that is private of this package: a host such as marimo writes attributes of its own

    def __init_subclass__(cls, *, bundle: str = "", piece: type[Piece] | None = None, **kwargs: Any) -> None:
        # anywidget subclasses once more for every instance, then without a bundle: nothing to do.
        if bundle:
            script, style = STATIC / f"{bundle}.js", STATIC / f"{bundle}.css"
            cls._missing_bundle = None if script.is_file() else script
            cls._esm = script if script.is_file() else ""
            if style.is_file():
                cls._css = style
        cls._carries = piece or cls._carries
        for name, meaning in piece.STATE.items() if piece is not None else ():
            trait = traitlets.Any(read_only=True, help=meaning).tag(sync=True)
            trait.class_init(cls, WIRE + name)  # as for a trait that the body of the class assigns
            setattr(cls, WIRE + name, trait)
        super().__init_subclass__(**kwargs)

    def __init__(self, piece: Piece, **traits: Any) -> None:
        name = type(self).__name__
        for unknown in traits:
            if not self.has_trait(unknown) or unknown.startswith((WIRE, "_")):
                raise TypeError(f"{name} has no keyword {unknown!r}. Check its spelling, or see help({name}).")
        if self._missing_bundle is not None:
            raise FileNotFoundError(
                f"The front end of {name} is missing: {self._missing_bundle}. "
                "Build it with 'npm ci && npm run build' in the folder widgets/."
            )
        self._tnlab = _Carrier(self, piece)
        with piece.guard:  # its threads may run already
            for value, now in piece.state.items():
                self.set_trait(WIRE + value, now)
            super().__init__(**traits)
            piece.attach(self._tnlab)

    @property
    def piece(self) -> Any:
        """The logic of the widget: its state, and what it does with messages of the page."""
        return self._tnlab.piece

    def __dir__(self) -> list[str]:
        """List what this package adds, and the little of ipywidgets that a person calls."""
        own = {name for cls in type(self).__mro__ if cls.__module__.startswith("tnlab_widgets") for name in vars(cls)}
        return sorted({name for name in own - HIDDEN if not name.startswith(("_", WIRE))} | OF_THE_HOST)

    @override
    def set_state(self, sync_data: dict[str, Any]) -> None:
        with self._tnlab.piece.alone():
            super().set_state(self._tnlab.written_by_page(sync_data))

    @override
    def _handle_msg(self, msg: dict[str, Any]) -> None:
        """Take a message of the page; whatever is wrong with it, the page is told and nothing is raised."""
        try:
            data = msg["content"]["data"]
            if data["method"] == "update":
                self.set_state(data.get("state"))
            elif data["method"] == "request_state":
                with self._tnlab.piece.guard:  # no newer value is sent between reading and sending
                    self.send_state()
            elif data["method"] == "custom":
                self._tnlab.piece.receive(data.get("content"), msg.get("buffers") or ())
            else:
                raise DataError(f"Unknown method {data['method']!r:.40} of a message.")
        except traitlets.TraitError as error:
            self._tnlab.piece.tell(str(error))
        except Exception as error:  # noqa: BLE001 - Jupyter would print a traceback on the visitor's page
            self._tnlab.piece.tell(sentence(error))

    @override
    def notify_change(self, change: Bunch) -> None:
        carrier = self.__dict__.get("_tnlab")
        with carrier.piece.alone() if carrier is not None else nullcontext():
            super().notify_change(change)

    @traitlets.observe("_view_count")
    def _views_changed(self, change: Bunch) -> None:
        carrier = self.__dict__.get("_tnlab")
        if carrier is not None and (change["old"] or change["new"]):
            carrier.piece.viewed(change["new"] or 0)

    @override
    def close(self) -> None:
        carrier = self.__dict__.get("_tnlab")  # absent where the constructor failed
        if carrier is not None:
            carrier.piece.close()
        super().close()

    def _fallback_svg(self) -> str:
        """Return an SVG shown where the notebook is rendered without a kernel, or an empty text."""
        return ""

    @override
    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        svg = self._fallback_svg()
        return ({**data, "image/svg+xml": svg} if svg else data), metadata


class OfPiece:
    """An attribute or method of a widget that is the one of the same name, or of a given name, of its piece.

    Args:
        member: The property or method of the class of the piece; it supplies name and documentation.
    """

    def __init__(self, member: Any) -> None:
        self._name = getattr(member, "fget", member).__name__
        self.__doc__ = member.__doc__

    def __get__(self, widget: BaseWidget | None, _: type) -> Any:
        return self if widget is None else getattr(widget.piece, self._name)

    def __set__(self, widget: BaseWidget, value: Any) -> None:
        setattr(widget.piece, self._name, value)


class _Carrier:
    """Carries a piece over the traits and custom messages of a widget.

    Attributes:
        piece: The piece.
        warned: Whether a message with other traits than a page may write has been logged.
    """

    def __init__(self, widget: BaseWidget, piece: Piece) -> None:
        self.piece = piece
        self.warned = False
        self._widget = weakref.ref(widget)

    def show(self, state: Mapping[str, Any]) -> None:
        """Set the traits of changed values, in one message; an observer of the user that raises is reported."""
        widget = self._widget()
        if widget is None:
            return
        with self.piece.guard, widget.hold_sync():
            for name, value in state.items():
                try:
                    widget.set_trait(WIRE + name, value)
                except Exception as error:  # noqa: BLE001 - the trait has its value by then
                    LOG.error("An observer of %s%s raised; the page shows the new value.", WIRE, name, exc_info=error)

    def send(self, message: dict[str, Any]) -> None:
        """Send a custom message, with its bytes as buffers at the paths ``buffer_paths``."""
        widget = self._widget()
        if widget is not None:
            paths: list[list[str | int]] = []
            buffers: list[bytes] = []
            plain = apart(message, [], paths, buffers)
            widget.send({**plain, "buffer_paths": paths}, buffers)

    def written_by_page(self, sync_data: object) -> dict[str, Any]:
        """Return checked copies of the traits in a message that a page may write; log the first message with others.

        Raises:
            DataError: The message is no record, or a value in it exceeds the limits of ``plain_data``.
        """
        widget = self._widget()
        if widget is None:
            return {}
        if not isinstance(sync_data, dict):
            raise DataError(f"A page must send its traits by name, but sent {sync_data!r:.80}.")
        writable = widget.trait_names(from_page=True)
        refused = [name for name in sync_data if name not in writable]
        if refused and not self.warned:
            self.warned = True
            LOG.warning("A page may not write %.200r of %s; this is dropped.", refused[:8], type(widget).__name__)
        return {name: plain_data(name, value) for name, value in sync_data.items() if name in writable}
