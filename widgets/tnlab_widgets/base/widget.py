"""The base class of all widgets: traits that the page may write, the JavaScript bundle, one lock, a static picture.

A page may write only the traits declared with ``from_page``; other traits in its messages are dropped.

Depending on the Jupyter version, messages from the page arrive in the main thread or in another one, while a worker
thread pushes results. ``set_state`` swaps the notification machinery of the whole object, so that two threads at once
would merge each other's changes: a lock keeps them apart.
"""

import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import anywidget
import traitlets
from traitlets import Bunch, Int
from typing_extensions import override

from tnlab.errors import DataError
from tnlab_widgets.base.messages import plain_data
from tnlab_widgets.base.sentences import LOG, sentence

STATIC = Path(__file__).parents[1] / "static"
MAX_VIEWS = 10_000  # of one widget on a page; a larger count is not believed
T = TypeVar("T", bound=traitlets.TraitType)


def from_page(trait: T) -> T:
    """Return a trait tagged as writable by the page: synced, and not echoed to the page that set it."""
    return trait.tag(sync=True, echo_update=False, from_page=True)


class BaseWidget(anywidget.AnyWidget):
    """A widget whose traits any thread may set, and of which the page may write those declared with ``from_page``.

    A subclass names its bundle: ``class Editor(BaseWidget, bundle="editor")`` loads ``static/editor.js`` and,
    where it exists, ``static/editor.css``.

    Raises:
        TypeError: A keyword is not a trait.
        FileNotFoundError: The bundle has not been built.
    """

    _view_count = from_page(Int(None, allow_none=True, min=0, max=MAX_VIEWS, help="Views of it on a page"))
    _missing_bundle: ClassVar[Path | None] = None
    _warned = False

    def __init_subclass__(cls, *, bundle: str = "", **kwargs: Any) -> None:
        # anywidget subclasses once more for every instance, then without a bundle: nothing to do.
        if bundle:
            script, style = STATIC / f"{bundle}.js", STATIC / f"{bundle}.css"
            cls._missing_bundle = None if script.is_file() else script
            cls._esm = script if script.is_file() else ""
            if style.is_file():
                cls._css = style
        super().__init_subclass__(**kwargs)

    def __init__(self, **traits: Any) -> None:
        self._guard = threading.RLock()
        name = type(self).__name__
        for unknown in traits.keys() - set(self.trait_names()):
            raise TypeError(f"{name} has no keyword {unknown!r}. Check its spelling, or see help({name}).")
        if self._missing_bundle is not None:
            raise FileNotFoundError(
                f"The front end of {name} is missing: {self._missing_bundle}. "
                "Build it with 'npm ci && npm run build' in the folder widgets/."
            )
        super().__init__(**traits)

    @override
    def set_state(self, sync_data: dict[str, Any]) -> None:
        with self._guard:
            try:
                super().set_state(self._written_by_page(sync_data))
            except Exception as error:  # noqa: BLE001 - Jupyter would only log it: the page shows it instead
                self._tell(sentence(error))

    def _written_by_page(self, sync_data: object) -> dict[str, Any]:
        """Return checked copies of the traits in a message that a page may write; log the first message with others.

        Raises:
            DataError: The message is no record, or a value in it exceeds the limits of ``plain_data``.
        """
        if not isinstance(sync_data, dict):
            raise DataError(f"A page must send its traits by name, but sent {sync_data!r:.80}.")
        writable = self.trait_names(from_page=True)
        refused = [name for name in sync_data if name not in writable]
        if refused and not self._warned:
            self._warned = True
            LOG.warning("A page may not write %.200r of %s; this is dropped.", refused[:8], type(self).__name__)
        return {name: plain_data(name, value) for name, value in sync_data.items() if name in writable}

    @override
    def notify_change(self, change: Bunch) -> None:
        with self._guard:
            super().notify_change(change)

    @override
    def close(self) -> None:
        with self.__dict__.get("_guard", nullcontext()):  # absent where the constructor failed
            super().close()

    def push(self, **traits: Any) -> None:
        """Set several traits, from any thread; the page receives them in one message."""
        with self._guard, self.hold_sync():
            for name, value in traits.items():
                setattr(self, name, value)

    def _tell(self, text: str) -> None:
        """Log a sentence about an error; a subclass shows it on the page through a trait of its own."""
        LOG.error("%s", text)

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
