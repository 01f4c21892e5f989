"""A relative error that no fit can be asked for is refused before anything is computed."""

import math

import pytest
import torch

from tnlab.formats import formats
from tnlab.solvers.als import ALS
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
