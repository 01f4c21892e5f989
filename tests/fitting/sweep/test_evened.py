"""Sweeps in a gauge in which the normal equations keep their digits."""

import itertools

import pytest
import torch

from tnlab.fitting.svd_start import starting_network
from tnlab.fitting.sweep import evened
from tnlab.fitting.sweep.evened import CANCEL, swept
from tnlab.fitting.sweep.normal_equations import NormalEquations
from tnlab.formats import formats
from tnlab.network.network import Network

TREE = formats["binary_tree"].build((8, 8, 8), 3)


def planted_and_start(dtype=torch.float64):
    """Return a tensor of the tree, and a start after one sweep of which the largest core has a norm of 1e5."""
    tensor = Network.random(TREE, generator=torch.Generator().manual_seed(2)).to_tensor().to(dtype)
    start = starting_network(tensor, TREE, "random", generator=torch.Generator().manual_seed(102))
    return tensor / tensor.norm(), start


def test_a_random_start_of_a_planted_tree_ends_at_rounding(monkeypatch):
    """Without balanced cores the error stays near 1e-5 and rises from sweep to sweep."""
    tensor, start = planted_and_start()
    errors = [error for _, error in itertools.islice(swept(NormalEquations(tensor), start), 6)]
    assert errors[-1] < 1e-12
    monkeypatch.setattr(evened, "CANCEL", float("inf"))
    assert min(error for _, error in itertools.islice(swept(NormalEquations(tensor), start), 6)) > 1e-7


def test_cores_are_balanced_only_where_terms_cancel(monkeypatch):
    calls = []
    monkeypatch.setattr(evened, "balanced", lambda network: calls.append(network) or network)
    tensor, start = planted_and_start()
    fit = NormalEquations(tensor)
    next(sweeps := swept(fit, start))
    assert fit.cancelling > 10 * CANCEL
    next(sweeps)
    assert len(calls) == 1
    for _ in itertools.islice(sweeps, 9):  # here balancing is made to do nothing: it is not tried at every sweep
        pass
    assert len(calls) <= 2


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_networks_are_of_the_tensors_dtype_and_have_the_error_told(dtype):
    tensor, start = planted_and_start(dtype)
    fit = NormalEquations(tensor)
    for network, error in itertools.islice(swept(fit, start), 4):
        assert network.cores[0].dtype == dtype
        assert error == pytest.approx(fit.residual(network), rel=1e-3, abs=1e-9 + fit.doubt)
