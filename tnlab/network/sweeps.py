"""Plans for one sweep of alternating least squares over the cores of any structure.

Fixing all cores but one, the best core solves ``A G = B``: G is the Gram matrix of its environment (the
network without it), B the tensor contracted with that environment. A plan is the straight-line program
that produces B and G for one core after the other, each from cores that are already updated.

``plan_sweep`` chooses between two: along a dimension tree, which shares work between cores, and explicit
environments, which need less memory when the graph is so dense that a cut's double layer is too large.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import opt_einsum
import torch

from tnlab.errors import StructureError
from tnlab.network.dimension_tree import Tree, dimension_tree, leaves
from tnlab.network.pairwise import Indices, Pairwise, compile_pair, permutation, permute
from tnlab.network.structure import Structure

Solve = Callable[[int, Any, Any], Any]
MAX_INTERMEDIATE = 2**28  # entries; 2 GiB in float64


@dataclass(frozen=True)
class SweepPlan:
    """One pass over all cores.

    Attributes:
        mode_order: Order in which the tensor's modes must lie in memory.
        flops: Floating-point operations of one sweep.
        largest: Entries of its largest intermediate array.
        prepare: Steps to run once per fit, before the first sweep.
        steps: Steps of a sweep.
        registers: How many arrays the steps pass among themselves.
    """

    structure: Structure
    mode_order: Indices
    flops: float
    largest: int
    prepare: tuple["Step", ...]
    steps: tuple["Step", ...]
    registers: int

    def start(self, tensor: Any, cores: list[Any]) -> list[Any]:
        """Return the registers for a tensor (already in ``mode_order``) and float64 cores."""
        values: list[Any] = [None] * self.registers
        values[0] = tensor
        values[1 : 1 + len(cores)] = cores
        for step in self.prepare:
            step(values, _never)
        return values

    def sweep(self, values: list[Any], solve: Solve) -> None:
        """Update every core in place in the registers, each by ``solve(core, G, B)``.

        G has shape (P, P) and B shape (n, P): n entries over the core's legs, P over its bonds.
        """
        for step in self.steps:
            step(values, solve)

    def cores(self, values: list[Any]) -> tuple[Any, ...]:
        """Return the current cores."""
        return tuple(values[1 : 1 + len(self.structure.cores)])


@dataclass(frozen=True)
class Multiply:
    """Contract two registers into a third; ``mixed`` when the first is the tensor, of perhaps lower precision."""

    pair: Pairwise
    left: int
    right: int
    out: int
    mixed: bool = False

    @property
    def flops(self) -> float:
        return self.pair.flops

    @property
    def size(self) -> int:
        return math.prod(self.pair.shape)

    def __call__(self, values: list[Any], solve: Solve) -> None:
        left, right = values[self.left], values[self.right]
        if self.mixed and left.dtype != right.dtype:
            values[self.out] = _double(self.pair(left, _cast_like(right, left)))
        else:
            values[self.out] = self.pair(left, right)


@dataclass(frozen=True)
class Update:
    """Solve for one core from the registers that hold its B and G."""

    core: int
    right_side: int
    right_axes: Indices | None
    gram: int | None
    gram_axes: Indices | None
    shape: tuple[int, ...]
    rows: int
    columns: int

    @property
    def flops(self) -> float:
        return self.columns**3 / 3 + 2.0 * self.rows * self.columns**2

    @property
    def size(self) -> int:
        return self.columns * max(self.columns, self.rows)

    def __call__(self, values: list[Any], solve: Solve) -> None:
        right = _double(permute(values[self.right_side], self.right_axes)).reshape(self.rows, self.columns)
        if self.gram is None:  # the only core: its environment is the number 1
            gram = right[:1, :1] * 0 + 1
        else:
            gram = permute(values[self.gram], self.gram_axes).reshape(self.columns, self.columns)
        values[1 + self.core] = solve(self.core, gram, right).reshape(self.shape)


@dataclass(frozen=True)
class Environment:
    """Contract everything but one core, then form its B and G."""

    core: int
    expression: Any
    others: tuple[int, ...]
    tensor_axes: Indices | None
    shape: tuple[int, ...]
    rows: int
    columns: int

    def __call__(self, values: list[Any], solve: Solve) -> None:
        environment = self.expression(*(values[1 + other] for other in self.others)).reshape(-1, self.columns)
        tensor = permute(values[0], self.tensor_axes).reshape(self.rows, -1)
        right = _double(tensor @ _cast_like(environment, tensor))
        values[1 + self.core] = solve(self.core, environment.T @ environment, right).reshape(self.shape)


Step = Multiply | Update | Environment


@lru_cache(maxsize=512)
def plan_sweep(structure: Structure) -> SweepPlan:
    """Return the cheaper plan that fits in memory; cached, so an edit back and forth costs nothing.

    Raises:
        StructureError: No plan stays within the largest allowed intermediate array.
    """
    tree = _TreeCompiler(structure).plan()
    if tree.largest <= MAX_INTERMEDIATE and tree.flops <= 1e8:
        return tree  # cheap enough that pricing the alternative would cost more
    flops, largest = _explicit_cost(structure)
    if tree.largest <= MAX_INTERMEDIATE and (tree.flops <= flops or largest > MAX_INTERMEDIATE):
        return tree
    if largest <= MAX_INTERMEDIATE:
        return explicit_plan(structure)
    needed = min(tree.largest, largest) * 8 / 2**30
    raise StructureError(
        f"A sweep over this structure needs an intermediate array of {needed:.1f} GiB, and at most "
        f"{MAX_INTERMEDIATE * 8 / 2**30:.0f} GiB is allowed. Lower some ranks or remove bonds."
    )


def tree_plan(structure: Structure) -> SweepPlan:
    """Return the plan along a dimension tree."""
    return _TreeCompiler(structure).plan()


def explicit_plan(structure: Structure) -> SweepPlan:
    """Return the plan with the explicit environment of every core."""
    if len(structure.cores) == 1:
        return tree_plan(structure)  # no environment to form
    flops, largest = _explicit_cost(structure)
    steps = tuple(_environment(structure, core) for core in range(len(structure.cores)))
    order = tuple(range(structure.order))
    return SweepPlan(structure, order, flops, largest, (), steps, 1 + len(structure.cores))


def _environment(structure: Structure, core: int) -> Environment:
    legs = structure.cores[core].legs
    others = tuple(other for other in range(len(structure.cores)) if other != core)
    rest = tuple(mode for mode in range(structure.order) if mode not in legs)
    bonds = structure.core_indices[core][len(legs) :]
    shape = structure.core_shapes[core]
    symbol = opt_einsum.get_symbol
    left = ",".join("".join(map(symbol, structure.core_indices[other])) for other in others)
    text = f"{left}->{''.join(map(symbol, (*rest, *bonds)))}"
    shapes = [structure.core_shapes[other] for other in others]
    expression = opt_einsum.contract_expression(text, *shapes, optimize="auto" if len(others) < 12 else "greedy")
    axes = permutation(tuple(range(structure.order)), (*legs, *rest))
    rows = math.prod(shape[: len(legs)])
    return Environment(core, expression, others, axes, shape, rows, math.prod(shape[len(legs) :]))


def _explicit_cost(structure: Structure) -> tuple[float, int]:
    flops, largest = 0.0, 0
    for core, shape in zip(structure.cores, structure.core_shapes, strict=True):
        legs = math.prod(shape[: len(core.legs)])
        bonds = math.prod(shape[len(core.legs) :])
        flops += 2.0 * structure.size * bonds * (2 + bonds / legs)
        largest = max(largest, structure.size // legs * bonds, bonds**2)
    return flops, largest


class _TreeCompiler:
    """Writes the program of a sweep along a dimension tree.

    "inner" of a node is its cores contracted, "outer" the tensor contracted with all other cores, and each
    has a Gram matrix. A ket index keeps its label; the same bond in the bra layer of a Gram has ``label + shift``.
    """

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.tree = dimension_tree(structure)
        self.shift = len(structure.index_sizes)
        self.sizes = structure.index_sizes * 2
        self.mode_order = tuple(leg for core in leaves(self.tree) for leg in structure.cores[core].legs)
        self.steps: list[Step] = []
        self.registers: dict[tuple[str, Tree], int] = {}
        self.labels: list[Indices] = [self.mode_order, *structure.core_indices]
        self.stale: set[tuple[str, Tree]] = set()
        self.above: dict[int, list[Tree]] = {}
        self.modes: dict[Tree, set[int]] = {}
        self.edge: dict[Tree, set[int]] = {}
        self._survey(self.tree, [])

    def plan(self) -> SweepPlan:
        for node in self.edge:
            if node != self.tree:
                self._inner_gram(node)
        prepare, self.steps = tuple(self.steps), []
        self._visit(self.tree, 0, None)
        self.steps = []
        self._visit(self.tree, 0, None)  # again: now what the last sweep left stale is brought up to date first
        flops = sum(step.flops for step in self.steps)
        largest = max(step.size for step in (*prepare, *self.steps))
        return SweepPlan(self.structure, self.mode_order, flops, largest, prepare, tuple(self.steps), len(self.labels))

    def _survey(self, node: Tree, above: list[Tree]) -> None:
        """Note every node's modes and the bonds that leave it; all that is derived starts stale."""
        below = set(leaves(node))
        held = {index for core in below for index in self.structure.core_indices[core]}
        self.modes[node] = {index for index in held if index < self.structure.order}
        self.edge[node] = {
            index
            for index in held - self.modes[node]
            if not below.issuperset(self.structure.bonds[index - self.structure.order].cores)
        }
        self.stale.add(("inner gram", node))
        if isinstance(node, int):
            self.registers["inner", node] = 1 + node
            self.above[node] = above
        else:
            self.stale.add(("inner", node))
            for child in node:
                self._survey(child, [*above, node])

    def _visit(self, node: Tree, outer: int, outer_gram: int | None) -> None:
        """Update all cores below a node from the registers that hold its outer tensor and Gram."""
        if isinstance(node, int):
            self._update(node, outer, outer_gram)
            return
        for child, sibling in (node, node[::-1]):
            keep = self.modes[child] | self.edge[child]
            below = self._multiply(outer, self._inner(sibling), keep, ("outer", child))
            gram = self._inner_gram(sibling)
            if outer_gram is not None:
                gram = self._multiply(outer_gram, gram, self._double(child), ("outer gram", child))
            self._visit(child, below, gram)

    def _inner(self, node: Tree) -> int:
        """Return the register of the contracted cores below a node, brought up to date."""
        if not isinstance(node, int) and ("inner", node) in self.stale:
            keep = self.modes[node] | self.edge[node]
            self._multiply(self._inner(node[0]), self._inner(node[1]), keep, ("inner", node))
            self.stale.discard(("inner", node))
        return self.registers["inner", node]

    def _inner_gram(self, node: Tree) -> int:
        """Return the register of the Gram matrix of the contracted cores below a node, brought up to date."""
        inner = self._inner(node)
        if ("inner gram", node) in self.stale:
            edge = self.edge[node]
            bra = tuple(index + self.shift if index in edge else index for index in self.labels[inner])
            self._multiply(inner, inner, self._double(node), ("inner gram", node), bra)
            self.stale.discard(("inner gram", node))
        return self.registers["inner gram", node]

    def _update(self, core: int, outer: int, gram: int | None) -> None:
        legs = self.structure.cores[core].legs
        bonds = self.structure.core_indices[core][len(legs) :]
        shape = self.structure.core_shapes[core]
        axes = permutation(self.labels[outer], (*legs, *bonds))
        double = (*bonds, *(bond + self.shift for bond in bonds))
        gram_axes = None if gram is None else permutation(self.labels[gram], double)
        rows, columns = math.prod(shape[: len(legs)]), math.prod(shape[len(legs) :])
        self.steps.append(Update(core, outer, axes, gram, gram_axes, shape, rows, columns))
        self.stale.add(("inner gram", core))
        self.stale.update((kind, node) for kind in ("inner", "inner gram") for node in self.above[core])

    def _multiply(
        self, left: int, right: int, keep: set[int], name: tuple[str, Tree], right_labels: Indices | None = None
    ) -> int:
        pair = compile_pair(self.labels[left], right_labels or self.labels[right], keep, self.sizes)
        if name not in self.registers:
            self.registers[name] = len(self.labels)
            self.labels.append(pair.indices)
        out = self.registers[name]
        self.labels[out] = pair.indices
        self.steps.append(Multiply(pair, left, right, out, mixed=left == 0))
        return out

    def _double(self, node: Tree) -> set[int]:
        return self.edge[node] | {index + self.shift for index in self.edge[node]}


def _never(core: int, gram: Any, right: Any) -> Any:
    raise AssertionError("no core is solved for while a fit is prepared")


def _double(array: Any) -> Any:
    if isinstance(array, torch.Tensor):
        return array.to(torch.float64)
    return array.astype(np.float64, copy=False)


def _cast_like(array: Any, other: Any) -> Any:
    if isinstance(array, torch.Tensor):
        return array.to(other.dtype)
    return array.astype(other.dtype, copy=False)
