"""Ranks between modes follow from the ranks of the unfoldings."""

import torch

from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks
from tnlab.structure_search.parts.ranks_from_cuts import ranks_from_cuts

MODES = (8, 9, 10, 11)
RANKS = {(0, 1): 2, (0, 2): 3, (1, 2): 2, (2, 3): 2}
TRUTH = from_ranks(MODES, RANKS)


def test_ranks_follow_from_the_cuts():
    X = Network.random(TRUTH, generator=torch.Generator().manual_seed(3)).to_tensor()
    found = ranks_from_cuts(CutSpectra(X), 1e-5, 8)
    assert {pair: rank for pair, rank in found.items() if rank > 1} == RANKS
    assert max(ranks_from_cuts(CutSpectra(X), 1e-5, 2).values()) == 2
