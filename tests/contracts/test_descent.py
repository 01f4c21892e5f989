"""A solver that descends never raises the error beyond rounding, on any format and kind of data."""

import pytest
import torch

from tests.contracts.data_kinds import KINDS, sample
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.solvers import solvers

ROUNDING = 1e-9  # of |X|
FORMATS = ("cp", "tucker", "tensor_train", "tensor_ring", "binary_tree", "fully_connected", "block_term")
DESCENDING = {"als": {"ridge": 0.0}, "hooi": {}, "lbfgs": {}, "levenberg_marquardt": {}, "nonnegative": {}}
CASES = [(name, family) for name in DESCENDING for family in solvers[name].fits or FORMATS]
MODES = (7, 6, 5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "family"), CASES)
def test_no_sweep_raises_the_error(name, family, kind):
    structure = formats[family].build(MODES, 3 if name == "als" else 2)
    solver = solvers[name](max_sweeps=12, tolerance=0.0, **DESCENDING[name])
    tensor = sample(kind, structure)
    for init in ("svd", "random"):
        before = float("inf")
        for snapshot in solver.iterate(tensor, structure, init=init, generator=torch.Generator().manual_seed(101)):
            error = relative_error(tensor, snapshot.network.to_tensor())
            assert snapshot.sweep < 2 or error <= before + ROUNDING
            before = error
