"""Starts from singular value decompositions are near what they decompose, on any graph."""

import pytest
import torch
from hypothesis import given, settings

from tnlab.errors import StructureError
from tnlab.fitting.svd_start import NOISE, start_entries, starting_network, svd_start
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.testing.structures import structures


def generator():
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("name", ["tt", "tucker", "ht"])
@pytest.mark.parametrize("wide", [1024, 3])
def test_of_a_tree_the_start_is_the_tensor_up_to_the_noise(name, wide, monkeypatch):
    """Also by a random sketch, which takes the place of wide Gram matrices."""
    monkeypatch.setattr("tnlab.fitting.svd_start.WIDE", wide)
    monkeypatch.setattr("tnlab.fitting.svd_start.SPARE", 2)
    structure = formats[name].build((20, 20, 20), 2)
    tensor = Network.random(structure, generator=generator()).to_tensor()
    start = svd_start(tensor, structure, generator=generator())
    assert 0 < relative_error(tensor, start.to_tensor()) < 5 * NOISE


@settings(max_examples=60)
@given(structures())
def test_any_structure_has_a_start(structure):
    tensor = torch.randn(structure.modes, generator=generator())
    one, two = (svd_start(tensor, structure, generator=generator()) for _ in range(2))
    assert one.structure == structure
    assert all(bool(core.isfinite().all()) and bool(core.any()) for core in one.cores)
    assert all(torch.equal(first, second) for first, second in zip(one.cores, two.cores, strict=True))
    assert start_entries(structure) >= 0


def test_cores_of_cp_are_the_leading_singular_vectors_of_their_modes():
    tensor = torch.randn(6, 7, 8, generator=generator())
    core = svd_start(tensor, formats["cp"].build((6, 7, 8), 3), generator=generator()).cores[0]
    vectors = torch.linalg.svd(tensor.reshape(6, -1))[0][:, :3]
    assert torch.allclose((vectors.T @ core).abs(), torch.eye(3), atol=5 * NOISE)


def test_the_largest_arrays_by_hand():
    """A train over 4 x 5 x 6 splits off 4 rows: the remainder once permuted (120) and once projected (2 x 30)."""
    assert start_entries(formats["tt"].build((4, 5, 6), 2)) == 120 + 60


def test_a_start_by_word_or_network_has_the_dtype_of_the_data():
    structure = formats["tt"].build((4, 5, 6), 2)
    tensor = torch.randn(4, 5, 6, generator=generator()).float()
    network = Network.random(structure, generator=generator())
    for init in ("svd", "random", network):
        start = starting_network(tensor, structure, init, generator=generator())
        assert start.structure == structure
        assert {core.dtype for core in start.cores} == {torch.float32}
    with pytest.raises(ValueError, match="'svd', 'random' or a Network, but is 'svdd'"):
        starting_network(tensor, structure, "svdd", generator=generator())
    with pytest.raises(StructureError, match="warm_start"):
        starting_network(tensor, formats["tt"].build((4, 5, 6), 3), network, generator=generator())
