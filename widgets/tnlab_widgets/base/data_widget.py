"""The base class of widgets that work on a tensor: choice of the data, uploads, commands, heartbeats of the page."""

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import torch
import traitlets
from traitlets import Bunch, Dict, Float, List
from typing_extensions import override

from tnlab.data import Source, datasets, read_source
from tnlab.errors import DataError
from tnlab_widgets.base.inbox import Inbox
from tnlab_widgets.base.messages import is_late, seq_of
from tnlab_widgets.base.pictures import Panels
from tnlab_widgets.base.sentences import sentence
from tnlab_widgets.base.sources import catalogue, describe
from tnlab_widgets.base.widget import BaseWidget, from_page

Action = Callable[[Any, dict[str, Any]], None]
SILENCE = 180.0  # seconds without a heartbeat after which a page counts as gone; a hidden page sends one a minute


class DataWidget(BaseWidget):
    """A widget that shows a tensor, which the page may reshape or replace by a built-in data set or an uploaded file.

    A subclass sets ``_source`` and ``_panels`` before ``super().__init__``, implements ``_take`` for a change of the
    data, and adds further commands of the page to ``_ACTIONS``. An error in a command or an upload becomes a sentence
    in the trait ``problem``.
    """

    datasets = List(help="[{name, label, licence}] of the built-in data").tag(sync=True)
    data = Dict(help="{name, label, shape, modes, order, kind, size, suggestions}").tag(sync=True)
    original = Dict(help="{kind, width, height, pixels}: the tensor as a picture").tag(sync=True)
    heartbeat = from_page(Float(0.0, help="The page's clock; each change is a heartbeat"))
    command = from_page(Dict(help="{seq, kind, ...}: the newest command of the page"))
    upload = from_page(Dict(help="{id, index, total, name, size, data}: a piece of a file"))
    upload_ack = Dict(help="{id, index, error, done}").tag(sync=True)
    download = Dict(help="{seq, filename, data}: a file for the user to save").tag(sync=True)
    problem = Dict(help="{seq, text}: what went wrong, in a sentence").tag(sync=True)

    _source: Source
    _panels: Panels
    _newest_command = _problems = 0
    _heard = 0.0

    def __init__(self, *arguments: Any, **traits: Any) -> None:
        self._inbox = Inbox()
        shown = {"datasets": catalogue(), "data": describe(self._source), "original": self._panels.original()}
        super().__init__(*arguments, **{**shown, **traits})

    @property
    def source(self) -> Source:
        """The data, with the mode sizes and the order of entries in which they form a tensor."""
        return self._source

    @property
    def tensor(self) -> torch.Tensor:
        """The data as a tensor, of shape ``source.modes``."""
        return self._source.tensor

    def _take(self, source: Source) -> None:
        """Replace the data; a subclass checks the source first, so that an error leaves the widget unchanged."""
        raise NotImplementedError

    def _open_file(self, name: str, content: bytes) -> None:
        """Replace the data by an uploaded .npy, PNG or JPEG file; a subclass may read further kinds of files."""
        self._take(read_source(name, content))

    def _page_is_back(self) -> None:
        """Resume the work that was held while no page was connected; called at every heartbeat."""

    @property
    def _deserted(self) -> bool:
        """Whether a page has sent heartbeats, but none for ``SILENCE`` seconds; a page that crashed closes no view."""
        return bool(self._heard) and time.monotonic() - self._heard > SILENCE

    @override
    def _tell(self, text: str) -> None:
        with self._guard:
            self._problems += 1
            self.push(problem={"seq": self._problems, "text": text})

    @traitlets.observe("heartbeat")
    def _page_heard(self, _: Bunch) -> None:
        self._heard = time.monotonic()
        self._page_is_back()

    @traitlets.observe("command")
    def _obey(self, change: Bunch) -> None:
        command = change["new"]
        if not command:
            return
        try:
            seq, kind = seq_of(command), command.get("kind")
            if is_late(seq, self._newest_command):
                return
            self._newest_command = seq
            action = self._ACTIONS.get(kind) if isinstance(kind, str) else None
            if action is None:
                raise DataError(f"Unknown command {kind!r:.40}. Known: {', '.join(self._ACTIONS)}.")
            action(self, command)
        except Exception as error:  # noqa: BLE001 - an exception in an observer would reach no page
            self._tell(sentence(error))

    @traitlets.observe("upload")
    def _receive(self, change: Bunch) -> None:
        message = change["new"]
        if not message:
            return
        ack = {"id": message.get("id"), "index": message.get("index"), "error": "", "done": False}
        try:
            arrived = self._inbox.receive(message)
            if arrived is not None:
                self._open_file(*arrived)
                ack["done"] = True
        except Exception as error:  # noqa: BLE001
            ack["error"] = sentence(error)
            self._tell(ack["error"])
        if ack["done"] or ack["error"]:
            self.push(upload={})  # do not keep the last piece in the page's state
        self.push(upload_ack=ack)

    def _do_dataset(self, command: dict[str, Any]) -> None:
        self._take(datasets[str(command.get("name"))].source())

    def _do_reshape(self, command: dict[str, Any]) -> None:
        modes = command.get("modes")
        if not isinstance(modes, list | tuple):
            raise DataError(f"Mode sizes must be a list of numbers, but are {modes!r:.80}.")
        self._take(self._source.with_modes(modes, command.get("order")))

    _ACTIONS: ClassVar[Mapping[str, Action]] = {"dataset": _do_dataset, "reshape": _do_reshape}
