"""Hill climbing finds the ring of the toy."""

from tests.structure_search.engines.toy import TRUTH, searched
from tnlab.network.isomorphism import isomorphic


def test_finds_the_hidden_ring_of_the_authors():
    """Ranks and permutation, 126 parameters; more than rounding cannot be left."""
    result = searched("hill_climb", 2)
    assert result.parameters == 126
    assert isomorphic(result.structure, TRUTH)
    assert result.relative_error <= 1e-4
