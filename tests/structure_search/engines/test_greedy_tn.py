"""Greedy-TN: rings, latent cores, shrinking and a largest degree."""

from tests.structure_search.engines.toy import TOY, TRUTH, searched
from tnlab.data.planted_tensors import planted
from tnlab.network.isomorphism import isomorphic
from tnlab.network.rank_matrix import ring
from tnlab.network.structure import Bond, Core, Structure
from tnlab.structure_search.engines.greedy_tn import GreedyTN
from tnlab.structure_search.run import Search, search


def test_finds_the_hidden_ring_of_the_authors():
    """Ranks and permutation, 126 parameters; more than rounding cannot be left."""
    result = searched("greedy_tn", 0)
    assert result.parameters == 126
    assert isomorphic(result.structure, TRUTH)
    assert result.relative_error <= 1e-4


def test_greedy_finds_a_latent_core():
    """Tucker with a core of 2^4 hides in no graph of four cores."""
    star = Structure((6,) * 4, (*(Core((k,)) for k in range(4)), Core(())), tuple(Bond((k, 4), 2) for k in range(4)))
    result = search(planted(star, seed=0), target_error=1e-6, engine="greedy_tn", family="latent")
    assert isomorphic(result.structure, star)
    assert search(planted(star, seed=0), target_error=1e-6, engine="greedy_tn").parameters > star.parameters


def test_greedy_shrinks_what_it_overshot():
    """Lowering ranks at the end never loses the target."""
    X = planted(ring((5,) * 5, range(5), (2, 3, 4, 2, 3)), seed=2)
    published, shrunk = (search(X, target_error=1e-6, engine=GreedyTN(shrink=shrink)) for shrink in (False, True))
    assert published.reached
    assert shrunk.reached
    assert shrunk.parameters <= published.parameters


def test_greedy_keeps_to_a_degree():
    """No core gets a third bond."""
    run = Search(TOY, 1e-4, engine=GreedyTN(max_degree=1), max_evaluations=8)
    found = [progress.evaluation for progress in run if progress.evaluation]
    most = []
    for evaluation in found:
        degrees = [0] * 6
        for bond in evaluation.structure.bonds:
            for core in bond.cores:
                degrees[core] += bond.rank > 1
        most.append(max(degrees))
    assert len(most) > 1
    assert max(most) == 1
