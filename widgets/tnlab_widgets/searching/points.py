"""What a page needs of every evaluation, in columns of numbers: ten thousand take 170 kB."""

import threading
from typing import Any

import numpy as np

from tnlab.structure_search.evaluation import Evaluation, Fate

PIECE = 4096  # evaluations in one message at most
FATES = (Fate.FITTED, Fate.REPEATED, Fate.PRUNED_BY_SIZE, Fate.PRUNED_BY_CERTIFICATE, Fate.TOO_COSTLY)
CODES = {fate: code for code, fate in enumerate(FATES)}
COLUMNS = (("parameters", "<f8"), ("relative_error", "<f4"), ("seconds", "<f4"), ("fate", "u1"))
START = 256


class Points:
    """The evaluations of one search, by number; safe to use from several threads.

    Attributes:
        count: Evaluations known: those numbered 1 to ``count``.
        generation: How often evaluations came to count no more.
    """

    def __init__(self) -> None:
        self.count = self.generation = 0
        self._lock = threading.Lock()
        self._columns = [np.empty(START, kind) for _, kind in COLUMNS]

    def record(self, found: Evaluation) -> None:
        """Take an evaluation; one that differs from what had its number ends what came after that."""
        values = found.parameters, found.relative_error, found.seconds, CODES[found.fate]
        with self._lock:
            place = found.number - 1
            if place < self.count:
                if self._holds(place, values):
                    return
                self._cut(place)
            if place == len(self._columns[0]):
                self._columns = [np.concatenate([column, np.empty_like(column)]) for column in self._columns]
            for column, value in zip(self._columns, values, strict=True):
                column[place] = value
            self.count = place + 1

    def cut(self, count: int) -> None:
        """Forget all but the first so many."""
        with self._lock:
            if count < self.count:
                self._cut(count)

    def piece(self, first: int) -> dict[str, Any]:
        """Return evaluations from a number on as the page takes them: at most ``PIECE``, one column after the other."""
        with self._lock:
            rows = slice(first - 1, min(self.count, first - 1 + PIECE))
            data = b"".join(column[rows].tobytes() for column in self._columns)
            count = max(0, rows.stop - rows.start)
            return {"generation": self.generation, "from": first, "count": count, "data": data}

    def _holds(self, place: int, values: tuple[float, ...]) -> bool:
        """Return whether the evaluation at a place is this one, whenever it was made."""
        pairs = zip(COLUMNS, self._columns, values, strict=True)
        return all(column[place] == column.dtype.type(value) for (name, _), column, value in pairs if name != "seconds")

    def _cut(self, count: int) -> None:
        self.count = count
        self.generation += 1
