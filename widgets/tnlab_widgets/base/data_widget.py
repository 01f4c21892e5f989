"""What widgets on a tensor share: its choice, files from the page, commands, and whether somebody is there."""

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
SILENCE = 180.0  # seconds without a heartbeat after which nobody is there; a hidden page sends one a minute


class DataWidget(BaseWidget):
    """A widget on a tensor that a page may replace.

    A subclass sets ``_source`` and ``_panels`` before ``super().__init__``, says in ``_take`` what becomes of another
    source, and adds to ``_ACTIONS`` what else a page may ask for. Whatever fails is told to the page as a sentence.
    """

    datasets = List(help="[{name, label, licence}] of the built-in data").tag(sync=True)
    data = Dict(help="{name, label, shape, modes, order, kind, size, suggestions}").tag(sync=True)
    original = Dict(help="{kind, width, height, pixels}: the tensor as a picture").tag(sync=True)
    heartbeat = from_page(Float(0.0, help="When the page last said that it is there; any change counts"))
    command = from_page(Dict(help="{seq, kind, ...} the page wants done"))
    upload = from_page(Dict(help="{id, index, total, name, size, data}: a piece of a file"))
    upload_ack = Dict(help="{id, index, error, done}").tag(sync=True)
    download = Dict(help="{seq, filename, data}: a file for the person to keep").tag(sync=True)
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
        """The data, and how it is cut into modes."""
        return self._source

    @property
    def tensor(self) -> torch.Tensor:
        """The data as a tensor."""
        return self._source.tensor

    def _take(self, source: Source) -> None:
        """Take other data; nothing has changed if this raises."""
        raise NotImplementedError

    def _open_file(self, name: str, content: bytes) -> None:
        """Take a file from the page; a subclass may know more kinds."""
        self._take(read_source(name, content))

    def _page_is_back(self) -> None:
        """Go on with what was held while nobody was there."""

    @property
    def _deserted(self) -> bool:
        """Whether a page was there and has not been heard of for long: one that crashed cannot say goodbye."""
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
        except Exception as error:  # noqa: BLE001 - an exception in an observer would be seen by nobody
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
