"""Evaluations and counts say what was pruned."""

import torch

from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks
from tnlab.structure_search.evaluation import Counts, Evaluation, Fate

STRUCTURE = from_ranks((3, 4, 5), {(0, 1): 2, (1, 2): 3})


def test_an_evaluation_without_a_network_is_pruned():
    network = Network.random(STRUCTURE, generator=torch.Generator().manual_seed(0))
    fitted = Evaluation(
        structure=STRUCTURE,
        relative_error=0.1,
        score=0.5,
        network=network,
        fate=Fate.FITTED,
        move="",
        number=1,
        sweeps=3,
        seconds=0.0,
    )
    pruned = Evaluation(
        structure=STRUCTURE,
        relative_error=0.1,
        score=0.5,
        network=None,
        fate=Fate.PRUNED_BY_SIZE,
        move="",
        number=2,
        sweeps=0,
        seconds=0.0,
    )
    assert (fitted.pruned, pruned.pruned) == (False, True)
    assert fitted.parameters == pruned.parameters == 3 * 2 + 2 * 4 * 3 + 3 * 5


def test_pruned_counts_what_was_not_fitted_for_any_reason():
    counts = Counts(proposed=15, repeated=2, pruned_by_size=3, pruned_by_certificate=4, too_costly=5, fitted=1)
    assert counts.pruned == 12
