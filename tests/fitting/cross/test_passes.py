"""Passes along a train find a tensor of low rank from some fibres, exactly."""

import numpy as np
import pytest

from tnlab.fitting.cross.passes import Crosses, train_values

MODES = (5, 4, 6, 3)


@pytest.fixture
def cores():
    """A train of ranks 2, 3, 2."""
    random, ranks = np.random.default_rng(0), (1, 2, 3, 2, 1)
    return [random.standard_normal((ranks[k], size, ranks[k + 1])) for k, size in enumerate(MODES)]


def crosses(count, seed=1):
    random = np.random.default_rng(seed)
    return Crosses.at(MODES, np.stack([random.integers(size, size=count) for size in MODES], axis=1))


def test_two_passes_find_a_train_from_some_of_its_entries(cores):
    asked = []

    def evaluate(places):
        asked.append(len(places))
        return train_values(cores, places)

    through = crosses(5)
    through.forward(evaluate)
    back = through.reversed()
    back.forward(lambda places: evaluate(places[:, ::-1]))
    found = back.reversed().forward(evaluate)
    everything = np.indices(MODES).reshape(4, -1).T
    assert np.allclose(train_values(found, everything), train_values(cores, everything))
    assert [core.shape[2] for core in found] == [2, 3, 2, 1]
    assert max(asked) < np.prod(MODES)


def test_a_rank_that_only_rounding_fills_is_dropped(cores):
    found = crosses(6).forward(lambda places: train_values(cores, places), negligible=1e-10)
    assert [core.shape[2] for core in found] == [2, 3, 2, 1]


def test_crosses_reversed_twice_are_the_same():
    one = crosses(4)
    two = one.reversed().reversed()
    assert two.modes == one.modes
    for first, second in zip((*one.before, *one.after), (*two.before, *two.after), strict=True):
        assert np.array_equal(first, second)


def test_more_places_are_added_once_and_up_to_a_limit():
    through = crosses(3)
    held = [len(rows) for rows in through.before]
    through.add(np.zeros((1, 4), dtype=int), [10, 10, 10])
    through.add(np.zeros((1, 4), dtype=int), [10, 10, 10])
    assert all(len(rows) <= count + 1 for rows, count in zip(through.before[1:-1], held[1:-1], strict=True))
    for rows in (*through.before[1:-1], *through.after[1:-1]):
        assert len(np.unique(rows, axis=0)) == len(rows)
    many = np.indices(MODES).reshape(4, -1).T
    through.add(many, [4, 6, 5])
    assert [len(rows) for rows in through.after[1:-1]] == [4, 6, 3]  # a last mode of size 3 has no more


def test_values_of_a_train_are_those_of_its_tensor(cores):
    whole = np.einsum("aib,bjc,ckd,dle->ijkl", *cores)
    places = np.array([[0, 0, 0, 0], [4, 3, 5, 2], [1, 2, 3, 1]])
    assert np.allclose(train_values(cores, places), whole[tuple(places.T)])
