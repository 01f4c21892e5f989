"""The parts of the search over graphs."""

# pyright: reportPrivateUsage=false

import math

import pytest

from tnlab.bounds.graph_family import _pairings


@pytest.mark.parametrize("count", range(1, 9))
def test_a_pairing_has_every_core_once(count):
    """So that a sum over it counts no core twice and leaves none out; of all, there are ``(n - 1)!!``, or ``n!!``."""
    found = list(_pairings(tuple(range(count)), 10**6))
    for pairs, left in found:
        assert sorted([*sum(pairs, ()), *([left] if left is not None else [])]) == list(range(count))
        assert (left is None) == (count % 2 == 0)
    different = {(frozenset(pairs), left) for pairs, left in found}
    assert len(different) == len(found) == math.prod(range(count - 1 + count % 2, 0, -2))


@pytest.mark.parametrize("count", [6, 7, 9])
def test_few_pairings_are_some_of_all(count):
    few, every = (list(_pairings(tuple(range(count)), most)) for most in (3, 10**6))
    assert 0 < len(few) < len(every)
    assert all(pairing in every for pairing in few)
