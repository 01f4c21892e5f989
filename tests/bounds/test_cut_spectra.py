"""Spectra of cuts do not depend on the order in which they are asked for, nor on how their Gram matrices are made."""

from itertools import combinations

import numpy as np
import pytest
import torch

from tnlab.bounds.cut_spectra import CutSpectra

X = torch.rand(2, 3, 4, 2, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def direct(cut: tuple[int, ...]) -> list[float]:
    """Return the tail of an unfolding by its singular value decomposition."""
    rest = [mode for mode in range(X.ndim) if mode not in cut]
    matrix = X.permute(*cut, *rest).reshape(int(np.prod([X.shape[mode] for mode in cut])), -1)
    squares = np.linalg.svd(matrix.numpy(), compute_uv=False) ** 2
    return [*(np.cumsum(squares[::-1])[::-1] / squares.sum()).tolist(), 0.0]


@pytest.mark.parametrize("seed", range(3))
def test_a_partial_trace_gives_the_gram_matrix_of_the_tensor(seed):
    spectra = CutSpectra(X)
    cuts = [cut for size in (1, 2) for cut in combinations(range(5), size)]
    for place in np.random.default_rng(seed).permutation(len(cuts)):
        assert spectra.tail(cuts[place]) == pytest.approx(direct(spectra.side(cuts[place])), abs=1e-14)
