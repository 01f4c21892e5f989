"""Evaluate a network, and the environment of every core, at given entries of its tensor.

The axes of an array are its bonds, then at most one batch axis: over the rows of one core, or over the entries. Arrays
are float64: numpy on a CPU, where small operations start fastest, else torch.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tnlab.fitting.entries.contraction_tree import entry_edges, entry_tree
from tnlab.fitting.entries.grouping import Bucket, Entries
from tnlab.fitting.sweep.dimension_tree import CoreTree
from tnlab.interrupt import checkpoint
from tnlab.network.pairwise import compile_pair

NOTHING, ENTRIES = -2, -1  # batch of an operand: no batch axis, one over the entries; k >= 0: over the rows of core k
LAST = -1  # label of the batch axis; bonds are labelled from 0


@dataclass(frozen=True, eq=False)
class Operand:
    """A contracted part of the network, at every entry.

    Attributes:
        labels: Its open bonds, one per axis but the batch axis.
        array: The values; the last axis is the batch axis, if there is one.
        batch: ``NOTHING``, ``ENTRIES``, or the core over whose rows the batch axis runs.
    """

    labels: tuple[int, ...]
    array: Any
    batch: int


@dataclass(frozen=True, eq=False)
class Environment:
    """The environment of a core (all other cores) at every entry, as a product of at most two operands not formed yet.

    Attributes:
        core: Index of the core.
        parts: The operands; they are contracted over the bonds they share.
    """

    core: int
    parts: tuple[Operand, ...]


UpdateCore = Callable[[Environment], Any]


class EntrySweep:
    """Evaluation of a network at given entries, and sweeps over its cores.

    Args:
        entries: The entries at which the network is evaluated.
        cores: Float64 arrays of the structure's core shapes; ``walk`` replaces them.
    """

    def __init__(self, entries: Entries, cores: Sequence[Any]) -> None:
        self.entries, self.structure = entries, entries.structure
        self.cores = list(cores)
        self.tree = entry_tree(self.structure)
        self._inside: dict[CoreTree, Operand] = {}
        self._edges = entry_edges(self.structure)

    def values(self) -> Any:
        """Return the network's values at all entries, (entries,), from the current cores."""
        self._inside.clear()
        return self._as_entries(self._inner(self.tree)).array

    def walk(self, update: UpdateCore) -> Any:
        """Replace core after core by ``update(environment)``; return the values at all entries afterwards, (entries,).

        Args:
            update: Returns the new core from its environment, which is that of the latest cores.
        """
        for node, outside in self._visits():
            if isinstance(node, int):
                self.cores[node] = update(self.formed(Environment(node, outside)))
                self._inside[node] = self._leaf(node)
            else:
                self._inside[node] = self._joined(node)
        return self._as_entries(self._inside[self.tree]).array

    def environments(self) -> Iterator[Environment]:
        """Yield the environment of every core; the cores must not change until the last one."""
        for node, outside in self._visits():
            if isinstance(node, int):
                yield self.formed(Environment(node, outside))

    def matrix(self, environment: Environment, bucket: Bucket, extra: Any = None) -> Any:
        """Return the environment of a core at the entries of a batch, (product of the core's ranks, g, m).

        Padding is zero.

        Args:
            environment: The environment.
            bucket: Rows of its core (g) with the entries that use them (m).
            extra: Values at all entries, (entries,), appended along the first axis.
        """
        checkpoint()
        wanted = self.structure.core_bonds[environment.core]
        shape = tuple(self.structure.bonds[bond].rank for bond in wanted)
        size = int(np.prod(shape, dtype=np.int64))
        rows = bucket.at
        full = _empty((size + (extra is not None), *rows.shape), rows)
        space = full[:size].reshape(*shape, *rows.shape)
        parts = [self._gathered(part, wanted, rows) for part in environment.parts]
        if not parts:
            space[...] = 1.0
        elif len(parts) == 1:
            space[...] = parts[0]
        else:
            multiply: Callable[..., Any] = np.multiply if isinstance(space, np.ndarray) else torch.mul
            multiply(parts[0], parts[1], out=space)
        if extra is not None:
            full[size] = extra[rows]
        if len(bucket.pads):
            full.reshape(len(full), -1)[:, bucket.pads] = 0.0
        return full

    def formed(self, environment: Environment) -> Environment:
        """Return the environment contracted over all bonds that are not the core's, so that its parts only multiply."""
        parts = environment.parts
        if len(parts) == 2:
            first, second = parts
            if set(first.labels) & set(second.labels) - set(self._edges[environment.core]):
                parts = (self._join(first, second, self._edges[environment.core]),)
        return Environment(environment.core, tuple(map(self._spread, parts)))

    def _visits(self) -> Iterator[tuple[CoreTree, tuple[Operand, ...]]]:
        """Yield every core with the operands outside it, which are of the latest cores, and inner nodes after those.

        The tree may be as deep as it has cores, so that no function here calls itself.
        """
        left: list[tuple[CoreTree, tuple[Operand, ...], int]] = [(self.tree, (), 0)]
        while left:
            node, outside, done = left.pop()
            if isinstance(node, int) or done == 2:
                yield node, outside
                continue
            child, other = (node[0], node[1]) if done == 0 else (node[1], node[0])
            left.append((node, outside, done + 1))
            left.append((child, self._toward(child, (*outside, self._inner(other))), 0))

    def _toward(self, node: CoreTree, parts: tuple[Operand, ...]) -> tuple[Operand, ...]:
        if isinstance(node, int) or len(parts) == 1:
            return parts
        first, second = parts
        return (self._join(first, second, self._edges[node]),)

    def _inner(self, node: CoreTree) -> Operand:
        """Return the contraction of the cores below a node of ``tree``, kept for later."""
        wanted = [node]
        while wanted:
            latest = wanted[-1]
            missing = () if isinstance(latest, int) else [child for child in latest if child not in self._inside]
            if missing:
                wanted += missing
                continue
            wanted.pop()
            if latest not in self._inside:
                self._inside[latest] = self._leaf(latest) if isinstance(latest, int) else self._joined(latest)
        return self._inside[node]

    def _joined(self, node: tuple[CoreTree, CoreTree]) -> Operand:
        """Return the contraction of the two children of an inner node, which are known."""
        first, second = (self._inside[child] for child in node)
        return self._join(first, second, self._edges[node])

    def _leaf(self, core: int) -> Operand:
        legs = len(self.structure.cores[core].legs)
        bonds, array = self.structure.core_bonds[core], self.cores[core]
        if not legs:
            return Operand(bonds, array, NOTHING)
        ranks = array.shape[legs:]
        turned = array.reshape(-1, int(np.prod(ranks, dtype=np.int64))).T
        return Operand(bonds, _contiguous(turned).reshape(*ranks, -1), core)

    def _as_entries(self, part: Operand) -> Operand:
        part = self._spread(part)
        if part.batch == NOTHING:
            ones = np.ones(len(self.entries)) if self.entries.on_cpu else torch.ones(len(self.entries)).to(part.array)
            part = Operand(part.labels, part.array[..., None] * ones, ENTRIES)
        return part

    def _spread(self, part: Operand) -> Operand:
        """Return an operand batched over the rows of a core as one batched over the entries; any other unchanged."""
        if part.batch < 0:
            return part
        return Operand(part.labels, _take(part.array, self.entries.rows[part.batch]), ENTRIES)

    def _join(self, first: Operand, second: Operand, keep: tuple[int, ...]) -> Operand:
        checkpoint()
        if second.batch == NOTHING:
            first, second = second, first
        if first.batch == NOTHING:
            return _with_constant(first, second, keep)
        if first.batch >= 0 and second.batch >= 0:
            small, large = sorted((first, second), key=lambda part: len(part.array.reshape(-1, part.array.shape[-1])))
            first, second = self._spread(small), large
        elif first.batch >= 0:
            first, second = second, first
        shared = set(first.labels) & set(second.labels)
        if second.batch >= 0 and shared and not shared & set(keep):
            return self._through_core(first, second)
        return _entrywise(first, self._spread(second), keep)

    def _through_core(self, part: Operand, leaf: Operand) -> Operand:
        """Return ``part``, batched over the entries, contracted with the core ``leaf``: a matrix product per row."""
        groups = self.entries.groups(leaf.batch)
        summed = [label for label in part.labels if label in leaf.labels]
        kept = [label for label in part.labels if label not in summed]
        fresh = [label for label in leaf.labels if label not in summed]
        sizes = dict(zip(part.labels, part.array.shape, strict=False))
        sizes |= dict(zip(leaf.labels, leaf.array.shape, strict=False))
        depth = int(np.prod([sizes[label] for label in summed]))
        left = _turned(part, [*kept, *summed]).reshape(-1, depth, part.array.shape[-1])
        core = _turned(leaf, [*fresh, *summed]).reshape(-1, depth, leaf.array.shape[-1])
        done = []
        for bucket in groups.whole:
            checkpoint()
            rows = _take(left, bucket.at)  # (K, J, g, m)
            matrices = _take(core, bucket.rows)  # (B, J, g)
            product = _permute(matrices, (2, 0, 1))[:, None] @ _permute(rows, (2, 0, 1, 3))  # (g, K, B, m)
            done.append(_permute(product, (1, 2, 0, 3)).reshape(len(left) * len(core), -1))
        joined = done[0] if len(done) == 1 else _concatenate(done)
        shape = [sizes[label] for label in (*kept, *fresh)]
        return Operand((*kept, *fresh), _take(joined, groups.back).reshape(*shape, -1), ENTRIES)

    def _gathered(self, part: Operand, wanted: tuple[int, ...], at: Any) -> Any:
        """Return an operand at the entries ``at``: one axis per bond in ``wanted``, then the two axes of ``at``.

        An axis has size 1 where the operand lacks the bond, or is the same at all entries. ``at`` (g, m) holds entries
        by row of a core, as in ``Bucket``.
        """
        labels = [label for label in wanted if label in part.labels]
        array = _turned(part, labels)
        trailing = (1, 1) if part.batch == NOTHING else at.shape
        array = array[..., None, None] if part.batch == NOTHING else _take(array, at)
        sizes = dict(zip(labels, array.shape, strict=False))
        return array.reshape(*(sizes.get(label, 1) for label in wanted), *trailing)


def _with_constant(constant: Operand, other: Operand, keep: tuple[int, ...]) -> Operand:
    tail = () if other.batch == NOTHING else (LAST,)
    labels = (*other.labels, *tail)
    sizes = tuple(zip((*constant.labels, *labels), (*constant.array.shape, *other.array.shape), strict=True))
    pair = _pair(constant.labels, labels, (*keep, *tail), sizes)
    return Operand(pair.indices[: len(pair.indices) - len(tail)], pair(constant.array, other.array), other.batch)


@lru_cache(maxsize=4096)
def _pair(left: tuple[int, ...], right: tuple[int, ...], keep: tuple[int, ...], sizes: tuple[Any, ...]) -> Any:
    return compile_pair(left, right, keep, dict(sizes))


def _entrywise(first: Operand, second: Operand, keep: tuple[int, ...]) -> Operand:
    """Return the contraction of two operands batched over the entries, summed over shared bonds not in ``keep``."""
    shared = [label for label in first.labels if label in second.labels]
    common = [label for label in shared if label in keep]
    summed = [label for label in shared if label not in keep]
    left = [label for label in first.labels if label not in shared]
    right = [label for label in second.labels if label not in shared]
    sizes = dict(zip(first.labels, first.array.shape, strict=False))
    sizes |= dict(zip(second.labels, second.array.shape, strict=False))

    def size(labels: list[int]) -> int:
        return int(np.prod([sizes[label] for label in labels], dtype=np.int64))

    count = first.array.shape[-1]
    one = _turned(first, [*common, *left, *summed]).reshape(size(common), size(left), 1, size(summed), count)
    two = _turned(second, [*common, *right, *summed]).reshape(size(common), 1, size(right), size(summed), count)
    total = one[..., 0, :] * two[..., 0, :]
    for place in range(1, size(summed)):
        checkpoint()
        total += one[..., place, :] * two[..., place, :]
    labels = (*common, *left, *right)
    return Operand(labels, total.reshape(*(sizes[label] for label in labels), count), ENTRIES)


def _turned(part: Operand, labels: Sequence[int]) -> Any:
    """Return a view of an operand's array with its bonds in the order of ``labels``, the batch axis last."""
    axes = tuple(part.labels.index(label) for label in labels)
    if axes == tuple(range(len(axes))):
        return part.array
    return _permute(part.array, axes if part.batch == NOTHING else (*axes, len(axes)))


def _permute(array: Any, axes: tuple[int, ...]) -> Any:
    return array.permute(axes) if isinstance(array, Tensor) else array.transpose(axes)


def _take(array: Any, at: Any) -> Any:
    """Return a copy of an array indexed by ``at`` along its last axis, which the axes of ``at`` replace."""
    if isinstance(array, Tensor):
        return array.index_select(-1, at.reshape(-1)).reshape(*array.shape[:-1], *at.shape)
    return array.take(at, axis=-1)


def _contiguous(array: Any) -> Any:
    return array.contiguous() if isinstance(array, Tensor) else np.ascontiguousarray(array)


def _concatenate(arrays: list[Any]) -> Any:
    return torch.cat(arrays, dim=-1) if isinstance(arrays[0], Tensor) else np.concatenate(arrays, axis=-1)


def _empty(shape: tuple[int, ...], like: Any) -> Any:
    if isinstance(like, Tensor):
        return torch.empty(shape, dtype=torch.float64, device=like.device)
    return np.empty(shape)
