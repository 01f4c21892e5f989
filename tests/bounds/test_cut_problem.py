"""Ranks satisfy a cut as the structure's cut rank says, and a tensor needs the ranks of its unfoldings."""

import itertools
import math

import numpy as np
import pytest

from tnlab.bounds.cut_problem import CutProblem, cut_of, cut_problem, logarithm
from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.data.planted_tensors import planted
from tnlab.network.cuts import cut_rank
from tnlab.network.rank_matrix import ring

MODES = (3, 2, 4, 3)


def problem(seed: int) -> CutProblem:
    generator = np.random.default_rng(seed)
    needed = np.ones(16, dtype=np.int64)
    for mask in range(1, 8):
        needed[mask] = needed[15 - mask] = generator.integers(1, 6)
    return CutProblem(MODES, needed, 4)


@pytest.mark.parametrize("seed", range(3))
def test_parameters_and_cuts_are_those_of_the_structure(seed):
    given, generator = problem(seed), np.random.default_rng(seed)
    found = set()
    for _ in range(60):
        ranks = dict(zip(given.pairs, generator.integers(1, 5, 6).tolist(), strict=True))
        structure = given.structure({pair: rank for pair, rank in ranks.items() if rank > 1})
        assert given.parameters(ranks) == structure.parameters
        enough = all(cut_rank(structure, cut_of(mask, 4)) >= given.needed[mask] for mask in range(1, 8))
        assert given.satisfied(ranks) == enough
        logs = np.log(list(ranks.values())) @ given.crossings.T
        assert bool((logs > given.thresholds[given.masks]).all()) == enough
        found.add(enough)
    assert found == {True, False}
    assert not given.satisfied(dict.fromkeys(given.pairs, 5)), "above the largest rank"


def test_a_threshold_parts_whole_numbers():
    needed = np.arange(1, 2000)
    thresholds = logarithm(needed)
    assert (np.log(needed) > thresholds).all()
    assert (np.log(needed[1:] - 1) < thresholds[1:]).all()


def test_a_planted_ring_needs_the_ranks_of_its_unfoldings():
    tensor = planted(ring(MODES, (0, 1, 2, 3), (2, 2, 1, 2)))
    given = cut_problem(CutSpectra(tensor), 1e-6, None, math.inf)
    for size in (1, 2, 3):
        for cut in itertools.combinations(range(4), size):
            rest = [mode for mode in range(4) if mode not in cut]
            rows = math.prod(MODES[mode] for mode in cut)
            matrix = tensor.numpy().transpose(*cut, *rest).reshape(rows, -1)
            assert given.needed[sum(1 << mode for mode in cut)] == np.linalg.matrix_rank(matrix)
    assert given.complete
    assert given.max_rank == given.needed.max()
    assert given.singles.tolist() == [given.needed[1 << mode] for mode in range(4)]
    assert given.least == sum(size * rank for size, rank in zip(MODES, given.singles.tolist(), strict=True))
