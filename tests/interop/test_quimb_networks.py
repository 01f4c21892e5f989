"""Networks to quimb and back, with quimb's contraction as the oracle."""

import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from tnlab.errors import DataError, StructureError
from tnlab.formats import formats
from tnlab.interop.quimb_networks import from_quimb, to_quimb
from tnlab.network.isomorphism import isomorphic
from tnlab.network.network import Network
from tnlab.testing.structures import structures

qtn = pytest.importorskip("quimb.tensor")


def dense(theirs, outer) -> np.ndarray:
    return theirs.contract(..., output_inds=outer, preserve_tensor=True).transpose(*outer).data


@settings(max_examples=60)
@given(structures())
def test_there_and_back(structure):
    network = Network.random(structure, generator=torch.Generator().manual_seed(0))
    outer = [f"k{mode}" for mode in range(structure.order)]
    theirs = to_quimb(network)
    assert np.allclose(dense(theirs, outer), network.to_tensor())
    again = from_quimb(theirs, outer)
    assert isomorphic(again.structure, structure)
    assert torch.allclose(again.to_tensor(), network.to_tensor())


def test_modes_are_found_by_their_number():
    network = Network.random(formats["tt"].build((2,) * 12, 2), generator=torch.Generator().manual_seed(0))
    assert torch.allclose(from_quimb(to_quimb(network)).to_tensor(), network.to_tensor())


def test_what_quimb_makes_is_read():
    state = qtn.MPS_rand_state(6, 3, seed=0)
    network = from_quimb(state)
    assert network.structure.modes == (2,) * 6
    assert np.allclose(network.to_tensor().reshape(-1), state.to_dense().reshape(-1))
    grid = qtn.PEPS.rand(2, 3, 2, seed=0)
    outer = [grid.site_ind(site) for site in grid.sites]
    assert np.allclose(from_quimb(grid, outer).to_tensor(), dense(grid, outer))
    hyper = qtn.TensorNetwork([qtn.rand_tensor((3, 4), (f"i{k}", "shared"), seed=k) for k in range(4)])
    outer = [f"i{k}" for k in range(4)]
    found = from_quimb(hyper, outer)
    assert found.structure == formats["cp"].build((3,) * 4, 4)
    assert np.allclose(found.to_tensor(), dense(hyper, outer))


def test_open_indices_of_several_tensors_summed_ones_and_the_exponent():
    tensors = [qtn.rand_tensor((3, 4, 2), ("a", "b", "c"), seed=0), qtn.rand_tensor((3, 4), ("a", "b"), seed=1)]
    theirs = qtn.TensorNetwork(tensors)
    theirs.exponent = 2.0
    expected = 100 * np.einsum("abc,ab->a", *(tensor.data for tensor in tensors))
    assert np.allclose(from_quimb(theirs, ["a"]).to_tensor(), expected)


def test_refusals():
    closed = qtn.TensorNetwork([qtn.rand_tensor((3,), ("a",)), qtn.rand_tensor((3,), ("a",))])
    with pytest.raises(StructureError, match="no open index"):
        from_quimb(closed)
    with pytest.raises(StructureError, match="'z' is a mode, but in no operand"):
        from_quimb(closed, ["z"])
    with pytest.raises(DataError, match="Needed a quimb TensorNetwork, but got int"):
        from_quimb(3)


def test_without_quimb_the_message_says_what_to_install(monkeypatch, generator):
    monkeypatch.setitem(sys.modules, "quimb.tensor", None)
    with pytest.raises(ImportError, match="pip install quimb"):
        to_quimb(Network.random(formats["tt"].build((3, 4), 2), generator=generator))
    with pytest.raises(ImportError, match="pip install quimb"):
        from_quimb(None)
