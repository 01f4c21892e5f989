"""Alternating least squares: recovers what was planted, never climbs, reports the true error."""

import itertools

import numpy as np
import pytest
import tensorly.decomposition
import torch
from hypothesis import given, settings

from tnlab.errors import StructureError
from tnlab.fitting.warm_start import warm_start
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network import edits
from tnlab.network.network import Network
from tnlab.solvers.als import ALS
from tnlab.solvers.fit import fit
from tnlab.testing.structures import structures


def planted(structure, seed=0, noise=0.0):
    generator = torch.Generator().manual_seed(seed)
    tensor = Network.random(structure, generator=generator).to_tensor()
    tensor = tensor / tensor.norm()
    return tensor + noise * torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype) / tensor.numel() ** 0.5


def planted_format(name):
    """Plant random cores; those that copy a mode are identities, as in the papers: an unknown basis is not found."""
    structure = formats[name].build((6, 5, 6, 5), 2)
    network = Network.random(structure, generator=torch.Generator().manual_seed(0))
    copies = formats[name].topology(4).copies
    cores = (torch.eye(len(core)) if mode in copies else core for mode, core in enumerate(network.cores))
    tensor = Network(structure, tuple(cores)).to_tensor()
    return structure, tensor / tensor.norm()


def test_every_format_recovers_what_was_planted(format_name):
    structure, tensor = planted_format(format_name)
    result = fit(tensor, structure, restarts=5)
    assert result.relative_error < 1e-6
    assert relative_error(tensor, result.network.to_tensor()) == pytest.approx(
        result.relative_error, rel=1e-3, abs=1e-9
    )


@pytest.fixture(params=list(formats))
def format_name(request):
    return request.param


@settings(max_examples=40, deadline=None)
@given(structures())
def test_the_error_is_true_and_never_climbs(structure):
    tensor = planted(structure, noise=0.3)
    errors = []  # of degenerate structures they wander below 1e-5, the square root of what the ridge is worth
    for snapshot in ALS(max_sweeps=6).iterate(tensor, structure, generator=torch.Generator().manual_seed(1)):
        true = relative_error(tensor, snapshot.network.to_tensor())
        assert snapshot.relative_error == pytest.approx(true, rel=1e-5, abs=1e-7)
        errors.append(snapshot.relative_error)
    assert all(later <= earlier + 1e-5 for earlier, later in itertools.pairwise(errors[1:]))


def test_float32_reports_an_error_evaluated_in_float64():
    structure = formats["tr"].build((4,) * 6, 3)
    tensor = planted(structure).float()
    result = fit(tensor, structure, max_sweeps=200)
    assert result.network.cores[0].dtype == torch.float32
    assert 0 < result.relative_error < 1e-3
    assert result.relative_error == pytest.approx(
        relative_error(tensor, result.network.to(torch.float64).to_tensor()), rel=0.05
    )


@pytest.mark.parametrize("name", ["tt", "tr", "cp", "tucker", "ht", "grid"])
def test_a_rank_that_goes_up_is_used_at_once(name):
    """Whichever bond is widened: an order of updates that empties the new rank again would never use it."""
    tensor = planted(formats[name].build((4,) * 4, 4), noise=0.2)
    structure = formats[name].build((4,) * 4, 2)
    first = fit(tensor, structure, tolerance=1e-8)
    for bond in range(len(structure.bonds)):
        wider = edits.set_rank(structure, bond, 3)
        if wider.carriable_rank(bond) < 3:
            continue
        start = warm_start(first.network, wider, generator=torch.Generator().manual_seed(0))
        gained = first.relative_error - fit(tensor, wider, init=start, max_sweeps=3).relative_error
        assert gained > 1e-4, wider.bond_label(bond)


def test_as_good_as_tensorly_on_cp():
    tensor = planted(formats["cp"].build((8, 9, 10), 4), noise=0.1)
    theirs = tensorly.decomposition.parafac(tensor.numpy(), 4, init="svd", n_iter_max=300, tol=1e-10)
    error = np.linalg.norm(tensorly.cp_to_tensor(theirs) - tensor.numpy()) / np.linalg.norm(tensor.numpy())
    assert fit(tensor, formats["cp"].build((8, 9, 10), 4), restarts=3).relative_error <= error + 1e-4


def test_a_warm_start_goes_on_from_where_it_was():
    structure = formats["tr"].build((4,) * 6, 2)
    tensor = planted(formats["tr"].build((4,) * 6, 4), noise=0.1)
    first = fit(tensor, structure)
    wider = edits.set_rank(structure, 2, 3)
    start = warm_start(first.network, wider, generator=torch.Generator().manual_seed(0))
    second = fit(tensor, wider, init=start)
    assert second.history[0] == pytest.approx(first.relative_error, abs=1e-9)
    assert second.history[1] < first.relative_error
    with pytest.raises(StructureError, match="warm_start"):
        fit(tensor, wider, init=first.network)


@pytest.mark.gpu
def test_follows_the_data_to_the_gpu():
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    structure = formats["tr"].build((4,) * 6, 3)
    result = fit(planted(structure).cuda(), structure)
    assert result.network.cores[0].is_cuda
    assert result.relative_error < 1e-6


def test_ranks_that_cannot_fit_in_memory_are_refused_before_anything_is_allocated():
    tensor = torch.ones((16,) * 4, dtype=torch.float64)
    with pytest.raises(StructureError, match=r"an array of 7e\+15 GiB, and at most 2 GiB is allowed"):
        fit(tensor, formats["tt"].build((16,) * 4, 10**6))
