"""Singular values of all unfoldings of a tensor, computed when needed and kept, from which the bounds are made.

For a cut of the modes into S and the rest, ``tail_S(r)`` is the sum of the squared singular values of the unfolding
``X_(S)`` beyond the r-th: the least ``|X_(S) - R|^2`` over matrices R of rank r (Eckart and Young).

Three savings. The squared singular values are the eigenvalues of the Gram matrix of the smaller side. That Gram
matrix is a partial trace of the one of any larger set of modes already known, so that only the largest cuts read the
tensor. A cut whose smaller side has more than ``max_side`` rows is computed from a compressed tensor
``Y = X x_k Q_k^T`` with orthonormal columns Q_k. The bound stays valid: for every R of rank at most r,
``|X_(S) - R| >= |P (X_(S) - R) P'| = |Y_(S) - P R P'|``, as projections P, P' do not raise a norm, and P R P' has rank
at most r, so that ``tail_S(r; X) >= tail_S(r; Y)``.

References:
    Eckart 1936: https://doi.org/10.1007/BF02288367
"""

import math
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from tnlab.bounds.spectra_file import SpectraFile, is_tail
from tnlab.data.intake import nonzero_data
from tnlab.data.shapes import modes_text
from tnlab.data.tensor_hash import tensor_hash
from tnlab.metrics import in_safe_range
from tnlab.threads import on_one_thread, one_thread

Cut = tuple[int, ...]  # the modes on one side of a split in two
_Array = NDArray[np.float64]

SLACK = 1e-12  # of |X|^2, subtracted from a tail: more than its rounding error in float64
MAX_KEPT = 2**26  # entries of all Gram matrices kept for partial traces; 512 MiB
MAX_TABLES = 64  # choices of cuts whose tails are kept as one array
SKETCH = 500  # random directions of a mode of more than ``max_side`` rows; their base takes about a second
MAX_SIDE = 1500  # rows of a Gram matrix up to which its eigenvalues take seconds, not minutes


class CutSpectra:
    """Squared singular values of the unfoldings of one tensor, relative to ``|X|^2``, computed on first use.

    Args:
        tensor: X, an array of any library, real and not zero, at any scale; kept by reference, never changed.
        cache: Folder where spectra are stored between sessions under a hash of the data; None stores nothing. Stored
            spectra are checked (see ``SpectraFile``); those that fail are computed again.
        max_side: Largest number of rows of a Gram matrix; larger cuts are computed from a compressed tensor.

    Raises:
        DataError: The tensor is no array of real numbers, or zero or not finite.

    Example:
        >>> import torch
        >>> CutSpectra(torch.eye(2, dtype=torch.float64)).tail((0,)).round(3).tolist()
        [1.0, 0.5, 0.0]
    """

    def __init__(self, tensor: Any, *, cache: Path | None = None, max_side: int = MAX_SIDE) -> None:
        whole = nonzero_data(tensor).cpu().double().contiguous()
        self.modes: tuple[int, ...] = tuple(whole.shape)
        self.max_side = max_side
        self._tensor = in_safe_range(whole).numpy()
        with one_thread(self._tensor.size):
            self._square = float(np.dot(self._tensor.ravel(), self._tensor.ravel()))
        self._grams: dict[Cut, _Array] = {}
        self._tails: dict[Cut, _Array] = {}
        self._tables: dict[tuple[Cut, ...] | None, tuple[tuple[Cut, ...], _Array]] = {}
        self._small: _Array | None = None
        self._file: SpectraFile | None = None
        if cache is not None:
            self._file = SpectraFile(cache, f"{modes_text(self.modes)}-{tensor_hash(whole)}", max_side)
            self._tails = {cut: tail for cut, tail in self._file.read().items() if self._is_own(cut, tail)}

    @property
    def order(self) -> int:
        """Number of modes."""
        return len(self.modes)

    @property
    def known(self) -> tuple[Cut, ...]:
        """The cuts whose spectra are computed, each by its canonical ``side``."""
        return tuple(self._tails)

    @property
    def complete(self) -> bool:
        """Whether the spectra of all cuts are computed."""
        return len(self._tails) == 2 ** (self.order - 1) - 1

    def side(self, cut: Iterable[int]) -> Cut:
        """Return the canonical side of a cut: the one with fewer rows; of two equal ones the one with mode 0."""
        chosen = tuple(sorted(set(cut)))
        rest = tuple(mode for mode in range(self.order) if mode not in chosen)
        return min((chosen, rest), key=lambda side: (self._rows(side), 0 not in side))

    def tail(self, cut: Iterable[int]) -> _Array:
        """Return ``tail_S(r) / |X|^2`` for r = 0, 1, ..., full rank: the least squared relative error with rank r."""
        side = self.side(cut)
        if side not in self._tails:
            self._tails[side] = self._spectrum(side)
        return self._tails[side]

    def singular_values(self, cut: Iterable[int]) -> _Array:
        """Return the singular values of the unfolding along a cut, descending, relative to ``|X|``."""
        return np.sqrt(-np.diff(self.tail(cut)))

    def needed_rank(self, cut: Iterable[int], error: float) -> int:
        """Return the least rank across a cut with which a relative error is possible."""
        return int(np.argmax(self.tail(cut) - SLACK <= error**2))

    def cuts(self) -> Iterator[Cut]:
        """Yield one side of every cut of the modes: single modes, then pairs, and so on."""
        for size in range(1, self.order // 2 + 1):
            for cut in combinations(range(self.order), size):
                if 2 * size < self.order or 0 in cut:
                    yield cut

    @on_one_thread(lambda self, *_, **__: self._tensor.size)
    def table(self, cuts: Sequence[Cut] | None = None) -> tuple[tuple[Cut, ...], _Array]:
        """Return canonical sides of cuts (all by default) and each ``tail``, (cuts, ranks), 0 beyond full rank."""
        key = None if cuts is None else tuple(cuts)
        if key not in self._tables:
            if len(self._tables) >= MAX_TABLES:
                self._tables.clear()
            sides = tuple(dict.fromkeys(self.side(cut) for cut in (self.cuts() if key is None else key)))
            for _ in self.fill(sides):
                pass
            table = np.zeros((len(sides), max((len(self._tails[side]) for side in sides), default=0) + 1))
            for row, side in zip(table, sides, strict=True):
                row[: len(self._tails[side])] = self._tails[side]
            self._tables[key] = sides, table
        return self._tables[key]

    def fill(self, cuts: Iterable[Cut] | None = None, *, in_order: bool = False) -> Generator[Cut]:
        """Compute the spectra of cuts (of all by default) and yield each cut when done; it may be left at any time.

        Large Gram matrices come first, of which smaller ones are partial traces, or, with ``in_order``, the cuts as
        they are given.
        """
        sides = dict.fromkeys(self.side(cut) for cut in (self.cuts() if cuts is None else cuts))
        wanted = [side for side in sides if side not in self._tails]
        if not in_order:
            wanted.sort(key=lambda side: (-self._rows(side), side))
        fresh = False
        try:
            for side in wanted:
                self.tail(side)
                fresh = True
                yield side
        finally:  # also where the caller leaves
            if self._file is not None and fresh:
                self._file.write(self._tails)
        if self.complete:
            self._grams.clear()  # every spectrum is known

    def _rows(self, side: Cut) -> int:
        return math.prod(self.modes[mode] for mode in side)

    @on_one_thread(lambda self, _: self._tensor.size)
    def _spectrum(self, side: Cut) -> _Array:
        rows = self._rows(side)
        gram = self._gram_of(side) if rows <= self.max_side else _gram(self._compressed(), side)
        values = np.clip(np.linalg.eigvalsh(gram), 0.0, None) / self._square
        tail = np.zeros(rows + 1)
        tail[: len(values)] = np.cumsum(values)[::-1]
        return tail

    def _gram_of(self, side: Cut) -> _Array:
        """Return the Gram matrix of a side: a partial trace of the smallest larger one known, else from the tensor."""
        grams = dict(self._grams)  # another thread may ask at the same time
        if side in grams:
            return grams[side]
        own = _mask(side)
        larger = [known for known in grams if own & ~_mask(known) == 0]
        if larger:
            source = min(larger, key=self._rows)
            gram = _partial_trace(grams[source], [self.modes[mode] for mode in source], source, side)
        else:
            gram = _gram(self._tensor, side)
        if gram.size + sum(kept.size for kept in grams.values()) <= MAX_KEPT:
            self._grams[side] = gram
        return gram

    def _compressed(self) -> _Array:
        """Return the tensor projected on leading singular vectors of its modes, so that every cut has a small side."""
        if self._small is None:
            self._small = _compress(self._tensor, self.max_side)
        return self._small

    def _is_own(self, cut: Cut, tail: _Array) -> bool:
        """Return whether a stored tail can be that of a cut: under its canonical side, and of its kind."""
        if not set(cut) <= set(range(self.order)) or not 0 < len(set(cut)) < self.order or self.side(cut) != cut:
            return False
        rows = self._rows(cut)
        return is_tail(tail, rows, whole=rows <= self.max_side)


def entries_of(X: Tensor | CutSpectra) -> int:
    """Return the number of entries of a tensor, given itself or its spectra; 0 for any other object."""
    return math.prod(X.modes if isinstance(X, CutSpectra) else getattr(X, "shape", ()))


def _gram(tensor: _Array, side: Cut) -> _Array:
    rest = [mode for mode in range(tensor.ndim) if mode not in side]
    rows = math.prod(tensor.shape[mode] for mode in side)
    matrix = tensor.transpose(*side, *rest).reshape(rows, -1)
    return matrix @ matrix.T


@cache
def _mask(side: Cut) -> int:
    return sum(1 << mode for mode in side)


def _partial_trace(gram: _Array, sizes: list[int], source: Cut, side: Cut) -> _Array:
    """Return the Gram matrix of ``side`` from that of the larger ``source``, by tracing out the other modes."""
    left = list(source)
    gram = gram.reshape(*sizes, *sizes)
    for mode in set(source) - set(side):
        axis = left.index(mode)
        gram = gram.trace(axis1=axis, axis2=axis + len(left))
        left.remove(mode)
    rows = math.prod(size for mode, size in zip(source, sizes, strict=True) if mode in side)
    return gram.reshape(rows, rows)


def _compress(tensor: _Array, max_side: int) -> _Array:
    """Project the modes on orthonormal directions; drop the one of least weight until entries <= ``max_side``^2."""
    spectra = [_directions(tensor, mode, max_side) for mode in range(tensor.ndim)]
    sizes = [len(values) for values, _ in spectra]
    while math.prod(sizes) > max_side**2:
        # weights ascend: what the lightest kept direction of each mode weighs, per direction
        lightest = [
            values[-size] * size if size > 1 else math.inf for (values, _), size in zip(spectra, sizes, strict=True)
        ]
        sizes[int(np.argmin(lightest))] -= 1
    for mode, (_, vectors) in enumerate(spectra):
        tensor = np.moveaxis(np.tensordot(vectors[:, -sizes[mode] :].T, tensor, axes=([1], [mode])), 0, mode)
    return np.ascontiguousarray(tensor)


def _directions(tensor: _Array, mode: int, most: int) -> tuple[_Array, _Array]:
    """Return orthonormal directions of a mode as columns, and the squared norm of the tensor along each, ascending.

    They are the singular vectors of the unfolding; in a mode of more than ``most`` rows those of its projection on a
    random subspace of its range, which takes two products with the tensor.
    """
    rows = tensor.shape[mode]
    if rows <= most:
        values, vectors = np.linalg.eigh(_gram(tensor, (mode,)))
        return values, vectors
    matrix = np.moveaxis(tensor, mode, 0).reshape(rows, -1)
    mixing = np.random.default_rng(0).standard_normal((matrix.shape[1], min(most, SKETCH, matrix.shape[1])))
    basis = np.linalg.qr(matrix @ mixing)[0]
    projected = basis.T @ matrix
    values, vectors = np.linalg.eigh(projected @ projected.T)
    return values, basis @ vectors
