"""The strategy draws connected structures within its limits, and draws every kind of them."""

import pytest
from hypothesis import find, given, settings

from tnlab.network.structure import Structure
from tnlab.testing.structures import structures


@settings(max_examples=60, deadline=None)
@given(structures(min_order=2, max_order=3, min_cores=2, max_cores=3, max_size=3, max_rank=2, hyper=False))
def test_limits_are_kept(structure):
    assert 2 <= structure.order <= 3
    assert 2 <= len(structure.cores) <= 3
    assert max(structure.modes) <= 3
    assert max(structure.ranks) <= 2
    assert len(structure.bonds) <= len(structure.cores) - 1 + 2
    assert not structure.has_hyper_bonds
    assert sorted(mode for core in structure.cores for mode in core.legs) == list(range(structure.order))


@settings(max_examples=40, deadline=None)
@given(structures(min_order=3, max_cores=3, latent=False))
def test_without_latent_cores_every_core_has_a_mode(structure):
    assert all(core.legs for core in structure.cores)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda one: one.has_hyper_bonds,
        lambda one: one.has_latent_cores,
        lambda one: any(len(core.legs) > 1 for core in one.cores),
        lambda one: len(one.bonds) >= len(one.cores) > 2,
        lambda one: len({bond.cores for bond in one.bonds}) < len(one.bonds),
    ],
    ids=["hyper-bond", "latent core", "several modes", "loop", "parallel bonds"],
)
def test_every_kind_is_drawn(wanted):
    assert isinstance(find(structures(), wanted, settings=settings(max_examples=2000)), Structure)
