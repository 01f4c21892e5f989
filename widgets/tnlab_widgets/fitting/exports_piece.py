"""What leaves the page as text or file: fitted cores, the reconstruction, the visits as a table, Python source."""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from safetensors.torch import save

from tnlab.errors import DataError, UnknownNameError
from tnlab.network import structure_json
from tnlab.network.network import VERSION, Network
from tnlab.writing import write_file
from tnlab_widgets.base.piece import Action, Message
from tnlab_widgets.fitting.fit_piece import FitPiece
from tnlab_widgets.fitting.page_html import page_html
from tnlab_widgets.fitting.page_link import Linked, write_link
from tnlab_widgets.fitting.page_source import page_source
from tnlab_widgets.fitting.session_file import SavedSession

MAX_STEM = 60  # characters of a file's name before its suffix


class ExportsPiece(FitPiece):
    """Answers with files that are named by the data and the structure, and with source that makes the page again."""

    @property
    def link(self) -> str:
        """Data, cut, structure, seed and target as a short text, from which ``Explorer.from_link`` opens another page.

        Raises:
            DataError: The data are not built in, so that a link cannot carry them.
        """
        with self.guard:
            linked = Linked(
                source=self._source,
                structure=self._structure,
                seed=self._session.seed,
                target_error=self.target_error,
            )
        return write_link(linked)

    def to_html(self, path: str | Path | None = None) -> str:
        """Return the page as the text of an HTML file that opens without Python, and write it where a path is given.

        The file holds the diagram, the pictures, the numbers, the pins and the trade-off; nothing is fetched or run.

        Args:
            path: A name that ends in .html, or None.

        Raises:
            DataError: The name has another suffix, or the file cannot be written.
        """
        with self.guard:
            saved, view = self._saved(), self._panels.view
        text = page_html(saved, view)
        if path is not None:
            write_file(path, text.encode(), suffixes=(".html",))
        return text

    def _stem(self) -> str:
        structure = self._structure
        ranks = "_".join(map(str, structure.ranks)) if len(structure.ranks) <= 8 else f"{structure.parameters}_numbers"
        words = f"{Path(self._source.name).stem}_{len(structure.cores)}_cores_rank_{ranks or 1}"
        return "".join(letter if letter.isalnum() else "_" for letter in words)[:MAX_STEM]

    def _do_export(self, message: Message) -> dict[str, Any]:
        with self.guard:
            stem, source, structure, network = self._stem(), self._source, self._structure, self.network
            seed = self._session.seed
        if message.get("format") != "python":
            reply = self._answer(message)
            return {**reply, "filename": stem + Path(reply["filename"]).suffix}
        fitted = network if network is not None and network.structure == structure else None
        return {"text": page_source(source, structure, fitted, seed=seed, stem=stem), "filename": f"{stem}.py"}

    def _do_export_file(self, message: Message) -> dict[str, Any]:
        what = str(message.get("what"))
        if what == "page":
            return {"filename": f"{self._stem()}.html", "data": self.to_html().encode()}
        if what not in FILES:
            raise UnknownNameError("file", what, (*FILES, "page"))
        suffix, write = FILES[what]
        with self.guard:
            stem, saved = self._stem(), self._saved()
        return {"filename": stem + suffix, "data": write(saved)}

    def _do_share(self, _: Message) -> dict[str, Any]:
        return {"text": f'Explorer.from_link("{self.link}")'}

    SLOW: ClassVar[frozenset[str]] = frozenset({"export", "export_file", "share"})
    ACTIONS: ClassVar[Mapping[str, Action]] = {"export": _do_export, "export_file": _do_export_file, "share": _do_share}


def _fitted(saved: SavedSession) -> Network:
    if saved.network is None:
        raise DataError("There are no fitted cores of this structure yet: wait for the first sweep of the fit.")
    return saved.network


def _safetensors(saved: SavedSession) -> bytes:
    network = _fitted(saved)
    arrays = {f"core.{place}": core.detach().cpu().contiguous().clone() for place, core in enumerate(network.cores)}
    return save(arrays, {"tnlab": VERSION, "structure": structure_json.dumps(network.structure)})


def _npz(saved: SavedSession) -> bytes:
    network, content = _fitted(saved), io.BytesIO()
    arrays: dict[str, Any] = {f"core_{place}": core.detach().cpu().numpy() for place, core in enumerate(network.cores)}
    np.savez(content, **arrays, structure=np.array(structure_json.dumps(network.structure)))
    return content.getvalue()


def _reconstruction(saved: SavedSession) -> bytes:
    content = io.BytesIO()
    np.save(content, saved.source.restore(_fitted(saved).to_tensor()))
    return content.getvalue()


def _visits(saved: SavedSession) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("parameters", "compression_ratio", "relative_error", "ranks", "status", "structure"))
    for drawn, error, status in saved.visited:
        ranks = " ".join(map(str, drawn.ranks))
        numbers = drawn.parameters, drawn.compression_ratio, error
        writer.writerow((*numbers, ranks, status, structure_json.dumps(drawn)))
    return text.getvalue().encode()


FILES: dict[str, tuple[str, Callable[[SavedSession], bytes]]] = {
    "safetensors": (".safetensors", _safetensors),
    "npz": (".npz", _npz),
    "reconstruction": ("_reconstruction.npy", _reconstruction),
    "trade_off": ("_trade_off.csv", _visits),
}
"""By the name that the page sends, the end of a file's name and what writes its bytes."""
