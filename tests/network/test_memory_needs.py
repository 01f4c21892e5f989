"""Every solver refuses what would not fit in memory, before it allocates it."""

import pytest
import torch

from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.network import memory
from tnlab.solvers.base import solvers
from tnlab.solvers.progressive import Progressive

FORMATS = {
    "hooi": "tucker",
    "hosvd": "tucker",
    "st_hosvd": "tucker",
    "tr_svd": "tr",
    "tree_svd": "ht",
    "tt_svd": "tt",
}
SOLVERS = ["adam", "als", "completion_als", "completion_lbfgs", "lbfgs", "levenberg_marquardt", "nonnegative"]


def first_snapshot(name):
    structure = formats[FORMATS.get(name, "tt")].build((16,) * 4, 4)
    tensor = torch.rand(structure.modes, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    solver = solvers[name](max_sweeps=1)
    return next(solver.iterate(tensor, structure, generator=torch.Generator().manual_seed(0)))


@pytest.mark.parametrize("name", [*SOLVERS, "progressive", "robust", *FORMATS])
def test_more_than_is_free_is_refused_by_every_solver(name, monkeypatch):
    """What it needs is some multiple of the tensor's own 512 KiB, or a good part of it where it is truncated."""
    monkeypatch.setattr(memory, "SPARE", 0)
    monkeypatch.setenv("TNLAB_MEMORY", "100K")
    with pytest.raises(StructureError, match=r"needs [\d.]+ [KM]iB besides .* 100.0 KiB are free. Lower") as caught:
        first_snapshot(name)
    assert "TNLAB_MEMORY" in str(caught.value)
    monkeypatch.setenv("TNLAB_MEMORY", "64M")
    assert first_snapshot(name).relative_error < 2


def test_progressive_is_refused_at_the_ranks_it_grows_to(monkeypatch):
    monkeypatch.setattr(memory, "SPARE", 0)
    structure = formats["fully_connected"].build((6,) * 4, 6)
    tensor = torch.rand(structure.modes, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    monkeypatch.setenv("TNLAB_MEMORY", "1M")
    seen = []
    run = Progressive(sweeps_per_rank=1).iterate(tensor, structure, generator=torch.Generator().manual_seed(0))
    with pytest.raises(StructureError, match="are free"):
        seen.extend(snapshot.sweep for snapshot in run)
    assert len(seen) > 1


def test_the_dense_system_of_levenberg_marquardt_counts(monkeypatch):
    structure = formats["tt"].build((10,) * 3, 8)
    tensor = torch.ones(structure.modes, dtype=torch.float64)
    monkeypatch.setattr(memory, "SPARE", 0)
    monkeypatch.setenv("TNLAB_MEMORY", "4M")
    next(solvers["lbfgs"]().iterate(tensor, structure, generator=torch.Generator().manual_seed(0)))
    with pytest.raises(StructureError, match="MiB besides"):
        next(solvers["lm"]().iterate(tensor, structure, generator=torch.Generator().manual_seed(0)))
