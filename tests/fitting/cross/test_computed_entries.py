"""Errors of a train estimated from some entries of a function: what random entries miss is looked for."""

import numpy as np
import pytest
import torch

from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError
from tnlab.fitting.cross.computed_entries import ComputedEntries
from tnlab.fitting.cross.passes import Crosses
from tnlab.fitting.cross.train import Train
from tnlab.formats import formats

MODES = (2,) * 20
WEIGHTS = 2 ** torch.arange(19, -1, -1)


def below(count):
    """Return the function that is 1 at the first ``count`` entries in row-major order, and else 0."""
    return TensorFunction(MODES, lambda at: ((at * WEIGHTS).sum(dim=1) < count).double())


def computed(function, samples=200):
    train = Train(formats["tt"].build(function.modes, 1))
    return ComputedEntries(function, train, samples=samples, generator=torch.Generator().manual_seed(0))


def ones(first):
    """Return the cores of the train that is 1 at every entry whose index begins with zeros in ``first`` modes."""
    return [np.array([1.0, float(mode >= first)]).reshape(1, 2, 1) for mode in range(20)]


def test_a_small_tensor_is_measured_at_every_entry():
    entries = computed(TensorFunction((3, 4), lambda at: (at[:, 0] == 0).double() + 1))
    assert entries.whole
    assert entries.evaluations == 12
    one = [np.ones((1, 3, 1)), np.ones((1, 4, 1))]
    assert entries.error(one) == pytest.approx((4 / (4 * 4 + 8)) ** 0.5)
    entries.look(one, Crosses((3, 4)), enough=1.0)
    assert entries.evaluations == 12


def test_entries_that_a_sample_misses_are_found_beside_a_cross():
    entries = computed(below(2**19 + 40))
    cores = ones(1)  # wrong at 40 of a million entries
    assert entries.error(cores) == 0
    border = np.array([[1, *[0] * 19]])  # a cross at the first of them
    entries.look(cores, Crosses.at(MODES, border), enough=1e-6)
    true = (40 / (2**19 + 40)) ** 0.5
    assert 0.3 * true < entries.error(cores) < 1.2 * true
    worst = (entries.worst(cores, 3) * WEIGHTS.numpy()).sum(axis=1)
    assert all(2**19 <= place < 2**19 + 40 for place in worst)


def test_entries_found_count_for_every_train():
    entries = computed(below(2**19 + 40))
    entries.look(ones(1), Crosses.at(MODES, np.array([[1, *[0] * 19]])), enough=1e-6)
    before = entries.error(ones(1))
    right = below(2**19).function  # a train that is right elsewhere does not make them forgotten
    assert float(right(torch.zeros((1, 20), dtype=torch.int64))) == 1
    entries.look(ones(2), Crosses.at(MODES, np.array([[0, 1, *[0] * 18]])), enough=0.0)
    assert entries.error(ones(1)) >= before


def test_a_function_that_is_zero_wherever_it_is_computed_is_refused():
    with pytest.raises(DataError, match="zero at all of 200 entries"):
        computed(below(0))
