"""The Explorer: the network editor over a tensor, which fits the drawn structure and shows its error."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tnlab.reading import read_file
from tnlab_widgets.base.widget import BaseWidget, OfPiece
from tnlab_widgets.editor import NetworkEditor
from tnlab_widgets.fitting.explorer_piece import ExplorerPiece
from tnlab_widgets.fitting.page_link import read_link
from tnlab_widgets.fitting.session_file import read_session


class Explorer(NetworkEditor, bundle="explorer", piece=ExplorerPiece):
    """A widget that fits the structure drawn by the user to a tensor, and shows error, residual and error bound.

    Args:
        data: Name of a built-in data set, an array or tensor, a ``Source``, or the path of a file.
        modes: Mode sizes to reshape the data to; by default the first suggestion for them.
        order: "plain" or "quantised".
        structure: A structure, its JSON, the name of a format, a name and a rank, e.g. ``("tr", 4)``, or a network,
            from whose cores the fit starts; by default a tensor train.
        seed: Seed of random starts.
        target_error: The relative error to reach, marked on the page and used for the fewest parameters.
        read_only: Whether edits on the page are refused.
        modes_locked: True; the modes are those of the tensor.
        label: Name of the widget for screen readers.
        traits: Traits of ipywidgets, such as ``layout``.

    Raises:
        DataError: The data cannot be fitted.
        StructureError: The structure breaks a rule, or has other modes than the tensor.
        UnknownNameError: The data set or the format is unknown.
        TypeError: A keyword is unknown.
        ValueError: ``modes_locked`` is false.

    Example:
        >>> explorer = Explorer("camera", modes=(4,) * 8, structure=("tr", 4))
        >>> end = explorer.on_fit(lambda fit: print(fit.sweep, fit.relative_error))
        >>> explorer.structure = ("tr", 5)
        >>> explorer.wait()
        >>> explorer.relative_error, explorer.network
    """

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
        modes_locked: bool = True,
        label: str = "Tensor network explorer",
        **traits: Any,
    ) -> None:
        if not modes_locked:
            raise ValueError("The modes of an Explorer are those of its tensor; draw other ones in a NetworkEditor.")
        piece = ExplorerPiece(
            data,
            modes=modes,
            order=order,
            structure=structure,
            seed=seed,
            target_error=target_error,
            read_only=read_only,
            label=label,
        )
        BaseWidget.__init__(self, piece, **traits)

    structure = OfPiece(ExplorerPiece.structure)
    value = OfPiece(ExplorerPiece.structure)  # the former name
    source = OfPiece(ExplorerPiece.source)
    tensor = OfPiece(ExplorerPiece.tensor)
    fit = OfPiece(ExplorerPiece.fit)
    relative_error = OfPiece(ExplorerPiece.relative_error)
    network = OfPiece(ExplorerPiece.network)
    visits = OfPiece(ExplorerPiece.visits)
    certificate = OfPiece(ExplorerPiece.certificate)
    target_error = OfPiece(ExplorerPiece.target_error)
    on_fit = OfPiece(ExplorerPiece.on_fit)
    wait = OfPiece(ExplorerPiece.wait)
    pause = OfPiece(ExplorerPiece.pause)
    resume = OfPiece(ExplorerPiece.resume)
    stop = OfPiece(ExplorerPiece.stop)
    restart = OfPiece(ExplorerPiece.restart)
    try_seeds = OfPiece(ExplorerPiece.try_seeds)
    restore = OfPiece(ExplorerPiece.restore)
    pins = OfPiece(ExplorerPiece.pins)
    pin = OfPiece(ExplorerPiece.pin)
    unpin = OfPiece(ExplorerPiece.unpin)
    put_back = OfPiece(ExplorerPiece.put_back)
    rename = OfPiece(ExplorerPiece.rename)
    on_pins = OfPiece(ExplorerPiece.on_pins)
    starts = OfPiece(ExplorerPiece.starts)
    open_start = OfPiece(ExplorerPiece.open_start)
    pin_start = OfPiece(ExplorerPiece.pin_start)
    look = OfPiece(ExplorerPiece.look)
    save = OfPiece(ExplorerPiece.save)
    to_html = OfPiece(ExplorerPiece.to_html)
    link = OfPiece(ExplorerPiece.link)

    @classmethod
    def from_link(cls, link: str) -> "Explorer":
        """Return an Explorer with the data, cut, structure, seed and target of the ``link`` of another.

        Raises:
            DataError: It is no link, or is damaged.
            StructureError: Its structure breaks a rule.
            UnknownNameError: There is no such data set.
        """
        carried = read_link(link)
        return cls(carried.source, structure=carried.structure, seed=carried.seed, target_error=carried.target_error)

    @classmethod
    def load(cls, path: str | Path) -> "Explorer":
        """Return an Explorer with the session of a .tnlab file that ``save`` or the page wrote.

        Raises:
            DataError: The file holds no session.
            FileNotFoundError: The path names no file.
        """
        if not Path(path).exists():
            raise FileNotFoundError(f"There is no file {str(path)!r:.200}.")
        saved = read_session(Path(path).name, read_file(path))
        explorer = cls(saved.source, structure=saved.structure)
        explorer.piece.reopen(saved)
        return explorer
