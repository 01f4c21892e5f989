"""Compile a dimension tree to the program of a sweep.

At a node of the tree, "inner" is the contraction of the cores below it, "outer" the tensor contracted with all other
cores. Each has a Gram matrix over the bonds that leave the node. Inner contractions and Gram matrices are kept as
factors, one per connected part of the network, so that the normal equations of a Tucker core fall into one small system
per bond.
"""

import math
from collections.abc import Sequence

from tnlab.fitting.sweep.dimension_tree import CoreTree, dimension_tree, leaves
from tnlab.fitting.sweep.steps import Alias, Multiply, Step, SweepPlan, Update
from tnlab.network.pairwise import Indices, compile_pair, permutation
from tnlab.network.structure import Structure

APART = 4096  # entries of the Gram matrix of a latent core above which it is kept as its two factors, core and copy

Factors = tuple[int, ...]  # registers whose (outer) product is meant
Name = tuple[str, CoreTree]  # what a register holds, such as ("inner gram", node)


def tree_plan(structure: Structure) -> SweepPlan:
    """Return the program of a sweep along the dimension tree of a structure."""
    return _Compiler(structure, moving=True).plan()


def gradient_plan(structure: Structure) -> SweepPlan:
    """Return the program of a pass along the dimension tree that computes G and B of every core and changes none."""
    return _Compiler(structure, moving=False).plan()


class _Compiler:
    """Compiler from a structure to the instructions of a sweep.

    A Gram matrix contracts two copies of a network. In the first (ket) an index keeps its label, in the second (bra) a
    bond has ``label + shift``. A result is stale once a core that it contains was updated.
    """

    def __init__(self, structure: Structure, *, moving: bool) -> None:
        self.structure = structure
        self.moving = moving
        self.tree = dimension_tree(structure)
        self.shift = len(structure.index_sizes)
        self.sizes = structure.index_sizes * 2
        self.mode_order = tuple(leg for core in leaves(self.tree) for leg in structure.cores[core].legs)
        self.steps: list[Step] = []
        self.labels: list[Indices] = [self.mode_order, *structure.core_indices]
        self.registers: dict[tuple[Name, int, int], int] = {}
        self.factors: dict[Name, Factors] = {}
        self.stale: set[Name] = set()
        self.above: dict[int, list[CoreTree]] = {}
        self.modes: dict[CoreTree, set[int]] = {}
        self.edge: dict[CoreTree, set[int]] = {}
        self._survey(self.tree, [])

    def plan(self) -> SweepPlan:
        """Return the compiled program."""
        for node in self.edge:
            if node != self.tree:
                self._inner_gram(node)
        if not self.moving:
            self._visit(self.tree, 0, ())
            return SweepPlan(
                structure=self.structure,
                mode_order=self.mode_order,
                prepare=(),
                steps=tuple(self.steps),
                registers=len(self.labels),
            )
        prepare, self.steps = tuple(self.steps), []
        self._visit(self.tree, 0, ())
        self.steps = []
        self._visit(self.tree, 0, ())  # again: now what the last sweep left stale is brought up to date first
        return SweepPlan(
            structure=self.structure,
            mode_order=self.mode_order,
            prepare=prepare,
            steps=tuple(self.steps),
            registers=len(self.labels),
        )

    def _survey(self, node: CoreTree, above: list[CoreTree]) -> None:
        """Record the modes of every node and the bonds that leave it, and mark all results as not computed yet."""
        below = set(leaves(node))
        held = {index for core in below for index in self.structure.core_indices[core]}
        bonds = {index for index in held if index >= self.structure.order}
        self.modes[node] = held - bonds
        joined = self.structure.bonds
        self.edge[node] = {b for b in bonds if not below.issuperset(joined[b - self.structure.order].cores)}
        self.stale.add(("inner gram", node))
        if isinstance(node, int):
            self.factors["inner", node] = (1 + node,)
            self.above[node] = above
        else:
            self.stale.add(("inner", node))
            for child in node:
                self._survey(child, [*above, node])

    def _visit(self, node: CoreTree, outer: int, outer_gram: Factors) -> None:
        """Emit the updates of all cores below a node, from the registers of its outer tensor and Gram matrices."""
        if isinstance(node, int):
            self._update(node, outer, outer_gram)
            return
        for child, sibling in (node, node[::-1]):
            keep = self.modes[child] | self.edge[child]
            below = self._chain((outer, *self._inner(sibling)), keep, ("outer", child))
            grams = self._merge((*outer_gram, *self._inner_gram(sibling)), self._double(child), ("outer gram", child))
            self._visit(child, below, grams)

    def _inner(self, node: CoreTree) -> Factors:
        """Return registers of the contracted cores below a node, one per connected part; emit those out of date."""
        name = ("inner", node)
        if name in self.stale and not isinstance(node, int):
            factors = (*self._inner(node[0]), *self._inner(node[1]))
            self.factors[name] = self._merge(factors, self.modes[node] | self.edge[node], name)
            self.stale.discard(name)
        return self.factors[name]

    def _inner_gram(self, node: CoreTree) -> Factors:
        """Return registers of the Gram matrices of the contracted cores below a node; emit those out of date."""
        name = ("inner gram", node)
        if name in self.stale:
            inner, keep = self._inner(node), self._double(node)
            if isinstance(node, int) or self._doubling_work(inner) < self._merging_work(node):
                self.factors[name] = tuple(
                    factor for place, part in enumerate(inner) for factor in self._doubled(node, part, (name, place, 0))
                )
            else:
                self.factors[name] = self._merge((*self._inner_gram(node[0]), *self._inner_gram(node[1])), keep, name)
            self.stale.discard(name)
        return self.factors[name]

    def _doubled(self, node: CoreTree, part: int, name: tuple[Name, int, int]) -> Factors:
        """Return registers of the Gram matrix of one connected part of a node.

        They are two, the part and its copy, where the two share no index and their product has over ``APART`` entries.
        """
        keep, bra = self._double(node), self._bra(part, self.edge[node])
        if not self.edge[node].issuperset(self.labels[part]) or self._size(self.labels[part]) ** 2 <= APART:
            return (self._multiply(part, part, keep, name, bra),)
        if name not in self.registers:
            self.registers[name] = len(self.labels)
            self.labels.append(bra)
        self.steps.append(Alias(part, self.registers[name], self._size(bra)))
        return part, self.registers[name]

    def _merge(self, factors: Factors, keep: set[int], name: Name) -> Factors:
        """Contract factors that share an index or are the two layers of one part; return one register per group."""
        apart: list[Factors] = []
        for factor in factors:
            own = self._linking(factor, keep)
            linked = [group for group in apart if any(own & self._linking(other, keep) for other in group)]
            apart = [group for group in apart if group not in linked]
            apart.append((*(other for group in linked for other in group), factor))
        return tuple(self._chain(group, keep, name, place) for place, group in enumerate(apart))

    def _linking(self, factor: int, keep: set[int]) -> set[int]:
        """Return the indices that group a factor with others; both layers of a kept bond count as one index."""
        return {index % self.shift if index in keep else index for index in self.labels[factor]}

    def _chain(self, factors: Factors, keep: set[int], name: Name, place: int = 0) -> int:
        """Emit the product of several factors, one at a time; next comes one that shares an index with the product."""
        done, *rest = factors
        for turn in range(len(rest)):
            at = next((k for k, r in enumerate(rest) if set(self.labels[r]) & set(self.labels[done])), 0)
            factor = rest.pop(at)
            needed = keep.union(*(self.labels[other] for other in rest))
            done = self._multiply(done, factor, needed, (name, place, turn))
        return done

    def _multiply(
        self, left: int, right: int, keep: set[int], name: tuple[Name, int, int], right_labels: Indices | None = None
    ) -> int:
        pair = compile_pair(self.labels[left], right_labels or self.labels[right], keep, self.sizes)
        if name not in self.registers:
            self.registers[name] = len(self.labels)
            self.labels.append(pair.indices)
        out = self.registers[name]
        self.labels[out] = pair.indices
        self.steps.append(Multiply(pair, left=left, right=right, out=out, mixed=left == 0))
        return out

    def _update(self, core: int, outer: int, grams: Factors) -> None:
        legs = self.structure.cores[core].legs
        kets = [tuple(index for index in self.labels[gram] if index < self.shift) for gram in grams]
        axes = [
            permutation(self.labels[gram], (*ket, *(index + self.shift for index in ket)))
            for gram, ket in zip(grams, kets, strict=True)
        ]
        order = (*legs, *(index for ket in kets for index in ket))
        shape = (self._size(legs), *(self._size(ket) for ket in kets))
        self.steps.append(
            Update(
                core=core,
                outer=outer,
                outer_axes=permutation(self.labels[outer], order),
                grams=tuple(zip(grams, axes, strict=True)),
                shape=shape,
                solution_shape=tuple(self.sizes[index] for index in order),
                solution_axes=permutation(order, self.structure.core_indices[core]),
            )
        )
        if not self.moving:
            return
        self.stale.add(("inner gram", core))
        self.stale.update((kind, node) for kind in ("inner", "inner gram") for node in self.above[core])

    def _doubling_work(self, inner: Factors) -> int:
        """Return the multiplications that form a node's Gram matrices from its contracted cores."""
        total = 0
        for part in inner:
            modes = [index for index in self.labels[part] if index < self.structure.order]
            total += self._size(self.labels[part]) ** 2 // self._size(modes)
        return total

    def _merging_work(self, node: CoreTree) -> int:
        """Return the multiplications that form a node's Gram matrices from those of its children."""
        return 0 if isinstance(node, int) else self._size(self.edge[node[0]] | self.edge[node[1]]) ** 2

    def _bra(self, factor: int, edge: set[int]) -> Indices:
        return tuple(index + self.shift if index in edge else index for index in self.labels[factor])

    def _double(self, node: CoreTree) -> set[int]:
        return self.edge[node] | {index + self.shift for index in self.edge[node]}

    def _size(self, indices: Sequence[int] | set[int]) -> int:
        return math.prod(self.sizes[index] for index in indices)
