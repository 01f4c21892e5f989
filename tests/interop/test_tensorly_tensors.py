"""Networks to tensorly and back, with tensorly's own reconstruction as the oracle."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.errors import DataError, StructureError
from tnlab.formats import formats
from tnlab.interop.tensorly_tensors import from_tensorly, to_tensorly
from tnlab.network.isomorphism import isomorphic
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure

tl = pytest.importorskip("tensorly")
KINDS = {"tt": "TTTensor", "tr": "TRTensor", "tucker": "TuckerTensor", "cp": "CPTensor", "mpo": "TTMatrix"}


def shuffled(network: Network, order: list[int]) -> Network:
    """List the cores in another order, and with them the axes of each."""
    structure = network.structure
    place = {core: turn for turn, core in enumerate(order)}
    bonds = [Bond(tuple(sorted(place[core] for core in bond.cores)), bond.rank) for bond in structure.bonds]
    turned = Structure(structure.modes, tuple(structure.cores[core] for core in order), tuple(bonds[::-1]))
    last = structure.order + len(bonds) - 1
    cores = []
    for core, wanted in zip(order, turned.core_indices, strict=True):
        own = structure.core_indices[core]
        cores.append(
            network.cores[core].permute(
                [own.index(x if x < structure.order else last + structure.order - x) for x in wanted]
            )
        )
    return Network(turned, tuple(cores))


@settings(max_examples=40)
@given(name=st.sampled_from(list(KINDS)), data=st.data())
def test_there_and_back_in_any_order_of_the_cores(name, data):
    order = 2 * data.draw(st.integers(2, 3)) if name == "mpo" else data.draw(st.integers(3, 5))
    modes = data.draw(st.lists(st.integers(1, 4), min_size=order, max_size=order))
    bonds = len(formats[name].topology(order).bonds)
    ranks = data.draw(st.lists(st.integers(1, 3), min_size=bonds, max_size=bonds))
    network = Network.random(formats[name].build(modes, ranks), generator=torch.Generator().manual_seed(0))
    places = data.draw(st.permutations(range(len(network.cores))))
    theirs = to_tensorly(shuffled(network, places))
    assert type(theirs).__name__ == KINDS[name]
    assert np.allclose(theirs.to_tensor(), network.to_tensor())
    again = from_tensorly(theirs)
    assert isomorphic(again.structure, network.structure)
    assert torch.allclose(again.to_tensor(), network.to_tensor())


def test_weights_of_a_cp_are_kept():
    rng = np.random.default_rng(0)
    factors = [rng.standard_normal((size, 3)) for size in (4, 5, 6)]
    theirs = tl.cp_tensor.CPTensor((np.array([2.0, -1.0, 0.5]), factors))
    ours = from_tensorly(theirs)
    assert ours.structure == formats["cp"].build((4, 5, 6), 3)
    assert np.allclose(ours.to_tensor(), theirs.to_tensor())
    assert np.allclose(to_tensorly(ours).weights, 1)
    assert np.allclose(from_tensorly(tl.cp_normalize(theirs)).to_tensor(), theirs.to_tensor())
    assert np.allclose(from_tensorly(tl.cp_tensor.CPTensor((None, factors))).to_tensor(), sum_of(factors))


def sum_of(factors):
    return np.einsum("ir,jr,kr->ijk", *factors)


def test_what_tensorly_decomposes_is_read():
    X = np.random.default_rng(0).standard_normal((4, 5, 6))
    for theirs in (
        tl.decomposition.parafac(X, 3, n_iter_max=5),
        tl.decomposition.tucker(X, (2, 3, 2), n_iter_max=5),
        tl.decomposition.tensor_train(X, (1, 2, 3, 1)),
        tl.decomposition.tensor_ring(X, (2, 2, 3, 2)),
        tl.decomposition.tensor_train_matrix(X[:, :4, :4].reshape(4, 4, 2, 2), (1, 2, 1)),
    ):
        assert np.allclose(from_tensorly(theirs).to_tensor(), theirs.to_tensor())


def test_a_matrix_is_whatever_is_asked_for(generator):
    network = Network.random(formats["tt"].build((3, 4), 2), generator=generator)
    assert type(to_tensorly(network)).__name__ == "TTTensor"
    assert np.allclose(to_tensorly(network, "cp").to_tensor(), network.to_tensor())
    with pytest.raises(ValueError, match="one of cp, tucker"):
        to_tensorly(network, "ht")
    with pytest.raises(StructureError, match="no TRTensor for this structure"):
        to_tensorly(network, "tr")


@pytest.mark.parametrize("name", ["fctn", "grid", "ht", "dimension_tree", "mera", "block_term", "monarch"])
def test_what_tensorly_has_no_class_for_is_refused(name, generator):
    with pytest.raises(StructureError, match="tensorly has no class for this structure; it knows CP, Tucker"):
        to_tensorly(Network.random(formats[name].build((2,) * 6, 2), generator=generator))


def test_a_train_in_another_order_of_the_modes_is_not_tensorlys(generator):
    train = formats["tt"].build((2, 2, 2), 2)
    turned = replace(train, cores=(Core((1,)), Core((0,)), Core((2,))))
    with pytest.raises(StructureError, match="in the order of the modes"):
        to_tensorly(Network.random(turned, generator=generator))


def test_dtype_and_backend_follow(generator):
    network = Network.random(formats["tt"].build((3, 4, 5), 2), generator=generator, dtype=torch.float32)
    assert to_tensorly(network)[0].dtype == np.float32
    assert from_tensorly(to_tensorly(network)).cores[0].dtype == torch.float32
    with tl.backend_context("pytorch"):
        theirs = to_tensorly(network)
        assert isinstance(theirs[0], torch.Tensor)
        assert torch.allclose(from_tensorly(theirs).to_tensor(), network.to_tensor())


def test_other_objects_are_refused():
    with pytest.raises(DataError, match=r"Needed one of tensorly's CPTensor, .* but got list; wrap plain"):
        from_tensorly([np.ones((2, 2))])


def test_without_tensorly_the_message_says_what_to_install(monkeypatch, generator):
    monkeypatch.setitem(sys.modules, "tensorly", None)
    network = Network.random(formats["tt"].build((3, 4), 2), generator=generator)
    with pytest.raises(ImportError, match="pip install tensorly"):
        to_tensorly(network)
    with pytest.raises(ImportError, match="pip install tensorly"):
        from_tensorly(None)
