"""The contract suite of solvers: tests that every registered solver must pass.

Example:
    ``class TestMine(SolverContract): solver = "mine"`` is the whole test file, once your module is imported.
"""

import math
from typing import Any

import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Snapshot, Status, solvers
from tnlab.solvers.fit import Fit, fit

FINAL = 1e-12  # of |X|: the error of a fit and of its last snapshot, to that of the reconstruction in float64
RUNNING = 1e-3, 1e-9  # the error of a snapshot on the way: relative, or absolute
UNREACHED = 10**9  # looks at a limit, more than a fit here takes
LOOKS_AFTER = 5  # looks at a limit that was reached before: each loop within a loop may take one


def explicit_error(tensor: torch.Tensor, found: Fit | Snapshot) -> float:
    """Return the relative error of the cores of a fit or snapshot, from their reconstruction in float64."""
    return relative_error(tensor, found.network.to(torch.float64).to_tensor())


class Countdown:
    """A limit that is reached at one of the looks at it, whatever the time.

    Args:
        last: Number of the look, from 1.

    Attributes:
        looks: Number of looks so far.
    """

    def __init__(self, last: int) -> None:
        self.looks, self._last = 0, last

    @property
    def reached(self) -> bool:
        """Whether the limit is reached."""
        return self.looks >= self._last

    def __call__(self) -> bool:
        """Look at the limit: return whether it is reached."""
        self.looks += 1
        return self.reached

    def clock(self) -> float:
        """Return a time that goes on by a second with every look; it starts at 0, when the deadline is set."""
        self.looks += 1
        return self.looks - 1.0


class SolverContract:
    """Contract tests of one solver, given by its registered name, on the first of the formats that it can fit."""

    solver: str

    @property
    def part(self) -> type[AbstractSolver]:
        """The registered solver."""
        return solvers[self.solver]

    @property
    def structure(self) -> Structure:
        """The structure to fit: modes 5x4x6, of the first format that the solver can fit."""
        return formats[(self.part.fits or ("tensor_train",))[0]].build((5, 4, 6), getattr(self.part, "sure_of", 2))

    def tensor(self, dtype: torch.dtype = torch.float64, noise: float = 0.1) -> torch.Tensor:
        """Return a planted tensor of norm about 1 plus noise; from nonnegative cores for a nonnegative solver."""
        generator = torch.Generator().manual_seed(3)
        network = Network.random(self.structure, generator=generator)
        if self.part.nonnegative:
            network = Network(self.structure, tuple(core.abs() for core in network.cores))
        clean = network.to_tensor()
        disturbance = torch.randn(clean.shape, generator=generator, dtype=torch.float64)
        return (clean / clean.norm() + noise * disturbance / disturbance.norm()).to(dtype)

    def data(self, tensor: torch.Tensor) -> Any:
        """Return the tensor as the data that the solver takes: itself, observed entries, or a function."""
        if self.part.takes == "observed":
            return Observed.from_mask(tensor, torch.ones_like(tensor, dtype=torch.bool))
        if self.part.takes == "function":
            return TensorFunction(tuple(tensor.shape), lambda at: tensor[tuple(at.T)])
        return tensor

    def snapshots(self, tensor: torch.Tensor, *, seed: int = 0, max_sweeps: int = 30) -> list[Snapshot]:
        """Return all snapshots of one run of the solver."""
        settings = {"held_out": 0.0} if self.part.takes == "observed" else {}
        chosen = self.part(max_sweeps=max_sweeps, **settings)
        data = self.data(tensor)
        return list(chosen.iterate(data, self.structure, generator=torch.Generator().manual_seed(seed)))

    def test_yields_snapshots_from_sweep_0_to_a_final_status(self) -> None:
        """The first snapshot is the start, the last one alone carries a final status."""
        run = self.snapshots(self.tensor())
        assert [snapshot.sweep for snapshot in run] == list(range(len(run)))
        assert all(snapshot.status is Status.RUNNING for snapshot in run[:-1])
        assert run[-1].status is not Status.RUNNING
        assert all(snapshot.network.structure == self.structure for snapshot in run)

    @pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
    def test_reports_the_true_error_in_float64(self, dtype: torch.dtype) -> None:
        """The error is that of the explicit reconstruction: the last one to ``FINAL``, the others as estimates."""
        tensor = self.tensor(dtype)
        for snapshot in self.snapshots(tensor):
            true = explicit_error(tensor, snapshot)
            running = snapshot.status is Status.RUNNING
            allowed = max(RUNNING[0] * true, RUNNING[1]) if running else FINAL
            assert math.isclose(snapshot.relative_error, true, rel_tol=0.0, abs_tol=allowed)

    @pytest.mark.parametrize("stop", ["cancel", "max_seconds"])
    def test_stops_with_measured_cores(self, stop: str) -> None:
        """A limit that is reached at any of the looks at it ends the fit ``STOPPED``, with cores of the error it tells.

        Looks are counted in place of seconds. No snapshot is told after the limit was reached.
        """
        tensor = self.tensor()
        everything = self.cut_short(tensor, stop, UNREACHED)[1].looks
        for last in sorted({1, 2, 3, everything // 2, everything}):
            found, countdown, late = self.cut_short(tensor, stop, last)
            assert last > 2 or countdown.reached, "The fit hardly looks at its limit."
            if countdown.reached:  # always, but where another thread looks
                assert found.status is Status.STOPPED
                assert late == 0
                assert countdown.looks - last <= LOOKS_AFTER
            assert found.structure == self.structure
            assert all(bool(core.isfinite().all()) for core in found.network.cores)
            assert math.isclose(found.relative_error, explicit_error(tensor, found), rel_tol=0.0, abs_tol=FINAL)

    def cut_short(self, tensor: torch.Tensor, stop: str, last: int) -> tuple[Fit, "Countdown", int]:
        """Return a fit whose limit is reached at a look, the count of looks, and the snapshots told after that look."""
        countdown, late = Countdown(last), 0

        def tell(_: Snapshot) -> None:
            nonlocal late
            late += countdown.reached

        settings = {"held_out": 0.0} if self.part.takes == "observed" else {}
        solver = self.part(max_sweeps=8, tolerance=0.0, **settings)
        with pytest.MonkeyPatch.context() as patch:
            if stop == "max_seconds":
                patch.setattr("time.monotonic", countdown.clock)
            limit: Any = {"cancel": countdown} if stop == "cancel" else {"max_seconds": last - 1}
            found = fit(self.data(tensor), self.structure, solver=solver, callback=tell, **limit)
        return found, countdown, late

    def test_gets_down_to_the_noise(self) -> None:
        """A planted structure is fitted to about the noise that was added."""
        assert self.snapshots(self.tensor(), max_sweeps=300)[-1].relative_error < 0.11

    def test_follows_float32(self) -> None:
        """Cores come back in the tensor's dtype."""
        last = self.snapshots(self.tensor(torch.float32), max_sweeps=300)[-1]
        assert last.network.cores[0].dtype == torch.float32
        assert last.relative_error < 0.11

    def test_same_seed_same_floats(self) -> None:
        """Two runs with one seed agree to rounding, which depends on where in memory arrays lie."""
        first, second = (self.snapshots(self.tensor(), seed=5) for _ in range(2))
        assert [s.relative_error for s in first] == pytest.approx([s.relative_error for s in second], rel=1e-7)

    def test_leaves_the_tensor_as_it_was(self) -> None:
        """A run changes neither the tensor nor the networks of earlier snapshots."""
        tensor = self.tensor()
        copy = tensor.clone()
        run = self.part(max_sweeps=5).iterate(
            self.data(tensor), self.structure, generator=torch.Generator().manual_seed(0)
        )
        kept = [(snapshot, snapshot.network.to_tensor().clone()) for snapshot in run]
        assert torch.equal(tensor, copy)
        assert all(torch.equal(snapshot.network.to_tensor(), before) for snapshot, before in kept)

    @pytest.mark.parametrize("bad", [float("nan"), float("inf")])
    def test_refuses_what_is_not_finite(self, bad: float) -> None:
        """NaN and infinity are refused before the first sweep."""
        tensor = self.tensor()
        tensor[0, 0, 0] = bad
        with pytest.raises(ValueError, match=r"1 of 120 entries|at \[0, 0, 0\]"):
            self.snapshots(tensor)
