"""Truncated singular value decomposition of one unfolding M of a tensor.

The result is a basis of the leading left singular vectors and the discarded tail: the sum of the squared singular
values that are left out. The eigenvalues of the Gram matrix ``M M^T`` are the squared singular values, and take less
time than an SVD, but are exact only to rounding in ``|M|^2``: tails below ``COARSE`` of it are computed by QR and SVD
instead. Gram matrices are summed in float64, block by block for float32 data.

Arrays are numpy on a CPU, where small operations start fastest, else torch.

References:
    Eckart 1936: https://doi.org/10.1007/BF02288367
    Halko 2011 (randomised range finder): https://doi.org/10.1137/090771806
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tnlab.interrupt import checkpoint

EPS = float(np.finfo(np.float64).eps)
COARSE = 1e3 * EPS  # of |M|^2: least tail that is taken from a Gram matrix
NOISE = 20 * EPS  # of |M|^2: bound on the rounding error of such a tail
STRONG = 1e-4  # of |M|^2: gap of eigenvalues above which eigenvectors of a Gram matrix have all digits
BLOCK = 2**17  # entries (1 MiB) converted to float64 at a time, to stay in a cache
VIEW = 2**21  # entries (16 MiB) of a block that need not be converted: a step of a fit that can be stopped
FIRST_RANK = 16  # rank that a randomised truncation to an error tries first, and then doubles
LARGE = 2**24  # entries (128 MiB in float64): a larger projection of float32 data stays in float32, to halve its memory

Tails = NDArray[np.float64]  # by rank r from 0: the sum of the squared singular values after the first r


@dataclass(frozen=True)
class Sketch:
    """Settings of a randomised range finder.

    Attributes:
        generator: The only source of randomness.
        oversampling: Samples beyond the rank.
        power_iterations: Multiplications with ``M M^T`` before the subspace is taken.
    """

    generator: torch.Generator
    oversampling: int = 8
    power_iterations: int = 1


@dataclass(frozen=True, eq=False)
class Truncation:
    """A truncated unfolding M: an orthonormal basis Q of part of its range, and the squared norm that Q leaves out.

    Attributes:
        basis: Q, (rows, rank); None for the identity, which loses nothing.
        rank: Number of columns of Q.
        discarded: ``|M - Q Q^T M|^2``.
        doubt: A bound on the rounding error of ``discarded``.
        next: What the best basis of one column less leaves out; infinite for one column. Only known within a budget.
    """

    basis: Any
    rank: int
    discarded: float
    doubt: float = 0.0
    next: float = 0.0


def as_array(tensor: Tensor) -> Any:
    """Return a CPU tensor as a numpy array that shares its memory, any other tensor detached."""
    tensor = tensor.detach()
    return tensor.numpy() if tensor.device.type == "cpu" else tensor


def tensor_like(array: Any, like: Tensor) -> Tensor:
    """Return an array as a contiguous tensor with the dtype and device of ``like``, copied only if need be."""
    return torch.as_tensor(array).to(like).contiguous()


def sum_of_squares(array: Any) -> float:
    """Return the sum of the squares of an array's entries, computed in float64."""
    flat = array.reshape(-1)
    if flat.dtype in (np.float64, torch.float64):
        return float(flat @ flat)
    pieces = (wide(flat[start : start + BLOCK]) for start in range(0, flat.shape[0], BLOCK))
    return sum(float(piece @ piece) for piece in pieces)


def wide(array: Any) -> Any:
    """Return an array in float64, without a copy if it is so already."""
    return array.astype(np.float64, copy=False) if isinstance(array, np.ndarray) else array.to(torch.float64)


class Unfolding:
    """An array of shape (before, rows, after) seen as the matrix M of its middle axis against the others.

    Args:
        array: The three axes; float32 or float64, never copied as a whole, save where a singular value
            decomposition needs a matrix.
    """

    def __init__(self, array: Any) -> None:
        self.array = array
        self.before, self.rows, self.after = array.shape
        self.columns = self.before * self.after

    def matrix(self) -> Any:
        """Return the unfolding M as one float64 matrix, (rows, columns)."""
        return wide(self.array.swapaxes(0, 1).reshape(self.rows, self.columns))

    def blocks(self) -> Iterator[Any]:
        """Yield blocks of columns of M in float64; large ones that are views where M lies as one in memory."""
        array = self.array
        if array.dtype in (np.float64, torch.float64) and 1 in (self.before, self.after):
            whole, step = array[0] if self.before == 1 else array[:, :, 0].T, max(VIEW // self.rows, 64)
            for start in range(0, self.columns, step):
                checkpoint()
                yield whole[:, start : start + step]
        elif self.before == 1:
            step = max(BLOCK // self.rows, 64)
            for start in range(0, self.after, step):
                checkpoint()
                yield wide(array[0, :, start : start + step])
        else:
            step = max(BLOCK // (self.rows * self.after), 1)
            for start in range(0, self.before, step):
                checkpoint()
                block = wide(array[start : start + step])
                yield block[:, :, 0].T if self.after == 1 else block.swapaxes(0, 1).reshape(self.rows, -1)

    @cached_property
    def total(self) -> float:
        """The squared norm ``|M|^2``."""
        return sum_of_squares(self.array)

    @cached_property
    def eigen(self) -> tuple[Tails, Any]:
        """Tails, and eigenvectors by ascending eigenvalue, of the Gram matrix of the smaller side of M."""
        if self.rows <= self.columns:
            gram = self.gram()
        else:
            matrix = self.matrix()
            gram = matrix.T @ matrix
        values, vectors = (np if isinstance(gram, np.ndarray) else torch).linalg.eigh(gram)
        return _tails(values), vectors

    @cached_property
    def singular(self) -> tuple[Tails, Any]:
        """Tails and left singular vectors of M, strongest first, by QR and SVD: exact to rounding in ``|M|``."""
        matrix = self.matrix()
        linalg: Any = (np if isinstance(matrix, np.ndarray) else torch).linalg
        if self.rows < self.columns:
            triangle = linalg.qr(matrix.T, mode="r")
            matrix = (triangle if isinstance(matrix, np.ndarray) else triangle.R).T
        vectors, values, _ = linalg.svd(matrix, full_matrices=False)
        return _tails(_numpy(values)[::-1] ** 2), vectors

    def leading(self, rank: int) -> Any:
        """Return the leading left singular vectors of M, (rows, rank), strongest first, from the Gram matrix."""
        vectors = self.eigen[1]
        kept = vectors[:, vectors.shape[1] - rank :]
        kept = kept[:, ::-1].copy() if isinstance(kept, np.ndarray) else kept.flip(1)
        return kept if self.rows <= self.columns else orthonormal(self.matrix() @ kept)

    def gram(self) -> Any:
        """Return the Gram matrix ``M M^T`` of the rows."""
        return _sum(block @ block.T for block in self.blocks())

    def times(self, right: Any) -> Any:
        """Return the product ``M R`` of M with R of shape (columns, k), in the column order of ``blocks``."""
        start, parts = 0, []
        for block in self.blocks():
            parts.append(block @ right[start : start + block.shape[1]])
            start += block.shape[1]
        return _sum(iter(parts))

    def onto(self, basis: Any) -> Any:
        """Return the projection ``Q^T M`` of M on a basis Q (rows, rank), as an array (before, rank, after)."""
        array, rank = self.array, basis.shape[1]
        out = _room(array, (self.before, rank, self.after))
        if 1 in (self.before, self.after):
            start, flat = 0, out[0] if self.before == 1 else out[:, :, 0]
            for block in self.blocks():
                stop = start + block.shape[1]
                if self.before == 1:
                    _product(basis.T, block, flat[:, start:stop])
                else:
                    _product(block.T, basis, flat[start:stop])
                start = stop
            return out
        step = max(BLOCK // (self.rows * self.after), 1)
        for start in range(0, self.before, step):
            checkpoint()
            out[start : start + step] = basis.T @ wide(array[start : start + step])
        return out


def truncate(unfolding: Unfolding, *, rank: int | None = None, budget: float | None = None) -> Truncation:
    """Return the best truncation of an unfolding to a rank, or to the least rank that discards at most a budget.

    Args:
        unfolding: M.
        rank: The rank; one above that of M is lowered to it. None for the least rank within the budget.
        budget: Squared norm that may be discarded, not relative; beside a rank, the size of loss that must be exact.
    """
    allowed = budget or 0.0
    rows, least = unfolding.rows, min(unfolding.rows, unfolding.columns)
    if rows == 1 or (rank is not None and rank >= rows):
        return Truncation(None, rows, 0.0, next=math.inf)
    coarse = rank is not None or allowed >= COARSE * unfolding.total
    tails, _ = unfolding.eigen if coarse else unfolding.singular
    kept = min(rank, least) if rank is not None else least_rank(tails, allowed - coarse * NOISE * float(tails[0]))
    if coarse and not _coarse_enough(tails, kept, allowed if rank is None else budget):
        coarse, (tails, _) = False, unfolding.singular
        kept = min(rank, least) if rank is not None else least_rank(tails, allowed)
    following = math.inf if kept == 1 else float(tails[kept - 1])
    if kept == rows:
        return Truncation(None, rows, 0.0, next=following)
    return Truncation(
        basis=unfolding.leading(kept) if coarse else unfolding.singular[1][:, :kept],
        rank=kept,
        discarded=float(tails[kept]),
        doubt=NOISE * float(tails[0]) if coarse else 0.0,
        next=following,
    )


def sketched(
    unfolding: Unfolding, sketch: Sketch, *, total: float, rank: int | None = None, budget: float = 0.0
) -> Truncation:
    """Return a truncation by a randomised range finder; its loss ``|M|^2 - |Q^T M|^2`` is measured, not estimated.

    ``truncate`` is called instead where that difference would have no digits, or where the samples are not far fewer
    than the rows or columns.

    Args:
        unfolding: M.
        sketch: Number of samples beyond the rank, power iterations and source of randomness.
        total: ``|M|^2``.
        rank: As in ``truncate``.
        budget: As in ``truncate``; the number of samples doubles until their loss is below half of it.
    """
    least = min(unfolding.rows, unfolding.columns)
    samples = (FIRST_RANK if rank is None else rank) + sketch.oversampling
    while 2 * samples < least and (rank is not None or budget > COARSE * total):
        basis = range_basis(unfolding, samples, sketch)
        missed = max(total - sum_of_squares(unfolding.onto(basis)), 0.0)
        if rank is not None or missed + NOISE * total < budget / 2:
            within = Unfolding(unfolding.onto(basis))
            inner = truncate(within, rank=rank, budget=budget - missed)
            found = basis if inner.basis is None else basis @ inner.basis
            return Truncation(
                found, rank=inner.rank, discarded=missed + inner.discarded, doubt=NOISE * total + inner.doubt
            )
        samples *= 2
    return truncate(unfolding, rank=rank, budget=budget)


def least_rank(tails: Tails, budget: float) -> int:
    """Return the least rank, at least 1, that discards a squared norm of at most ``budget``; else the full rank.

    ``tails`` holds the squared norm that each rank from 0 discards.
    """
    within = np.flatnonzero(tails <= budget)
    return max(int(within[0]), 1) if len(within) else len(tails) - 1


def orthonormal(columns: Any) -> Any:
    """Return an orthonormal basis, by QR, of the span of the linearly independent columns of a matrix."""
    return (np if isinstance(columns, np.ndarray) else torch).linalg.qr(columns)[0]


def _coarse_enough(tails: Tails, kept: int, budget: float | None) -> bool:
    """Return whether a Gram matrix gives basis and discarded squared norm at the rank ``kept`` with enough digits."""
    total = float(tails[0])
    if budget is not None:
        return budget >= COARSE * total
    return float(tails[kept]) >= COARSE * total or float(tails[kept - 1] - tails[kept]) >= STRONG * total


def _tails(ascending: Any) -> Tails:
    return np.concatenate([[0.0], np.cumsum(np.maximum(_numpy(ascending), 0.0))])[::-1]


def _numpy(array: Any) -> Tails:
    return array if isinstance(array, np.ndarray) else array.cpu().numpy()


def range_basis(unfolding: Unfolding, samples: int, sketch: Sketch) -> Any:
    """Return an orthonormal basis of the image under M of random Gaussian vectors, after power iterations.

    Its span is close to that of the leading left singular vectors (Halko 2011).

    Args:
        unfolding: M.
        samples: Number of vectors, and of columns of the basis.
        sketch: Number of power iterations, and source of randomness.
    """
    drawn = torch.randn(unfolding.columns, samples, generator=sketch.generator, dtype=torch.float64)
    right = drawn.numpy() if isinstance(unfolding.array, np.ndarray) else drawn.to(unfolding.array.device)
    basis = orthonormal(unfolding.times(right))
    for _ in range(sketch.power_iterations):
        basis = orthonormal(_sum(block @ (block.T @ basis) for block in unfolding.blocks()))
    return basis


def _sum(parts: Iterator[Any]) -> Any:
    total = next(parts)
    for part in parts:
        total += part
    return total


def _product(left: Any, right: Any, out: Any) -> None:
    """Write the matrix product ``left @ right`` into ``out``."""
    if isinstance(out, np.ndarray) and out.dtype == np.float64:
        np.matmul(left, right, out=out)
    else:
        out[...] = left @ right


def _room(array: Any, shape: tuple[int, ...]) -> Any:
    """Return an uninitialised array like another: float64, or float32 for float32 data of over ``LARGE`` entries."""
    numpy = isinstance(array, np.ndarray)
    single = array.dtype in (np.float32, torch.float32) and math.prod(shape) > LARGE
    if numpy:
        return np.empty(shape, np.float32 if single else np.float64)
    return torch.empty(shape, dtype=torch.float32 if single else torch.float64, device=array.device)
