"""Every solver refuses what would not fit in memory, before it allocates it."""

from bisect import bisect_left

import pytest
import torch
from tnlab.fitting.memory_needs import require_closed_form

from tnlab.errors import StructureError
from tnlab.fitting import memory
from tnlab.formats import formats
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


def least_memory(require, *arguments):
    """Return the bytes from which on a fit is not refused."""

    def fits(size):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(memory, "SPARE", 0)
            patch.setenv("TNLAB_MEMORY", str(size))
            try:
                require(*arguments)
            except StructureError:
                return False
            return True

    return bisect_left(range(2**40), True, lo=1, key=fits)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("error", [None, 1e-6], ids=["to ranks", "to an error"])
def test_a_truncation_of_a_transposed_tensor_counts_its_copy(dtype, error):
    """The copy stays beside whatever else is needed."""
    structure = formats["tucker"].build((16,) * 4, 4)
    tensor = torch.ones(structure.modes, dtype=dtype)
    in_order = least_memory(require_closed_form, tensor, structure, error)
    turned = least_memory(require_closed_form, tensor.movedim(0, -1), structure, error)
    assert turned - in_order == tensor.numel() * dtype.itemsize
