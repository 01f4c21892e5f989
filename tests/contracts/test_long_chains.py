"""Fits of known entries and of functions along chains whose cores multiply far beyond one core's size."""

import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.entries import entries
from tnlab.network.network import Network
from tnlab.solvers import solvers
from tnlab.solvers.fit import fit

LENGTH = 60
CHAIN = formats["tt"].build((2,) * LENGTH, 2)


def chain(norm, generator):
    cores = Network.random(CHAIN, generator=generator).cores
    return Network(CHAIN, tuple(core / core.norm() * norm for core in cores))


@pytest.mark.parametrize("norm", [0.1, 10.0])
@pytest.mark.parametrize("name", [name for name, part in solvers.items() if part.takes == "observed"])
def test_known_entries_of_a_long_chain_are_fitted_from_a_near_start(name, norm, generator):
    truth = chain(norm, generator)
    indices = torch.randint(0, 2, (600, LENGTH), generator=generator)
    values = entries(truth, indices)
    near = tuple(
        core * (1 + 0.05 * torch.randn(core.shape, generator=generator, dtype=torch.float64)) for core in truth.cores
    )
    known = Observed(CHAIN.modes, indices, values)
    found = fit(known, CHAIN, init=Network(CHAIN, near), solver=solvers[name](max_sweeps=12, held_out=0.0))
    assert found.relative_error < 0.2 * found.history[0]
    unit = values.abs().max()
    assert relative_error(values / unit, entries(found.network, indices) / unit) == pytest.approx(
        found.relative_error, abs=1e-9
    )


@pytest.mark.parametrize("norm", [0.1, 10.0])
def test_a_function_along_a_long_chain_is_found(norm, generator):
    truth = chain(norm, generator)
    function = TensorFunction(CHAIN.modes, lambda at: entries(truth, at))
    found = fit(function, CHAIN, solver=solvers["tt_cross"](max_sweeps=4, samples=300))
    assert found.relative_error < 1e-10
