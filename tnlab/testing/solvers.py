"""What every solver must do; import it to test one of your own.

Example:
    ``class TestMine(SolverContract): solver = "mine"`` is the whole test file, once your module is imported.
"""

import math

import pytest
import torch

from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.solvers.base import Snapshot, Status, solvers


class SolverContract:
    """Tests over one solver by its registered name; ``structure`` may be replaced by one it can fit."""

    solver: str
    structure = formats["tensor_train"].build((5, 4, 6), 2)

    def tensor(self, dtype: torch.dtype = torch.float64, noise: float = 0.1) -> torch.Tensor:
        """Return a planted tensor of norm about 1 with relative noise."""
        generator = torch.Generator().manual_seed(3)
        clean = Network.random(self.structure, generator=generator).to_tensor()
        disturbance = torch.randn(clean.shape, generator=generator, dtype=torch.float64)
        return (clean / clean.norm() + noise * disturbance / disturbance.norm()).to(dtype)

    def snapshots(self, tensor: torch.Tensor, *, seed: int = 0, max_sweeps: int = 30) -> list[Snapshot]:
        """Run the solver to its end."""
        engine = solvers[self.solver](max_sweeps=max_sweeps)
        return list(engine.iterate(tensor, self.structure, generator=torch.Generator().manual_seed(seed)))

    def test_yields_snapshots_from_sweep_0_to_a_final_status(self) -> None:
        """The first snapshot is the start, the last one alone carries a final status."""
        run = self.snapshots(self.tensor())
        assert [snapshot.sweep for snapshot in run] == list(range(len(run)))
        assert all(snapshot.status is Status.RUNNING for snapshot in run[:-1])
        assert run[-1].status is not Status.RUNNING
        assert all(snapshot.network.structure == self.structure for snapshot in run)

    def test_reports_the_true_error_in_float64(self) -> None:
        """The reported error is that of the explicit reconstruction."""
        tensor = self.tensor()
        for snapshot in self.snapshots(tensor):
            true = relative_error(tensor, snapshot.network.to_tensor())
            assert math.isclose(snapshot.relative_error, true, rel_tol=1e-5, abs_tol=1e-7)

    def test_gets_down_to_the_noise(self) -> None:
        """A planted structure is fitted to about the noise that was added."""
        assert self.snapshots(self.tensor(), max_sweeps=300)[-1].relative_error < 0.11

    def test_follows_float32(self) -> None:
        """Cores come back in the tensor's dtype."""
        last = self.snapshots(self.tensor(torch.float32), max_sweeps=300)[-1]
        assert last.network.cores[0].dtype == torch.float32
        assert last.relative_error < 0.11

    def test_same_seed_same_floats(self) -> None:
        """Two runs with one seed agree to the last bit."""
        first, second = (self.snapshots(self.tensor(), seed=5) for _ in range(2))
        assert [s.relative_error for s in first] == [s.relative_error for s in second]

    def test_leaves_the_tensor_as_it_was(self) -> None:
        """Nothing that was passed in is changed, and old snapshots stay what they were."""
        tensor = self.tensor()
        copy = tensor.clone()
        engine = solvers[self.solver](max_sweeps=5)
        run = engine.iterate(tensor, self.structure, generator=torch.Generator().manual_seed(0))
        kept = [(snapshot, snapshot.network.to_tensor().clone()) for snapshot in run]
        assert torch.equal(tensor, copy)
        assert all(torch.equal(snapshot.network.to_tensor(), before) for snapshot, before in kept)

    @pytest.mark.parametrize("bad", [float("nan"), float("inf")])
    def test_refuses_what_is_not_finite(self, bad: float) -> None:
        """NaN and infinity are refused before the first sweep."""
        tensor = self.tensor()
        tensor[0, 0, 0] = bad
        with pytest.raises(ValueError, match="1 of 120 entries"):
            self.snapshots(tensor)
