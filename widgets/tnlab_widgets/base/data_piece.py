"""The base class of pieces that work on a tensor: choice of the data, uploads, heartbeats of the page."""

import time
from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from typing_extensions import override

from tnlab.data import Source, datasets, read_source
from tnlab.errors import DataError
from tnlab_widgets.base.inbox import Inbox
from tnlab_widgets.base.pictures import Panels
from tnlab_widgets.base.piece import Action, Message, Piece
from tnlab_widgets.base.sources import catalogue, describe, files_taken

SILENCE = 180.0  # seconds without a heartbeat after which a page counts as gone; a hidden page sends one a minute


class DataPiece(Piece):
    """A piece that shows a tensor, which the page may reshape or replace by a built-in data set or an uploaded file.

    A subclass implements ``take`` for a change of the data, and ``open_file`` where it reads further kinds of files.

    Args:
        source: The data, with mode sizes and order of entries.
        state: Further values of the state.
    """

    STATE: ClassVar[Mapping[str, str]] = {
        "datasets": "[{name, label, licence}] of the built-in data",
        "data": "{name, label, shape, modes, order, kind, size, note, missing, suggestions}",
        "files": "{suffixes, words, max_bytes} of the files that are taken",
        "original": "{kind, width, height, pixels}: the tensor as a picture",
    }

    OWN_FILES: ClassVar[tuple[tuple[str, ...], str]] = ((), "")  # endings of further files, and what these are

    def __init__(self, source: Source, **state: Any) -> None:
        self._source, self._panels = source, Panels(source)
        self._inbox = Inbox()
        self._heard = 0.0
        menus = {"datasets": catalogue(), "files": files_taken(*self.OWN_FILES)}
        shown = {**menus, "data": describe(source), "original": self._panels.original()}
        super().__init__(**shown, **state)

    @property
    def source(self) -> Source:
        """The data, with the mode sizes and the order of entries in which they form a tensor."""
        return self._source

    @property
    def tensor(self) -> torch.Tensor:
        """The data as a tensor, of shape ``source.modes``."""
        return self._source.tensor

    def take(self, source: Source) -> None:
        """Replace the data; an error leaves the piece unchanged."""
        raise NotImplementedError

    def open_file(self, name: str, content: bytes) -> None:
        """Replace the data by those of an uploaded file, of any kind that ``tnlab.data.files`` reads."""
        self.take(read_source(name, content))

    def page_is_back(self) -> None:
        """Resume the work that was held while no page was connected; called at every heartbeat."""

    @property
    def deserted(self) -> bool:
        """Whether a page has sent heartbeats, but none for ``SILENCE`` seconds; a page that crashed closes no view."""
        return bool(self._heard) and time.monotonic() - self._heard > SILENCE

    def _do_heartbeat(self, _: Message) -> None:
        self._heard = time.monotonic()
        self.page_is_back()

    def _do_upload(self, message: Message) -> dict[str, Any]:
        arrived = self._inbox.receive(message)
        if arrived is not None:
            self.open_file(*arrived)
        done = arrived is not None
        note = self._source.note if done else ""
        return {"id": message.get("id"), "index": message.get("index"), "done": done, "note": note}

    def _do_dataset(self, message: Message) -> None:
        self.take(datasets[str(message.get("name"))].source())

    def _do_reshape(self, message: Message) -> None:
        modes = message.get("modes")
        if not isinstance(modes, list):
            raise DataError(f"Mode sizes must be a list of numbers, but are {modes!r:.80}.")
        self.take(self._source.with_modes(modes, message.get("order")))

    @override
    def close(self) -> None:
        self._inbox = Inbox()
        super().close()

    ACTIONS: ClassVar[Mapping[str, Action]] = {
        "heartbeat": _do_heartbeat,
        "upload": _do_upload,
        "dataset": _do_dataset,
        "reshape": _do_reshape,
    }
