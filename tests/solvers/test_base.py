"""What every fit shares: the target error, the end of an iteration, and the tensors that are taken."""

# pyright: reportPrivateUsage=false

import math
from collections import deque

import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.formats import formats
from tnlab.solvers.als import ALS
from tnlab.solvers.base import Status, numbers_to_fit
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


# The decrease is measured between the first and the last of PATIENCE + 1 = 3 values, over two sweeps.
@pytest.mark.parametrize(
    ("recent", "power", "wanders", "settled"),
    [
        ([1.0, 0.9], 1, False, False),  # too few sweeps to tell
        ([1.0, 0.99, 0.979], 1, False, False),  # 0.021 > 2 * 0.01
        ([1.0, 0.99, 0.981], 1, False, True),
        ([1.0, 0.99, 0.961], 2, False, True),  # squares fall twice as fast: 0.039 < 4 * 0.01
        ([1.0, 0.99, 0.959], 2, False, False),
        ([1.0, 1.2, 1.1], 1, False, True),  # what rises falls no longer
        ([1.0, 1.2, 1.1], 1, True, False),
    ],
)
def test_a_fit_has_settled_when_it_falls_by_less_than_the_tolerance_per_sweep(recent, power, wanders, settled):
    values = deque(recent, maxlen=3)
    assert ALS(tolerance=0.01)._settled(values, power=power, wanders=wanders) == settled


@pytest.mark.parametrize(
    ("sweep", "error", "settled", "status"),
    [
        (1, 1e-15, True, Status.EXACT),
        (1, 0.1, True, Status.REACHED),
        (1, 0.2, True, Status.CONVERGED),
        (5, 0.2, False, Status.MAX_SWEEPS),
        (4, 0.2, False, Status.RUNNING),
    ],
)
def test_the_first_reason_to_end_is_the_status(sweep, error, settled, status):
    assert ALS(max_sweeps=5, target_error=0.1)._status(sweep, error, settled=settled) is status


def test_an_error_that_ends_a_fit_is_measured():
    """And the fit goes on where the measured error is not within the target."""
    fitted = fit(TENSOR, formats["tt"].build(TENSOR.shape, 1), max_sweeps=2).network
    solver = ALS(target_error=0.1)
    assert solver._judged(1, 0.09, fitted, lambda _: 0.095, settled=False) == (0.095, Status.REACHED)
    assert solver._judged(1, 0.09, fitted, lambda _: 0.11, settled=False) == (0.11, Status.RUNNING)
    assert solver._judged(1, 0.2, fitted, lambda _: math.nan, settled=False) == (0.2, Status.RUNNING)


def test_numbers_to_fit_are_entries_known_entries_or_parameters():
    structure = formats["tt"].build((3, 4, 3), 2)
    assert numbers_to_fit(TENSOR, structure) == 36
    assert numbers_to_fit(Observed.random_part(TENSOR, 0.5), structure) == 18
    assert numbers_to_fit(TensorFunction((3, 4, 3), lambda at: at[:, 0]), structure) == 3 * 2 + 2 * 4 * 2 + 2 * 3
    assert numbers_to_fit("a text", structure) == 0  # type: ignore[arg-type]
