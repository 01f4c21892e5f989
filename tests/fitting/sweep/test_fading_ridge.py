"""The ridge that fades: where it is on, when it is gone, and that it finds what plain sweeps do not."""

import pytest
import torch

from tnlab.data.planted_tensors import fully_connected, planted, uniform_ring
from tnlab.fitting.sweep.fading_ridge import FADED, faded, first_ridge, quick_enough
from tnlab.formats import formats
from tnlab.network.graph import has_loops
from tnlab.network.network import Network
from tnlab.solvers.als import ALS
from tnlab.solvers.base import Status
from tnlab.solvers.fit import fit


@pytest.mark.parametrize(
    ("name", "loops", "on"),
    [("tt", False, False), ("tucker", False, False), ("cp", False, False), ("tr", True, True), ("fctn", True, True)],
)
def test_auto_is_on_for_loops_that_start_from_scratch(name, loops, on):
    structure = formats[name].build((4,) * 4, 2)
    network = Network.random(structure, generator=torch.Generator().manual_seed(0))
    assert has_loops(structure) is loops
    assert (first_ridge("auto", structure, "svd") > 0) is on
    assert first_ridge("auto", structure, network) == 0
    assert first_ridge(0.5, structure, network) == 0.5


def test_is_gone_after_half_the_sweeps():
    ridge, decay = 1.0, quick_enough(0.9, 1.0, 10)
    for _ in range(5):
        assert ridge > 0
        ridge = faded(ridge, decay)
    assert ridge <= FADED * 1.001
    assert quick_enough(0.9, 1.0, 1000) == 0.9


@pytest.mark.parametrize("ridge", ["none", -1.0, float("nan")])
def test_bad_ridges_are_refused(ridge):
    with pytest.raises(ValueError, match="'auto' or a number"):
        fit(torch.ones(3, 3, 3), uniform_ring(3, 3, 2), solver=ALS(ridge=ridge))


def test_does_not_converge_while_it_fades():
    tensor = planted(uniform_ring(4, 5, 2), noise=0.1)
    run = fit(tensor, uniform_ring(4, 5, 2), solver=ALS(tolerance=1e-2))
    assert run.sweeps >= 80
    assert run.status is Status.CONVERGED
    assert run.relative_error < 0.1


def test_always_ends_with_a_status():
    run = list(
        ALS(max_sweeps=8, ridge=1.0, decay=0.999).iterate(
            planted(uniform_ring(4, 5, 2)), uniform_ring(4, 5, 2), generator=torch.Generator().manual_seed(0)
        )
    )
    assert run[-1].status is Status.MAX_SWEEPS


def test_finds_what_plain_sweeps_do_not():
    """A fully connected network of which no unfolding is low-rank."""
    structure = fully_connected(4, 8, 3)
    tensor = planted(structure, seed=0)
    found = {}
    for ridge in (0.0, 1.0):
        solver = ALS(ridge=ridge, decay=0.97, target_error=1e-3, max_sweeps=400)
        found[ridge] = fit(tensor, structure, solver=solver, init="random", restarts=3).relative_error
    assert found[1.0] <= 1e-3
    assert found[0.0] > 0.1
