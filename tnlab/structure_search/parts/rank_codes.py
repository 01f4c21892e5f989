"""Integer encoding of a structure: bond ranks plus a mode permutation.

A code has one rank per pair of places that may be joined, and the mode at every place. In the family ``"ring"`` each
place is joined to the next, and the modes are permuted; in ``"any"`` every two places are joined, and a permutation
would add nothing.

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

TRIES = 200  # draws after which the ranks of a structure that is too large are halved instead


@dataclass(frozen=True)
class Code:
    """One structure as integers: a rank per pair of places and a mode per place.

    Attributes:
        ranks: Rank for every pair of places of the coding; 1 is no bond.
        modes: Mode at every place.
    """

    ranks: tuple[int, ...]
    modes: tuple[int, ...]

    def with_rank(self, place: int, rank: int) -> "Code":
        """Return the code with the rank at index ``place`` replaced."""
        return replace(self, ranks=(*self.ranks[:place], rank, *self.ranks[place + 1 :]))

    def swapped(self, first: int, second: int) -> "Code":
        """Return the code with the modes at two places exchanged."""
        modes = list(self.modes)
        modes[first], modes[second] = modes[second], modes[first]
        return replace(self, modes=tuple(modes))


@dataclass(frozen=True, eq=False)
class Coding:
    """The encoding of a problem's structures as codes, with a limit on their size.

    Attributes:
        problem: The problem, of family ``"ring"`` or ``"any"``.
        max_size: Largest number of parameters of a structure, per entry of the tensor.
    """

    problem: Problem
    max_size: float

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Pairs of places, in the order of a code's ranks."""
        order = self.problem.order
        if self.problem.family == "ring" and order > 2:
            return tuple((place, (place + 1) % order) for place in range(order))
        return tuple(combinations(range(order), 2))

    @property
    def permutes(self) -> bool:
        """Whether codes differ in the permutation of the modes: on rings of order 4 and more."""
        return self.problem.family == "ring" and self.problem.order > 3

    @property
    def limit(self) -> int:
        """Largest rank of a code."""
        return self.problem.rank_limit

    def structure(self, code: Code) -> Structure:
        """Return the structure that a code encodes."""
        around = code.modes
        joined = zip(self.pairs, code.ranks, strict=True)
        return from_ranks(self.problem.modes, {(around[a], around[b]): rank for (a, b), rank in joined})

    def parameters(self, code: Code) -> int:
        """Return the number of parameters of the structure that a code encodes."""
        sizes = [self.problem.modes[mode] for mode in code.modes]
        for (a, b), rank in zip(self.pairs, code.ranks, strict=True):
            sizes[a] *= rank
            sizes[b] *= rank
        return sum(sizes)

    def small(self, code: Code) -> bool:
        """Return whether a code's structure has at most ``max_size`` parameters per entry of the tensor."""
        return self.parameters(code) <= self.max_size * self.problem.entries

    def random(self, generator: torch.Generator, *, sparsity: float = 0.0) -> Code:
        """Return a random code within the size limit.

        Each rank is 1 with probability ``sparsity``, else uniform from 2 (from 1 if ``sparsity`` is 0) to the limit.
        """
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
        """Return the code with all ranks halved, repeatedly, until it is within the size limit."""
        while not self.small(code) and max(code.ranks) > 1:
            code = replace(code, ranks=tuple(max(1, rank // 2) for rank in code.ranks))
        return code


def two_places(order: int, generator: torch.Generator) -> tuple[int, int]:
    """Return two different random places below ``order``."""
    first, second = torch.randperm(order, generator=generator)[:2].tolist()
    return first, second
