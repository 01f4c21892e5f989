"""What every fit shares: the target error, and the tensors that are taken."""

import math

import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.solvers.als import ALS
from tnlab.solvers.base import Status, numbers_to_fit, solvers, zero_network
from tnlab.solvers.decompose import decompose
from tnlab.solvers.fit import fit

TENSOR = torch.rand(3, 4, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("target", [math.nan, -0.1, 1.0, math.inf])
@pytest.mark.parametrize("solver", ["als", "tt_svd", "completion_als", "progressive"])
def test_no_number_between_0_and_1_is_refused(target, solver):
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        fit(TENSOR, formats["tt"].build(TENSOR.shape, 2), solver=solver, target_error=target)
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        decompose(TENSOR, "tt", target_error=target, solver=solver)


@pytest.mark.parametrize("name", ["cp", "tt", "tucker", "tr"])
def test_ranks_are_not_chosen_for_0(name):
    with pytest.raises(ValueError, match="rounding alone is above it"):
        decompose(TENSOR, name, target_error=0)


def test_a_solver_of_its_own_settings_is_checked_and_0_asks_it_never_to_stop():
    structure = formats["tt"].build(TENSOR.shape, 2)
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        fit(TENSOR, structure, solver=ALS(target_error=math.nan))
    assert fit(TENSOR, structure, solver=ALS(max_sweeps=3, tolerance=0, target_error=0)).sweeps == 3


def test_numbers_to_fit_are_entries_known_entries_or_parameters():
    structure = formats["tt"].build((3, 4, 3), 2)
    assert numbers_to_fit(TENSOR, structure) == 36
    assert numbers_to_fit(Observed.random_part(TENSOR, 0.5), structure) == 18
    assert numbers_to_fit(TensorFunction((3, 4, 3), lambda at: at[:, 0]), structure) == 3 * 2 + 2 * 4 * 2 + 2 * 3


def test_a_network_of_zeros_has_the_relative_error_1():
    structure = formats["tt"].build((3, 4, 3), 2)
    for data in (TENSOR.float(), Observed.random_part(TENSOR, 0.5), TensorFunction((3, 4, 3), lambda at: at[:, 0])):
        network = zero_network(data, structure)
        assert relative_error(TENSOR, network.to_tensor()) == 1
    assert zero_network(TENSOR.float(), structure).cores[0].dtype == torch.float32


@pytest.mark.parametrize("solver", list(solvers))
def test_zeros_are_fitted_by_zeros(solver):
    name = (solvers[solver].fits or ("tt",))[0]
    structure = formats[name].build((3, 4, 3), 1)
    found = fit(torch.zeros(3, 4, 3), structure, solver=solver)
    assert (found.relative_error, found.status) == (0.0, Status.EXACT)
    assert not found.network.to_tensor().any()


@pytest.mark.parametrize("name", ["tt", "cp", "tucker", "tr", "fully_connected"])
def test_zeros_are_decomposed_to_zeros(name):
    found = decompose(torch.zeros(3, 4, 3), name, target_error=0.1)
    assert (found.relative_error, found.status, set(found.structure.ranks)) == (0.0, Status.EXACT, {1})
