"""Axes in the order of a core, and zeros up to its ranks, for numpy and torch alike."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tnlab.formats import formats
from tnlab.network.core_arrays import as_core, padded, padded_network, permuted
from tnlab.network.edits import set_ranks
from tnlab.network.network import Network
from tnlab.testing.structures import structures

MAKERS = {"numpy": np.array, "torch": torch.tensor}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_zeros_stand_behind_the_entries(make):
    array = make([[1.0, 2.0], [3.0, 4.0]])
    assert np.asarray(padded(array, (3, 3))).tolist() == [[1, 2, 0], [3, 4, 0], [0, 0, 0]]
    assert padded(make(5.0), ()).shape == ()
    assert type(padded(array, (3, 3))) is type(array)
    assert padded(array, (3, 3)).dtype == array.dtype


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_an_array_of_the_shape_is_copied_only_to_lie_in_order(make):
    array = make([[1.0, 2.0], [3.0, 4.0]])
    assert padded(array, (2, 2)) is array
    turned = np.asarray(padded(permuted(array, (1, 0)), (2, 2)))
    assert turned.flags.c_contiguous
    assert turned.tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_labelled_axes_are_put_in_the_order_of_the_core(make):
    train = formats["tt"].build((2, 3, 4), 3)  # core 1: mode 1, bonds 3 and 4 by label
    array = np.arange(12.0).reshape(2, 3, 2)
    core = np.asarray(as_core(make(array), [4, 1, 3], train, 1))
    assert core.shape == train.core_shapes[1]
    assert np.array_equal(core[:, :2, :2], array.transpose(1, 2, 0))
    assert np.abs(core).sum() == array.sum()


@given(structures(), st.integers(0, 2))
def test_a_network_keeps_its_tensor(structure, more):
    network = Network.random(structure, generator=torch.Generator().manual_seed(0))
    wider = set_ranks(structure, tuple(rank + more for rank in structure.ranks))
    after = padded_network(network, wider)
    assert after.structure == wider
    assert torch.allclose(after.to_tensor(), network.to_tensor())
