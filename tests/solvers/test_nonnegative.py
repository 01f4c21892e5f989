"""Nonnegative networks: never below zero, never climbing, as good as tensorly."""

import itertools

import numpy as np
import pytest
import tensorly
import tensorly.decomposition
import torch

from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.solvers.fit import fit
from tnlab.solvers.nonnegative import Nonnegative


def planted(structure, noise=0.01):
    generator = torch.Generator().manual_seed(0)
    network = Network.random(structure, generator=generator)
    tensor = Network(structure, tuple(core.abs() for core in network.cores)).to_tensor()
    tensor = tensor / tensor.norm()
    return tensor + noise * torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype) / tensor.numel() ** 0.5


@pytest.mark.parametrize("name", ["cp", "tucker", "tt", "tr", "ht"])
@pytest.mark.parametrize("init", ["svd", "random"])
def test_fits_any_graph_without_a_negative_entry(name, init):
    structure = formats[name].build((6, 5, 6, 5), 2)
    result = fit(planted(structure), structure, solver="nonnegative", init=init)
    assert result.relative_error < 0.015  # the noise is 0.01; a poor start costs a little more
    assert all(bool((core >= 0).all()) for core in result.network.cores)
    assert all(later <= earlier + 1e-12 for earlier, later in itertools.pairwise(result.history))


@pytest.mark.parametrize("name", ["cp", "tucker"])
def test_as_good_as_tensorly(name):
    structure = formats[name].build((8, 9, 10), 3)
    tensor = planted(structure, noise=0.05)
    if name == "cp":
        theirs = tensorly.decomposition.non_negative_parafac_hals(tensor.numpy(), 3, n_iter_max=300, tol=1e-10)
        model = tensorly.cp_to_tensor(theirs)
    else:
        theirs = tensorly.decomposition.non_negative_tucker(tensor.numpy(), [3, 3, 3], n_iter_max=100, tol=1e-10)
        model = tensorly.tucker_to_tensor(theirs)
    error = np.linalg.norm(model - tensor.numpy()) / np.linalg.norm(tensor.numpy())
    assert fit(tensor, structure, solver="nonnegative", restarts=2).relative_error <= error + 1e-6


def test_negative_entries_are_fitted_by_zeros():
    structure = formats["cp"].build((6, 7, 8), 2)
    tensor = planted(structure, noise=0)
    tensor = tensor - 0.3 * tensor.mean()
    assert bool((tensor < 0).any())
    result = fit(tensor, structure, solver="nonnegative")
    floor = float(tensor.clamp(max=0).norm() / tensor.norm())
    assert floor <= result.relative_error < 0.3


def test_a_start_with_negative_entries_is_cut_off_at_zero():
    structure = formats["tt"].build((4, 5, 6), 2)
    network = Network.random(structure, generator=torch.Generator().manual_seed(0))
    assert any(bool((core < 0).any()) for core in network.cores)
    run = list(
        Nonnegative(max_sweeps=3).iterate(
            planted(structure), structure, init=network, generator=torch.Generator().manual_seed(0)
        )
    )
    assert len(run) == 4
    assert all(bool((core >= 0).all()) for snapshot in run for core in snapshot.network.cores)


def test_a_tensor_without_positive_entries_is_refused():
    with pytest.raises(DataError, match="without a positive entry"):
        fit(-torch.ones(3, 3), formats["tt"].build((3, 3), 1), solver="nonnegative")
