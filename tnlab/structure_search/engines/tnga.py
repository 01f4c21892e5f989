"""TNGA: a genetic algorithm over ranks, in which two parents exchange the bonds of one core and ranks mutate."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from typing_extensions import override

from tnlab.seeding import uniform
from tnlab.structure_search.engines.base import AbstractEngine, engines
from tnlab.structure_search.evaluation import Evaluation, Proposal
from tnlab.structure_search.parts.rank_codes import Code, Coding, two_places
from tnlab.structure_search.problem import Problem


@dataclass(frozen=True, eq=False)
class TNGAState:
    """State of TNGA: the encoding, the codes of one generation by ascending parameters, and its number."""

    coding: Coding
    codes: tuple[Code, ...]
    generation: int = 1


@engines.register("tnga")
@dataclass(frozen=True)
class TNGA(AbstractEngine[TNGAState]):
    """Breed structures: draw parents by the order of their scores, exchange the bonds of one core, mutate ranks.

    In the published program only one of two children inherits from the other parent, because an array is overwritten
    through a view; here both do. The paper has bonds of one fixed rank on any graph; its successors have integer ranks
    and a permutation of the modes, the default here. A generation is evaluated by ascending parameters, so that large
    structures outside the ``keep`` best can be pruned.

    Attributes:
        integer_ranks: Whether a bond may have every rank up to the largest; else its rank is ``rank`` or 1.
        rank: The rank of bonds if ``integer_ranks`` is false.
        population: Structures per generation.
        keep: Number of the best that may become parents.
        alpha: Parent number k, counted from 0, is drawn with weight ``log(alpha / (0.01 + 5 k))``, at least 0.01.
        mutation: Probability that a rank changes; times the order, that two modes are exchanged.
        generations: Number of generations, 30 in the published program; None goes on to the end of the budget.
        elite: Number of the best that enter the next generation unchanged; 0 in the published program.
        max_size: Largest number of parameters of a proposal, per entry of the tensor; 10 in the published program.
    """

    integer_ranks: bool = True
    rank: int = 2
    population: int = 50
    keep: int = 40
    alpha: float = 200.0
    mutation: float = 0.05
    generations: int | None = None
    elite: int = 1
    max_size: float = 1.0

    paper: ClassVar[str] = "Li 2020: https://proceedings.mlr.press/v119/li20l.html"
    families: ClassVar[tuple[str, ...]] = ("any", "ring")

    @override
    def start(self, problem: Problem, generator: torch.Generator) -> TNGAState:
        coding = Coding(problem, self.max_size)
        codes = [self._random(coding, generator) for _ in range(self.population)]
        return self._sorted(TNGAState(coding, tuple(codes)))

    @override
    def ask(self, state: TNGAState, generator: torch.Generator) -> Iterable[Proposal]:
        if self.generations is not None and state.generation > self.generations:
            return
        for code in state.codes:
            yield Proposal(state.coding.structure(code), move=f"bred in generation {state.generation}")

    @override
    def tell(self, state: TNGAState, evaluations: Sequence[Evaluation], generator: torch.Generator) -> TNGAState:
        order = sorted(range(len(evaluations)), key=lambda place: evaluations[place].score)[: self.keep]
        parents = [state.codes[place] for place in order]
        worth = [max(math.log(self.alpha / (0.01 + 5 * k)), 0.01) for k in range(len(parents))]
        weights = torch.tensor(worth, dtype=torch.float32)
        children = list(parents[: self.elite])
        while len(children) < self.population:
            couple = torch.multinomial(weights, 2, replacement=True, generator=generator).tolist()
            for child in self._crossed(state.coding, parents[couple[0]], parents[couple[1]], generator):
                mutated = self._mutated(state.coding, child, generator)
                children.append(mutated if state.coding.small(mutated) else self._random(state.coding, generator))
        codes = tuple(children[: self.population])
        return self._sorted(replace(state, codes=codes, generation=state.generation + 1))

    @override
    def cutoff_within(self, state: TNGAState, told: Sequence[Evaluation]) -> float:
        return sorted(found.score for found in told)[self.keep - 1] if len(told) >= self.keep else math.inf

    def _random(self, coding: Coding, generator: torch.Generator) -> Code:
        sparsity = uniform(generator)
        if coding.problem.family == "ring":
            sparsity = 0.0
        code = coding.random(generator, sparsity=sparsity)
        if self.integer_ranks:
            return code
        return replace(code, ranks=tuple(min(self.rank, coding.limit) if rank > 1 else 1 for rank in code.ranks))

    def _crossed(self, coding: Coding, first: Code, second: Code, generator: torch.Generator) -> tuple[Code, Code]:
        """Return two children: the parents' codes with the ranks at one random core exchanged, modes unchanged."""
        core = int(torch.randint(coding.problem.order, (), generator=generator))
        ranks = [
            (b, a) if core in pair else (a, b)
            for pair, a, b in zip(coding.pairs, first.ranks, second.ranks, strict=True)
        ]
        return (
            replace(first, ranks=tuple(one for one, _ in ranks)),
            replace(second, ranks=tuple(other for _, other in ranks)),
        )

    def _mutated(self, coding: Coding, code: Code, generator: torch.Generator) -> Code:
        for place, chance in enumerate(torch.rand(len(code.ranks), generator=generator, dtype=torch.float32).tolist()):
            if chance < self.mutation:
                others = [rank for rank in self._alleles(coding) if rank != code.ranks[place]]
                pick = int(torch.randint(len(others), (), generator=generator)) if others else None
                code = code if pick is None else code.with_rank(place, others[pick])
        if coding.permutes and uniform(generator) < self.mutation * coding.problem.order:
            code = code.swapped(*two_places(coding.problem.order, generator))
        return code

    def _alleles(self, coding: Coding) -> Sequence[int]:
        return range(1, coding.limit + 1) if self.integer_ranks else (1, min(self.rank, coding.limit))

    def _sorted(self, state: TNGAState) -> TNGAState:
        return replace(state, codes=tuple(sorted(state.codes, key=state.coding.parameters)))
