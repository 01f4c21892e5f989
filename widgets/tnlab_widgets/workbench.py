"""The search workbench: structure searches by several engines side by side, each recorded in a study on disk."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typing_extensions import override

from tnlab.interop.svg import to_svg
from tnlab_widgets.base.structures import presentable
from tnlab_widgets.base.widget import BaseWidget, OfPiece
from tnlab_widgets.searching.workbench_piece import WorkbenchPiece


class SearchWorkbench(BaseWidget, bundle="workbench", piece=WorkbenchPiece):
    """A widget that searches the structure with the fewest parameters for a tensor, by one engine or several.

    Every search writes a study on disk, from which it can continue after an interruption.

    Args:
        data: Name of a built-in data set, an array or tensor, a ``Source``, or the path of a file.
        modes: Mode sizes to reshape the data to; by default the first suggestion for them.
        order: "plain" or "quantised".
        engines: Names of engines; each runs a search of its own.
        target_error: Relative error to reach with the fewest parameters.
        family: Family of structures to search; by default the first family of each engine.
        max_rank: Largest rank of a bond.
        max_evaluations: Structures that each engine may fit.
        max_seconds: Seconds that each engine may spend.
        seed: Seed of the engines; same seed, same search.
        executor: Where fits run: a name such as ``"pool:2"``, an executor, or a client of dask.
        studies: Folder of the studies; by default that of the user.
        label: Name of the widget for screen readers.
        traits: Traits of ipywidgets, such as ``layout``.

    Raises:
        DataError: The data cannot be searched, or a setting is out of range.
        UnknownNameError: The data set, an engine or the family is unknown.
        TypeError: A keyword is unknown.

    Example:
        >>> bench = SearchWorkbench("camera", engines=("auto", "tnale"), target_error=0.1)
        >>> bench.start()
        >>> bench.wait(60)
        >>> bench.results["auto"].parameters
    """

    def __init__(
        self,
        data: object = "camera",
        *,
        modes: Sequence[int] | None = None,
        order: str | None = None,
        engines: Sequence[str] | str = ("auto",),
        target_error: float = 0.1,
        family: str | None = None,
        max_rank: int | None = None,
        max_evaluations: int = 1000,
        max_seconds: float = 60.0,
        seed: int = 0,
        executor: Any = "inline",
        studies: str | Path | None = None,
        label: str = "Search workbench",
        **traits: Any,
    ) -> None:
        piece = WorkbenchPiece(
            data,
            modes=modes,
            order=order,
            executor=executor,
            studies=studies,
            label=label,
            engines=engines,
            target_error=target_error,
            family=family or "",
            max_rank=max_rank,
            max_evaluations=max_evaluations,
            max_seconds=max_seconds,
            seed=seed,
        )
        super().__init__(piece, **traits)

    def __repr__(self) -> str:
        return repr(self.piece).replace(type(self.piece).__name__, type(self).__name__, 1)

    start = OfPiece(WorkbenchPiece.start)
    pause = OfPiece(WorkbenchPiece.pause)
    resume = OfPiece(WorkbenchPiece.resume)
    stop = OfPiece(WorkbenchPiece.stop)
    wait = OfPiece(WorkbenchPiece.wait)
    results = OfPiece(WorkbenchPiece.results)
    network = OfPiece(WorkbenchPiece.network)
    source = OfPiece(WorkbenchPiece.source)
    tensor = OfPiece(WorkbenchPiece.tensor)

    @override
    def _fallback_svg(self) -> str:
        best = self.piece.network
        return to_svg(presentable(best.structure)) if best is not None else ""
