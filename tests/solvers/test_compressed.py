"""Starts on the compressed tensor: as good as the noise allows, exact in what they report, cheap."""

import math

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from tnlab import Network, fit
from tnlab.data.planted_tensors import planted
from tnlab.fitting.sweep.steps import SweepPlan
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.structure import Bond, Core, Structure
from tnlab.solvers.base import Status, solvers
from tnlab.solvers.compressed import Small, compress


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("seed", range(10))
def test_cp_is_found_from_every_seed(seed):
    """Random starts of plain ALS fail on this for about half of the seeds."""
    factors = [torch.randn(30, 8, generator=generator(3 + k), dtype=torch.float64) for k in range(3)]
    clean = torch.einsum("ir,jr,kr->ijk", *factors)
    noise = torch.randn(clean.shape, generator=generator(9), dtype=torch.float64)
    tensor = clean / clean.norm() + 0.1 * noise / noise.norm()
    found = fit(tensor, formats["cp"].build((30, 30, 30), 8), solver="compressed", init="random", seed=seed)
    assert found.relative_error < 0.0995 * 1.01
    assert found.status is Status.CONVERGED


@pytest.mark.parametrize("name", ["cp", "tt", "tr", "tucker", "fctn", "tree"])
@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_the_errors_of_the_starts_are_those_of_the_whole_tensor(name, noise):
    structure = formats[name].build((12, 10, 11, 9), 2)
    tensor = planted(structure, noise=noise, seed=1)
    for snapshot in solvers["compressed"](max_sweeps=15).iterate(tensor, structure, generator=generator()):
        true = relative_error(tensor, snapshot.network.to_tensor())
        assert math.isclose(snapshot.relative_error, true, rel_tol=1e-6, abs_tol=1e-9)


def test_a_mode_keeps_what_its_core_can_use():
    cores = (Core((0, 1)), Core((2,)), Core((3,)))
    structure = Structure((20, 2, 30, 3), cores, (Bond((0, 1), 3), Bond((1, 2), 2)))
    small = compress(planted(structure, noise=0.1, seed=0), structure)
    assert small.structure.modes == (6, 2, 6, 2)
    wide = compress(planted(structure, noise=0.1, seed=0), structure, oversampling=1.5)
    assert wide.structure.modes == (9, 2, 9, 3)


def test_the_expected_error_is_that_of_the_noise():
    structure = formats["tt"].build((20, 20, 20), 3)
    small = compress(planted(structure, noise=0.1, seed=0), structure)
    best = fit(planted(structure, noise=0.1, seed=0), structure, restarts=3).relative_error
    assert small.expected == pytest.approx(best, rel=0.02)


def test_expanding_is_exact():
    structure = formats["tr"].build((9, 9, 9), 2)
    tensor = planted(structure, noise=0.2, seed=0)
    small = compress(tensor, structure)
    network = Network.random(small.structure, generator=generator())
    inside = relative_error(small.tensor, network.to_tensor())
    true = relative_error(tensor, small.expanded(network).to_tensor())
    assert small.error(inside) == pytest.approx(true, rel=1e-12)


def test_where_nothing_can_be_compressed_it_tries_several_starts():
    structure = formats["tr"].build((4, 4, 4, 4), 3)
    tensor = planted(structure, noise=0.05, seed=2)
    small = compress(tensor, structure)
    assert small.tensor.shape == tensor.shape
    assert small.discarded == 0
    one = fit(tensor, structure, init="random", seed=3).relative_error
    assert fit(tensor, structure, solver="compressed", seed=3).relative_error <= one * 1.01


def test_a_network_is_polished_as_it_is():
    structure = formats["cp"].build((9, 8, 7), 2)
    tensor = planted(structure, noise=0.05, seed=0)
    start = Network.random(structure, generator=generator())
    run = list(solvers["compressed"](max_sweeps=50).iterate(tensor, structure, init=start, generator=generator()))
    assert run[0].relative_error == pytest.approx(relative_error(tensor, start.to_tensor()))
    assert [snapshot.sweep for snapshot in run] == list(range(len(run)))


def test_it_is_cheaper_than_as_many_sweeps_on_the_tensor(monkeypatch):
    """Counted are the floating-point operations of the sweeps and of all products of matrices outside them."""
    structure = formats["cp"].build((60, 60, 60), 6)
    tensor = planted(structure, noise=0.1, seed=0)
    swept: list[float] = []
    sweep = SweepPlan.sweep

    def counted(plan, values, solve):
        swept.append(plan.flops)
        sweep(plan, values, solve)

    monkeypatch.setattr(SweepPlan, "sweep", counted)

    def cost(solver, **options):
        swept.clear()
        with FlopCounterMode(display=False) as products:
            error = fit(tensor, structure, solver=solver, **options).relative_error
        return sum(swept) + products.get_total_flops(), error

    ours, error = cost("compressed")
    theirs, other = cost("als", restarts=5, init="random", max_sweeps=50, tolerance=0)
    assert error < 1.01 * other
    assert 0 < ours < theirs / 2


def test_the_expected_error_counts_the_directions_that_were_chosen():
    """Of 10 x 5 entries, 2 x 5 are kept and 8 x 2 go into the choice of two directions: 24 freely measure the noise.

    Of the ten entries kept, a train of rank 1 over 2 x 5 takes seven; noise stays in three.
    """
    small = Small(torch.ones(2, 5), formats["tt"].build((2, 5), 1), {0: torch.eye(10)[:, :2]}, part=1.0, discarded=0.6)
    assert small.expected == pytest.approx(math.sqrt(0.36 + 3 * 0.36 / 24))
    assert small.error(0.5) == pytest.approx(math.hypot(0.6, 0.5))


@pytest.mark.parametrize("most", [2, 3, 5])
def test_starts_leave_a_sweep_for_the_whole_tensor(most):
    """On noise alone no two starts agree, so that ``max_sweeps`` ends them."""
    tensor = torch.randn(6, 6, 6, generator=generator(1), dtype=torch.float64)
    solver = solvers["compressed"](max_sweeps=most, tolerance=0.0, start_sweeps=2)
    run = list(solver.iterate(tensor, formats["tr"].build((6, 6, 6), 2), init="random", generator=generator()))
    assert [snapshot.sweep for snapshot in run] == list(range(most + 1))
    assert run[-1].status is Status.MAX_SWEEPS
