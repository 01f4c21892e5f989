"""The default completion finds what was planted in every format, fits all known entries, and says how it ended."""

import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.errors import FewEntriesWarning
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.network.used_ranks import used_ranks
from tnlab.solvers.base import Status
from tnlab.solvers.completion import Completion
from tnlab.solvers.completion_als import CompletionALS
from tnlab.solvers.decompose import decompose
from tnlab.solvers.fit import fit

PLANTED = {  # modes, rank and observed part of each format that fits order-3 or order-4 data
    "cp": ((13, 14, 12), 2, 0.9),
    "tucker": ((9, 10, 11), 2, 0.5),
    "tensor_train": ((8, 9, 8, 7), 2, 0.4),
    "tensor_ring": ((8, 9, 8, 7), 2, 0.4),
    "binary_tree": ((8, 9, 8, 7), 2, 0.4),
    "dimension_tree": ((8, 9, 8, 7), 2, 0.4),
    "fully_connected": ((9, 9, 9), 2, 0.5),
    "grid": ((8, 8, 8, 8), 2, 0.4),
    "block_term": ((10, 10, 10), 1, 0.6),
}


def positive(structure, seed=5, noise=0.0):
    """Return the tensor, of mean square 1, of cores with entries between 0 and 1."""
    generator = torch.Generator().manual_seed(seed)
    cores = [torch.rand(shape, generator=generator, dtype=torch.float64) for shape in structure.core_shapes]
    tensor = Network(structure, tuple(cores)).to_tensor()
    tensor = tensor / tensor.square().mean().sqrt()
    return tensor + noise * torch.randn(tensor.shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("name", PLANTED)
def test_positive_cores_are_found_in_every_format(name):
    modes, rank, part = PLANTED[name]
    structure = formats[name].build(modes, rank)
    tensor = positive(structure)
    result = fit(Observed.random_part(tensor, part), structure)
    assert relative_error(tensor, result.network.to_tensor()) < 1e-6
    assert result.status is not Status.LOWER_RANK


def test_components_that_are_nearly_alike_are_found_within_the_usual_sweeps():
    structure = formats["block_term"].build((14, 14, 14), 2)
    tensor = positive(structure)
    result = fit(Observed.random_part(tensor, 0.5), structure)
    assert relative_error(tensor, result.network.to_tensor()) < 1e-5


def test_what_is_found_ends_the_race():
    structure = formats["tensor_train"].build((8, 9, 8, 7), 2)
    assert fit(Observed.random_part(positive(structure), 0.4), structure).sweeps < 110


@pytest.mark.parametrize("part", [0.6, 0.9])
def test_noisy_entries_are_completed_as_well_as_by_all_known_ones(part):
    """The held-out entries tell when to stop; chance in few of them stops no fit that would go on to the least."""
    structure = formats["tensor_train"].build((12, 13, 14), 4)
    clean, noisy = positive(structure), positive(structure, noise=0.01)
    observed = Observed.random_part(noisy, part)
    by_all = fit(observed, structure, solver=CompletionALS(held_out=0.0))
    errors = [relative_error(clean, one.network.to_tensor()) for one in (fit(observed, structure), by_all)]
    assert errors[0] < 1.02 * errors[1]


@pytest.mark.parametrize("name", ["cp", "tucker", "tensor_train"])
def test_a_mask_that_hides_nothing_gives_the_plain_fit(name):
    structure = formats[name].build((8, 9, 10), 2)
    tensor = positive(formats["cp"].build((8, 9, 10), 4), noise=0.1)
    mask = torch.ones(tensor.shape, dtype=torch.bool)
    plain, masked = fit(tensor, structure), fit(tensor, structure, mask=mask)
    assert masked.relative_error == pytest.approx(plain.relative_error, rel=1e-12)
    mask[0, 0, 0] = False
    assert fit(tensor, structure, mask=mask).relative_error < 1.002 * plain.relative_error


def test_the_held_out_entries_are_fitted_in_the_end():
    structure = formats["tensor_train"].build((8, 9, 10), 2)
    tensor = positive(structure, noise=0.05)
    observed = Observed.random_part(tensor, 0.5)
    result = fit(observed, structure)
    at = tuple(observed.indices.T)
    assert result.relative_error == pytest.approx(
        relative_error(observed.values, result.network.to_tensor()[at]), rel=1e-9
    )
    assert result.held_out_error is not None
    assert 0.03 < result.held_out_error < 0.1


def test_a_fit_stopped_by_noise_returns_the_network_of_all_known_entries():
    """The network and its error are those after the last sweeps, over all known entries, not those before them."""
    generator = torch.Generator().manual_seed(0)
    tensor = Network.random(formats["cp"].build((8, 8, 8), 2), generator=generator).to_tensor()
    noise = 0.5 * torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype)
    observed = Observed.random_part(tensor / tensor.square().mean().sqrt() + noise, 0.5)
    result = fit(observed, formats["cp"].build((8, 8, 8), 4))
    assert result.status is Status.HELD_OUT
    values = result.network.to_tensor()[tuple(observed.indices.T)]
    assert result.relative_error == pytest.approx(relative_error(observed.values, values), rel=1e-9)
    assert result.relative_error == result.history[-1]


def test_an_end_below_the_rank_asked_for_is_told():
    """Data of rank 1 with a bond of 3: what is converged has one component, unless noise is fitted."""
    structure = formats["cp"].build((7, 8, 9), 3)
    cores = tuple(torch.cat([torch.rand(shape[0], 1), torch.zeros(shape[0], 2)], 1) for shape in structure.core_shapes)
    network = Network(structure, tuple(core.to(torch.float64) for core in cores))
    assert used_ranks(network) == (1,)
    tensor = network.to_tensor() + 0.1 * torch.randn(7, 8, 9, generator=torch.Generator().manual_seed(0))
    observed = Observed.random_part(tensor, 0.9)
    result = fit(observed, structure, solver=Completion(held_out=0), init=network)
    assert used_ranks(result.network) == (1,)
    assert result.status is Status.LOWER_RANK


def test_it_is_not_worse_than_alternating_least_squares():
    structure = formats["cp"].build((12, 13, 14), 3)
    observed = Observed.random_part(positive(structure, noise=0.05), 0.4)
    race, alone = fit(observed, structure), fit(observed, structure, solver="completion_als")
    assert race.held_out_error <= 1.001 * alone.held_out_error


def test_nothing_is_held_out_on_request():
    structure = formats["cp"].build((8, 8, 8), 2)
    observed = Observed.random_part(positive(structure, noise=0.05), 0.5)
    for none in (0, None):
        assert fit(observed, structure, held_out=none, max_sweeps=60).held_out_error is None
        assert decompose(observed, "cp", rank=2, held_out=none, max_sweeps=60).held_out_error is None
    named = [fit(observed, structure, solver=name, held_out=0.3, max_sweeps=3) for name in ("completion_als",)]
    held = CompletionALS(held_out=0.3, max_sweeps=3)
    assert named[0].held_out_error == fit(observed, structure, solver=held).held_out_error
    with pytest.raises(ValueError, match="held_out must be at least 0"):
        fit(observed, structure, held_out=1.0)


def test_more_parameters_than_known_entries_are_told():
    structure = formats["cp"].build((8, 8, 8), 2)
    observed = Observed.random_part(positive(structure), 40 / 512)
    with pytest.warns(FewEntriesWarning, match="40 known entries cannot determine the 48 parameters"):
        fit(observed, structure, max_sweeps=2)


def test_the_same_seed_gives_the_same_floats():
    structure = formats["cp"].build((8, 8, 8), 2)
    observed = Observed.random_part(positive(structure, noise=0.05), 0.4)
    one, two = (fit(observed, structure, seed=7, max_sweeps=150) for _ in range(2))
    assert one.history == two.history
