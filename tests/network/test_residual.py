"""The relative error against a network, slab by slab, is that against its tensor."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network import residual
from tnlab.network.arithmetic import scale
from tnlab.network.network import Network
from tnlab.testing.structures import structures


@settings(max_examples=30, deadline=None)
@given(structures(max_size=6), st.integers(1, 40))
def test_the_error_by_slabs_is_the_error(structure, slab):
    generator = torch.Generator().manual_seed(0)
    network = Network.random(structure, generator=generator)
    tensor = torch.randn(structure.modes, generator=generator, dtype=torch.float64)
    whole = relative_error(tensor, network.to_tensor())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(residual, "SLAB", slab)
        parts = list(residual.slabs(structure.modes))
        assert residual.relative_residual(tensor, network) == pytest.approx(whole, rel=1e-12)
    seen = torch.zeros(structure.modes)
    for part in parts:
        seen[part] += 1
        assert seen[part].numel() <= slab
    assert bool((seen == 1).all())


@pytest.mark.parametrize("slab", [4, residual.SLAB])
def test_the_error_of_any_size_and_relative_to_zeros_is_that_of_the_tensor(slab, monkeypatch):
    monkeypatch.setattr(residual, "SLAB", slab)
    structure = formats["tt"].build((3, 4, 3), 1)
    ones = Network(structure, tuple(torch.ones(shape, dtype=torch.float64) for shape in structure.core_shapes))
    tiny = Network(structure, tuple(1e-200 * core for core in ones.cores))  # entries are 1e-600
    assert residual.relative_residual(torch.ones(3, 4, 3), scale(ones, 1e190)) == pytest.approx(1e190, rel=1e-14)
    assert residual.relative_residual(torch.zeros(3, 4, 3), scale(ones, 1e-200)) == math.inf
    assert residual.relative_residual(torch.zeros(3, 4, 3), tiny) == math.inf
    assert residual.relative_residual(torch.zeros(3, 4, 3), scale(ones, 0.0)) == 0.0
    for bad in (math.inf, math.nan):
        with pytest.raises(DataError, match="needs a tensor of finite entries"):
            residual.relative_residual(torch.full((3, 4, 3), bad), ones)
