"""Search for the order in which the arrays of a network are contracted, pair by pair.

A greedy search contracts next the pair whose result is smallest against its operands; it takes about a millisecond, and
on loops it can be a hundred times worse than the best order. So it is repeated with random choices, as long as all
trials together take about as long as one contraction along the best order so far.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import opt_einsum
from opt_einsum.path_random import RandomGreedy

from tnlab.network.pairwise import Indices

FEW = 12  # arrays up to which opt_einsum searches (almost) all orders in about as long as some greedy trials
TRIAL = 3e5  # flops of a contraction in the time that a greedy trial spends on one array (some 0.1 ms)
ALWAYS = 4e7  # flops whose time may be spent on the search in any case (some 20 ms)
MOST = 64  # trials


def contraction_path(
    operands: Sequence[Indices], output: Collection[int], sizes: Mapping[int, int]
) -> list[tuple[int, ...]]:
    """Return the pairs of arrays to contract in turn, by their places in a list.

    The two arrays leave the list, and their contraction becomes its last member. The same arguments give the same path.

    Args:
        operands: For every array the labels of its axes; at least two arrays.
        output: Labels that the result keeps.
        sizes: Size of every label.
    """
    problem: Any = [frozenset(own) for own in operands], frozenset(output), dict(sizes)  # any labels will do
    if len(operands) <= FEW:
        return [tuple(pair) for pair in opt_einsum.paths.auto(*problem)]
    search, spent, state = RandomGreedy(max_repeats=1), 0.0, random.getstate()
    try:  # opt_einsum seeds Python's own generator with the number of the trial
        while True:
            path = search(*problem)
            spent += TRIAL * len(operands)
            if spent > ALWAYS + search.best["flops"] or len(search.costs) == MOST:
                return [tuple(pair) for pair in path]
    finally:
        random.setstate(state)
