"""Singular values on bonds, against those of unfoldings and against what narrowing a bond loses."""

import numpy as np
import pytest
import torch

from tests.figures.samples import network, shown
from tnlab.figures.scree import scree_info, scree_plot
from tnlab.network.gauge.resize_bond import narrow


def test_scree_of_a_tree_is_that_of_the_unfoldings():
    train = network("tt")
    info = scree_info(train)
    assert info.exact
    assert [bond.label for bond in info.bonds] == ["A-B", "B-C"]
    whole = train.to_tensor()
    for bond, rows in zip(info.bonds, (4, 20), strict=True):
        values = torch.linalg.svdvals(whole.reshape(rows, -1))[:3] / whole.norm()
        assert np.allclose(bond.values, values, atol=1e-7)
        assert bond.losses[0] == 1
        assert bond.losses[-1] == 0
        for rank in (1, 2):
            assert bond.losses[rank] == pytest.approx(float(values[rank:].norm()), abs=1e-7)


def test_scree_of_a_loop_is_that_of_two_cores():
    ring = network("tr")
    info = scree_info(ring)
    assert not info.exact
    bond = ring.structure.bonds[0]
    arrays = {core: ring.cores[core].clone() for core in bond.cores}
    axes = {core: ring.structure.core_indices[core].index(ring.structure.order) for core in bond.cores}

    def joined():
        (left, right) = arrays.values()
        (a, b) = axes.values()
        return torch.tensordot(left, right, dims=([a], [b]))

    before = joined()
    narrow(arrays, axes, 2)
    lost = float((before - joined()).norm() / before.norm())
    assert info.bonds[0].losses[2] == pytest.approx(lost, rel=1e-6)


@pytest.mark.parametrize(("name", "rank"), [("tt", 3), ("fctn", 3), ("cp", 2)])
def test_it_is_drawn(name, rank):
    pytest.importorskip("plotly")
    info = scree_info(network(name, rank))
    assert len(shown(scree_plot(info))["data"]) == 2 * len(info.bonds)
