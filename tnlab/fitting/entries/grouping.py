"""Group given entries of a tensor by the row of a core that each of them uses.

A row of a core holds its numbers for one value of its legs. Entries in the same row share these numbers, so that their
products with the core are one matrix product, and so are the normal equations of the row. Rows with about equally many
entries are padded to one length and computed as one batch.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch

from tnlab.interrupt import checkpoint
from tnlab.network.structure import Structure

SPREAD = 0.7  # least length of a row, in lengths of the longest, to share a batch with it: at most 30 % is padding
BLOCK = 2**23  # float64 numbers of a batch (64 MiB): larger ones are cut, so that temporary arrays stay small


@dataclass(frozen=True, eq=False)
class Bucket:
    """A batch of rows of a core with the entries that use each, padded to the length of the longest.

    Attributes:
        rows: Indices of the rows, (g,).
        at: Indices of the entries that use each row, (g, m).
        pads: Positions in the flattened ``at`` that are padding.
        entries: Number of positions that are not padding.
    """

    rows: Any
    at: Any
    pads: Any
    entries: int


class Entries:
    """Multi-indices of given entries of a tensor, with the rows of the cores that they use, for one structure.

    Args:
        structure: The structure whose cores are evaluated.
        indices: Multi-indices of the entries, (entries, order), int64 on any device.
    """

    def __init__(self, structure: Structure, indices: torch.Tensor) -> None:
        self.structure = structure
        self.indices = indices
        self.on_cpu = indices.device.type == "cpu"
        self._groups: dict[int, Groups] = {}

    def __len__(self) -> int:
        return len(self.indices)

    @cached_property
    def rows(self) -> tuple[Any, ...]:
        """For every core, the row of each entry, (entries,): its indices on the legs as one; None for a latent core."""
        rows: list[Any] = []
        for core in self.structure.cores:
            if not core.legs:
                rows.append(None)
                continue
            row = torch.zeros_like(self.indices[:, 0])
            for leg in core.legs:
                row = row * self.structure.modes[leg] + self.indices[:, leg]
            rows.append(row.numpy() if self.on_cpu else row)
        return tuple(rows)

    def groups(self, core: int) -> "Groups":
        """Return the entries grouped by the rows of a core; computed once per core."""
        if core not in self._groups:
            checkpoint()
            rows = self.rows[core]
            if rows is None:
                rows = np.zeros(len(self), dtype=np.int64)
            host = rows if isinstance(rows, np.ndarray) else rows.cpu().numpy()
            self._groups[core] = Groups(host, None if self.on_cpu else self.indices.device)
        return self._groups[core]


class Groups:
    """Entries grouped by the row of one core.

    Args:
        rows: The row that each entry uses, (entries,).
        device: Device of the index arrays; None for numpy arrays.

    Attributes:
        present: The rows that at least one entry uses, ascending.
        counts: Number of entries that use each of them.
    """

    def __init__(self, rows: np.ndarray, device: torch.device | None) -> None:
        self._device = device
        self._pieces: dict[int, list[list[Bucket]]] = {}
        self._order = np.argsort(rows, kind="stable")
        self.present, self._first, self.counts = np.unique(rows[self._order], return_index=True, return_counts=True)

    @cached_property
    def mean_count(self) -> float:
        """Mean number of entries per row that at least one entry uses."""
        return float(self.counts.mean())

    @cached_property
    def whole(self) -> list[Bucket]:
        """All batches, each row with all its entries in one of them."""
        return [self._bucket(places, 0, None) for places in self._split()]

    @cached_property
    def back(self) -> Any:
        """Position of each entry among the padded positions of all batches of ``whole``, (entries,)."""
        back = np.empty(len(self._order), dtype=np.int64)
        offset = 0
        for bucket in self.whole:
            at, pads = _host(bucket.at).ravel(), _host(bucket.pads)
            used = np.ones(at.size, dtype=bool)
            used[pads] = False
            back[at[used]] = offset + np.flatnonzero(used)
            offset += at.size
        return self._to(back)

    def pieces(self, width: int) -> list[list[Bucket]]:
        """Return batches that hold at most ``BLOCK`` numbers at ``width`` per entry.

        Each inner list holds all batches of the same rows: a row with too many entries is cut into several.
        """
        if width not in self._pieces:
            fits = all(width * len(b.rows) * max(b.at.shape[1], width) <= BLOCK for b in self.whole)
            self._pieces[width] = [[bucket] for bucket in self.whole] if fits else self._cut(width)
        return self._pieces[width]

    def _cut(self, width: int) -> list[list[Bucket]]:
        pieces: list[list[Bucket]] = []
        for places in self._split():
            longest = int(self.counts[places].max())
            together = max(1, BLOCK // (width * max(longest, width)))
            step = max(1, BLOCK // width)
            for begin in range(0, len(places), together):
                some = places[begin : begin + together]
                length = int(self.counts[some].max())
                pieces.append([self._bucket(some, start, start + step) for start in range(0, length, step)])
        return pieces

    def _split(self) -> list[np.ndarray]:
        """Return indices into ``present``, grouped by about equal ``counts`` (at least ``SPREAD`` of the most)."""
        order = np.argsort(-self.counts, kind="stable")
        falling = self.counts[order]
        parts, begin = [], 0
        while begin < len(order):
            end = int(np.searchsorted(-falling, -math.ceil(SPREAD * falling[begin]), side="right"))
            parts.append(np.sort(order[begin:end]))
            begin = end
        return parts

    def _bucket(self, places: np.ndarray, start: int, stop: int | None) -> Bucket:
        checkpoint()
        counts = self.counts[places]
        steps = np.arange(start, min(int(counts.max()), stop or int(counts.max())))
        used = steps < counts[:, None]
        at = self._order[np.where(used, self._first[places][:, None] + steps, self._first[places][:, None])]
        pads = np.flatnonzero(~used)
        return Bucket(self._to(self.present[places]), at=self._to(at), pads=self._to(pads), entries=int(used.sum()))

    def _to(self, array: np.ndarray) -> Any:
        return array if self._device is None else torch.from_numpy(array).to(self._device)


def _host(array: Any) -> np.ndarray:
    return array if isinstance(array, np.ndarray) else array.cpu().numpy()
