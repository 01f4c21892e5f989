"""Structures as whole numbers: ranks on fixed pairs of places, and the modes that sit at the places.

On a ring the places are joined to the next one and the modes are permuted; on a graph of any kind every two places
are joined, and a permutation would add nothing.

References:
    Li 2022 (ranks and a permutation): https://arxiv.org/abs/2206.06597
"""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import torch

from tnlab.network.rank_matrix import from_ranks
from tnlab.network.structure import Structure
from tnlab.structure_search.problem import Problem

TRIES = 200  # draws after which ranks are lowered until the structure is small enough


@dataclass(frozen=True)
class Code:
    """One structure.

    Attributes:
        ranks: Rank for every pair of places; 1 is no bond.
        modes: Mode at every place.
    """

    ranks: tuple[int, ...]
    modes: tuple[int, ...]

    def with_rank(self, place: int, rank: int) -> "Code":
        """Return the code with another rank at one place."""
        return replace(self, ranks=(*self.ranks[:place], rank, *self.ranks[place + 1 :]))

    def swapped(self, first: int, second: int) -> "Code":
        """Return the code with the modes of two places exchanged."""
        modes = list(self.modes)
        modes[first], modes[second] = modes[second], modes[first]
        return replace(self, modes=tuple(modes))


@dataclass(frozen=True, eq=False)
class Coding:
    """How the structures of a family are written down.

    Attributes:
        problem: What is searched, over the family ``"ring"`` or ``"any"``.
        max_size: Parameters per entry of the tensor up to which a structure is looked at.
    """

    problem: Problem
    max_size: float

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Places that a rank joins."""
        order = self.problem.order
        if self.problem.family == "ring" and order > 2:
            return tuple((place, (place + 1) % order) for place in range(order))
        return tuple(combinations(range(order), 2))

    @property
    def permutes(self) -> bool:
        """Whether it matters which mode sits where."""
        return self.problem.family == "ring" and self.problem.order > 3

    @property
    def limit(self) -> int:
        """Largest rank."""
        return self.problem.rank_limit

    def structure(self, code: Code) -> Structure:
        """Return what a code stands for."""
        around = code.modes
        joined = zip(self.pairs, code.ranks, strict=True)
        return from_ranks(self.problem.modes, {(around[a], around[b]): rank for (a, b), rank in joined})

    def parameters(self, code: Code) -> int:
        """Return the parameters of what a code stands for."""
        sizes = [self.problem.modes[mode] for mode in code.modes]
        for (a, b), rank in zip(self.pairs, code.ranks, strict=True):
            sizes[a] *= rank
            sizes[b] *= rank
        return sum(sizes)

    def small(self, code: Code) -> bool:
        """Return whether a code is small enough to be looked at."""
        return self.parameters(code) <= self.max_size * self.problem.entries

    def random(self, generator: torch.Generator, *, sparsity: float = 0.0) -> Code:
        """Return a small enough code: every rank is 1 with this probability, else anything from 1, or 2, up."""
        modes = range(self.problem.order)
        drawn = torch.randperm(len(modes), generator=generator).tolist() if self.permutes else modes
        low = 2 if sparsity else 1
        code = Code((), ())
        for _ in range(TRIES):
            ranks = torch.randint(low, max(low, self.limit) + 1, (len(self.pairs),), generator=generator)
            ranks[torch.rand(len(self.pairs), generator=generator, dtype=torch.float32) < sparsity] = 1
            code = Code(tuple(ranks.tolist()), tuple(drawn))
            if self.small(code):
                return code
        return self.shrunk(code)

    def shrunk(self, code: Code) -> Code:
        """Return a code with its ranks halved until it is small enough."""
        while not self.small(code) and max(code.ranks) > 1:
            code = replace(code, ranks=tuple(max(1, rank // 2) for rank in code.ranks))
        return code


def two_places(order: int, generator: torch.Generator) -> tuple[int, int]:
    """Return two different places, drawn at random."""
    first, second = torch.randperm(order, generator=generator)[:2].tolist()
    return first, second
