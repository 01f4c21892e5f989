"""Greedy search for cheap structures that satisfy every cut, as starting points of the exact searches."""

import time
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tnlab.bounds.cut_problem import CorePair, CutProblem, PairRanks

_Array = NDArray[np.float64]

CHAINS = 32  # candidates improved side by side in one array computation
ROUNDS = 12  # times that the candidates are perturbed and repaired
BLOCK = 2_000_000  # numbers (16 MB) in one step of an array computation; large problems get fewer chains


def cheapest(problem: CutProblem, candidates: Iterable[PairRanks | None]) -> PairRanks | None:
    """Return the candidate of fewest parameters that satisfies every cut; None if none does."""
    valid = [ranks for ranks in candidates if ranks is not None and problem.satisfied(ranks)]
    return min(valid, key=problem.parameters, default=None)


def best_train(problem: CutProblem, deadline: float) -> PairRanks | None:
    """Return the ranks of a cheap tensor train: best mode order for the cuts along it, ranks raised for the others."""
    following = _following(problem)
    ranks: dict[CorePair, int] = {}
    before, mask = int(following[0]), 1 << int(following[0])
    while mask != len(following) - 1:
        mode = int(following[mask])
        ranks[min(before, mode), max(before, mode)] = int(problem.needed[mask])
        mask, before = mask | 1 << mode, mode
    return raised(problem, ranks, deadline)


def _following(problem: CutProblem) -> NDArray[np.int64]:
    """Return, by bit mask of a train's first modes, the next mode of the cheapest completion (Held and Karp)."""
    masks = np.arange(1 << problem.order)
    sizes = np.bitwise_count(masks)
    least, following = np.full(len(masks), np.inf), np.zeros(len(masks), dtype=np.int64)
    least[-1] = 0.0
    for placed in range(problem.order - 1, -1, -1):
        for mode, size in enumerate(problem.modes):
            layer = masks[(sizes == placed) & ((masks >> mode) & 1 == 0)]
            grown = layer | 1 << mode
            cost = size * problem.needed[layer] * problem.needed[grown] + least[grown]
            better = cost < least[layer]
            least[layer[better]], following[layer[better]] = cost[better], mode
    return following


def raised(problem: CutProblem, ranks: PairRanks, deadline: float) -> PairRanks | None:
    """Return the ranks raised one by one until every cut is satisfied or time is out.

    The result is None if a given rank is above the largest rank allowed.
    """
    column = {pair: place for place, pair in enumerate(problem.pairs)}
    start = np.ones((1, len(column)))
    allowed = np.zeros(len(column), dtype=bool)
    for pair, rank in ranks.items():
        start[0, column[pair]], allowed[column[pair]] = rank, True
    if start.max() > problem.max_rank:
        return None
    chains = _Chains(problem, allowed=allowed, degree=problem.order, deadline=deadline)
    return _ranks(problem, chains.grow(start, None)[0])


def best_graph(problem: CutProblem, degree: int, deadline: float) -> PairRanks | None:
    """Return the ranks of a cheap graph with at most ``degree`` bonds per core, by randomised greedy search; else None.

    Many candidates grow until they satisfy every cut and are pruned; then rounds of random lowering, growth and pruning
    replace a candidate by one that is not dearer.
    """
    generator = np.random.default_rng(0)
    chains = _Chains(problem, allowed=np.ones(len(problem.pairs), dtype=bool), degree=degree, deadline=deadline)
    count = max(1, min(CHAINS, BLOCK // max(1, problem.crossings.size)))
    best = chains.prune(chains.grow(np.ones((count, len(problem.pairs))), generator))
    costs = chains.costs(best)
    for _ in range(ROUNDS):
        if time.monotonic() > deadline:
            break
        shaken = np.where(generator.random(best.shape) < 0.3, np.maximum(1.0, best - 1.0), best)
        shaken = np.where(generator.random(best.shape) < 0.1, 1.0, shaken)
        fresh = chains.prune(chains.grow(shaken, generator))
        better = chains.costs(fresh) <= costs
        best[better] = fresh[better]
        costs = chains.costs(best)
    row = int(np.argmin(costs))
    return _ranks(problem, best[row]) if np.isfinite(costs[row]) else None


class _Chains:
    """Growth and pruning of many candidates at once, as arrays of ranks (chains, pairs)."""

    def __init__(self, problem: CutProblem, allowed: NDArray[np.bool_], degree: int, deadline: float) -> None:
        self.problem = problem
        self.allowed = allowed
        self.degree = degree
        self.deadline = deadline
        self.ends = np.zeros((len(problem.pairs), problem.order))
        for row, pair in enumerate(problem.pairs):
            self.ends[row, list(pair)] = 1.0
        self.goal = problem.thresholds[problem.masks]

    def costs(self, ranks: _Array) -> _Array:
        """Return the parameters of every candidate, (chains,); infinite if it breaks a cut."""
        total = self._cores(ranks).sum(axis=1)
        enough = (np.log(ranks) @ self.problem.crossings.T > self.goal).all(axis=1)
        return np.where(enough, total, np.inf)

    def grow(self, ranks: _Array, generator: np.random.Generator | None) -> _Array:
        """Return a copy of the ranks raised by 1, each time for most gain per parameter, until every cut is satisfied.

        It stops at the deadline. With a generator the scores get random factors, so that equal candidates grow apart.
        """
        ranks = ranks.copy()
        going = np.arange(len(ranks))
        while len(going) and time.monotonic() < self.deadline:
            current = ranks[going]
            lacking = np.maximum(0.0, self.goal - np.log(current) @ self.problem.crossings.T)
            gain = self._gain(lacking, np.log1p(1.0 / current))
            gain = np.where(self._open(current), gain, 0.0)
            score = gain / ((self._cores(current) @ self.ends.T) / current)
            if generator is not None:
                score *= np.exp(0.5 * generator.standard_normal(score.shape))
            chosen = score.argmax(axis=1)
            moving = (score.max(axis=1, initial=0.0) > 0) & (lacking > 0).any(axis=1)
            going, chosen = going[moving], chosen[moving]
            ranks[going, chosen] += 1.0
        return ranks

    def prune(self, ranks: _Array) -> _Array:
        """Return a copy of the ranks lowered by 1, each time where most is saved, as long as every cut is satisfied."""
        ranks = ranks.copy()
        going = np.flatnonzero(np.isfinite(self.costs(ranks)))
        while len(going) and time.monotonic() < self.deadline:
            current = ranks[going]
            spare = np.log(current) @ self.problem.crossings.T - self.goal
            less = np.where(current > 1, -np.log1p(-1.0 / np.maximum(current, 2.0)), np.inf)
            tightest = np.where(self.problem.crossings[None] > 0, spare[:, :, None], np.inf).min(axis=1, initial=np.inf)
            saving = np.where(less < tightest, (self._cores(current) @ self.ends.T) / current, 0.0)
            moving = saving.max(axis=1) > 0
            chosen = saving.argmax(axis=1)[moving]
            going = going[moving]
            ranks[going, chosen] -= 1.0
        return ranks

    def _gain(self, lacking: _Array, added: _Array) -> _Array:
        """Return, by candidate and bond, how much one more rank lowers the sum of the logarithmic deficits of the cuts.

        Args:
            lacking: The deficits, (chains, cuts).
            added: What one more rank adds to the logarithm of a bond's rank, (chains, pairs).
        """
        return (np.minimum(lacking[:, :, None], added[:, None, :]) * self.problem.crossings).sum(axis=1)

    def _open(self, ranks: _Array) -> NDArray[np.bool_]:
        """Return, by candidate, the bonds that may get a larger rank: allowed, below the largest, within the degree."""
        degrees = (ranks > 1) @ self.ends
        free = ((degrees >= self.degree) @ self.ends.T) == 0
        return self.allowed & (ranks < self.problem.max_rank) & ((ranks > 1) | free)

    def _cores(self, ranks: _Array) -> _Array:
        return np.exp(np.log(ranks) @ self.ends) * self.problem.sizes


def _ranks(problem: CutProblem, row: _Array) -> PairRanks:
    return {pair: int(rank) for pair, rank in zip(problem.pairs, row.tolist(), strict=True) if rank > 1}
