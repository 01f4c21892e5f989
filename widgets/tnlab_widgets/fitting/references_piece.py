"""What other ways to keep the data reach: lines of the trade-off chart, computed beside the fit."""

from typing import Any

from typing_extensions import override

from tnlab.data.other_codes import other_codes
from tnlab_widgets.base.worker import Errands
from tnlab_widgets.fitting.fit_piece import FitPiece


class ReferencesPiece(FitPiece):
    """Shows what wavelets, cosines and, for a picture, JPEG need for each error of the data."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        self._errands = Errands("tnlab-references")
        super().__init__(*args, **keywords)

    @override
    def close(self) -> None:
        super().close()
        self._errands.close()

    @override
    def _load(self) -> None:
        super()._load()
        self.push(references=[])
        source = self._source

        def compute() -> None:
            codes = other_codes(source.array)
            found = [{"name": code.name, "points": [list(point) for point in code.curve]} for code in codes]
            with self.guard:
                if self._source is source and not self.closed:
                    self.push(references=found)

        self._errands.send(compute)
