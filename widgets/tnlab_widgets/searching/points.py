"""Evaluations packed for the page as columns of numbers, 17 bytes each: parameters, error, seconds, fate."""

import threading
from typing import Any

import numpy as np

from tnlab.structure_search.evaluation import Evaluation, Fate

PIECE = 4096  # evaluations in one message at most; 70 kB
FATES = (Fate.FITTED, Fate.REPEATED, Fate.PRUNED_BY_SIZE, Fate.PRUNED_BY_CERTIFICATE, Fate.TOO_COSTLY)
CODES = {fate: code for code, fate in enumerate(FATES)}
COLUMNS = (("parameters", "<f8"), ("relative_error", "<f4"), ("seconds", "<f4"), ("fate", "u1"))
START = 256  # rows that the columns begin with; they double when full


class Points:
    """The evaluations of one search in growing columns, ordered by number; safe to use from several threads.

    Attributes:
        count: Number of evaluations, numbered 1 to ``count``.
        generation: How often evaluations were removed, so that the page must fetch all of them again.
    """

    def __init__(self) -> None:
        self.count = self.generation = 0
        self._lock = threading.Lock()
        self._columns = [np.empty(START, kind) for _, kind in COLUMNS]

    def record(self, found: Evaluation) -> None:
        """Add an evaluation; where another one has its number, remove that and all later ones first."""
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
        """Remove all evaluations but the first ``count``."""
        with self._lock:
            if count < self.count:
                self._cut(count)

    def piece(self, first: int) -> dict[str, Any]:
        """Return {generation, from, count, data} of up to ``PIECE`` evaluations from number ``first`` on, by column."""
        with self._lock:
            rows = slice(first - 1, min(self.count, first - 1 + PIECE))
            data = b"".join(column[rows].tobytes() for column in self._columns)
            count = max(0, rows.stop - rows.start)
            return {"generation": self.generation, "from": first, "count": count, "data": data}

    def _holds(self, place: int, values: tuple[float, ...]) -> bool:
        """Return whether the evaluation at the index ``place`` has the values ``values``, its seconds left out."""
        pairs = zip(COLUMNS, self._columns, values, strict=True)
        return all(column[place] == column.dtype.type(value) for (name, _), column, value in pairs if name != "seconds")

    def _cut(self, count: int) -> None:
        self.count = count
        self.generation += 1
