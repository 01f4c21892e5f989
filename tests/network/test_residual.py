"""The relative error against a network, slab by slab, is that against its tensor."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.metrics import relative_error
from tnlab.network import residual
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
