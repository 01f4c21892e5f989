"""What a fit takes is predicted, kept small on large tensors, and refused where it does not fit."""

import json
import subprocess
import sys
import tracemalloc
from bisect import bisect_left
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tnlab import Network, fit
from tnlab.errors import StructureError
from tnlab.fitting import memory
from tnlab.fitting.memory import predicted_memory, require_closed_form, require_memory
from tnlab.fitting.svd_start import svd_start
from tnlab.fitting.sweep.plan import explicit_plan, plan_sweep
from tnlab.fitting.sweep.steps import ExplicitUpdate, Multiply
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.structure import Bond, Core, Structure
from tnlab.solvers.base import solvers
from tnlab.solvers.progressive import Progressive

SCRIPT = """
import json, re, resource, sys, torch
torch.set_num_threads(1)
from tnlab import fit
from tnlab.formats import formats
from tnlab.fitting.memory import predicted_memory
from tnlab.fitting.sweep.plan import plan_sweep
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) * 1024
resident = lambda: int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
name, solver, modes, rank = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), int(sys.argv[4])
structure = formats[name].build(modes, rank)
fit(torch.ones(40, 40, 40), formats[name].build((40, 40, 40), 2), max_sweeps=2, solver=solver)
before = resident()
tensor = torch.empty(tuple(modes))
generator = torch.Generator().manual_seed(0)
for part in tensor.reshape(-1).split(2**16):
    part.copy_(torch.randn(part.shape, generator=generator))
made = resident()
fit(tensor, structure, solver=solver, max_sweeps=2)
size = tensor.numel() * tensor.element_size()
told = predicted_memory(plan_sweep(structure), tensor.dtype).peak
print(json.dumps({"made": (made - before) / size, "peak": (peak() - before) / size, "told": told / size}))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc to measure")
@pytest.mark.parametrize(
    ("name", "solver", "modes", "rank"),
    [("tr", "als", (63,) * 4, 5), ("cp", "compressed", (250,) * 3, 8)],
)
def test_a_fit_of_ten_million_entries_stays_within_four_times_the_tensor(name, solver, modes, rank):
    """The largest resident size, measured in a process of its own: it never falls in this one."""
    command = [sys.executable, "-c", SCRIPT, name, solver, json.dumps(modes), str(rank)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["made"] > 0.9  # the measure sees the tensor itself
    assert found["peak"] < 4
    assert found["peak"] < found["told"] + memory.SPARE / (4 * modes[0] ** len(modes))


def test_a_start_from_sketches_is_as_good():
    structure = formats["tt"].build((40, 40, 40, 40), 4)
    generator = torch.Generator().manual_seed(0)
    tensor = Network.random(structure, generator=generator).to_tensor()
    noise = torch.randn(tensor.shape, generator=generator, dtype=torch.float64)
    tensor = tensor / tensor.norm() + 0.1 * noise / noise.norm()

    def error():
        return relative_error(tensor, svd_start(tensor, structure, generator=generator).to_tensor())

    with pytest.MonkeyPatch.context() as patch:
        full = error()
        patch.setattr("tnlab.fitting.svd_start.WIDE", 30)
        sketched = error()
    assert sketched < full * 1.1


def test_more_than_is_free_is_refused_with_numbers_and_a_way_out(monkeypatch):
    tensor = torch.ones(60, 60, 60, 60, dtype=torch.float64)
    structure = formats["tr"].build(tensor.shape, 5)
    monkeypatch.setenv("TNLAB_MEMORY", "100M")
    with pytest.raises(StructureError, match=r"needs [\d.]+ MiB besides .* 98.9 MiB, but 100.0 MiB are free") as caught:
        fit(tensor, structure)
    assert "X.float()" in str(caught.value)
    assert "TNLAB_MEMORY" in str(caught.value)
    monkeypatch.setenv("TNLAB_MEMORY", "8G")
    require_memory(plan_sweep(structure), tensor)


def test_a_sweep_takes_what_was_predicted():
    """Permuted operands of a product are copied, and count: here they are a quarter of all bytes."""
    structure = formats["fully_connected"].build((16,) * 4, 2)
    plan = plan_sweep(structure)
    tensor, cores = np.zeros((16,) * 4), [np.zeros(shape) for shape in structure.core_shapes]
    plan.sweep(plan.start(tensor, list(cores)), lambda _, right, __: right)  # what is made once does not count
    tracemalloc.start()
    try:
        plan.sweep(plan.start(tensor, [core.copy() for core in cores]), lambda _, right, __: right)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak == pytest.approx(predicted_memory(plan, torch.float64).sweep, rel=0.1)


def test_what_a_structure_needs_is_known_without_a_tensor():
    ring = plan_sweep(formats["tr"].build((100,) * 4, 6))
    told = predicted_memory(ring, torch.float32)
    assert told.tensor == 4 * 10**8
    assert told.peak < 4 * told.tensor
    assert predicted_memory(ring, torch.float64).peak > told.peak
    assert predicted_memory(ring, torch.float32, svd=False).start == 0


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
    """The contiguous copy is counted on top of all other arrays."""
    structure = formats["tucker"].build((16,) * 4, 4)
    tensor = torch.ones(structure.modes, dtype=dtype)
    in_order = least_memory(require_closed_form, tensor, structure, error)
    turned = least_memory(require_closed_form, tensor.movedim(0, -1), structure, error)
    assert turned - in_order == tensor.numel() * dtype.itemsize


MATRIX = formats["tt"].build((20, 30), 3)  # cores of 60 and 90 entries


def test_the_bytes_of_a_matrix_factorisation_are_those_counted_by_hand():
    """The update of the second core takes six arrays of its own 90 entries on top of every register.

    Registers are the cores (60 and 90 entries), a Gram matrix of each (9), and the matrix times each (60 and 90). The
    cores are held four times more. An error is measured with four arrays of the tensor's size.
    """
    told = predicted_memory(plan_sweep(MATRIX), torch.float64)
    assert told.sweep == (60 + 90 + 9 + 9 + 60 + 90 + 6 * 90 + 4 * (60 + 90)) * 8
    assert told.residual == 4 * 600 * 8
    assert (told.tensor, told.layout) == (600 * 8, 0)
    large = formats["tt"].build((10 * memory.SLAB, 2), 1)
    assert predicted_memory(plan_sweep(large), torch.float64).residual == 4 * memory.SLAB * 8


def products(structure):
    return [step for step in plan_sweep(structure).steps if isinstance(step, Multiply)]


def test_a_product_takes_its_result_and_the_copies_of_permuted_operands():
    """The matrix times the second core has 60 entries; of a float32 matrix they are there in float32 as well."""
    with_tensor = next(step for step in products(MATRIX) if step.left == 0)
    held = {0: 0, 1: 480, 2: 720}
    assert memory._step_bytes(with_tensor, MATRIX, held, 8) == 60 * 8
    assert memory._step_bytes(with_tensor, MATRIX, held, 4) == 60 * (8 + 4)
    pair = with_tensor.pair
    turned = replace(with_tensor, pair=replace(pair, left=replace(pair.left, axes=(1, 0))))
    assert memory._step_bytes(turned, MATRIX, held, 4) == 60 * (8 + 4) + 600 * 4
    assert memory._step_bytes(turned, MATRIX, held, 8) == 60 * 8 + 600 * 8
    gram = next(step for step in products(MATRIX) if step.left != 0)
    assert memory._step_bytes(gram, MATRIX, held, 4) == 9 * 8


def test_an_explicit_update_takes_three_arrays_and_the_tensor_where_it_is_turned():
    steps = [step for step in explicit_plan(MATRIX).steps if isinstance(step, ExplicitUpdate)]
    for step in steps:
        assert memory._step_bytes(replace(step, tensor_axes=None), MATRIX, {}, 4) == 3 * step.size * 8
        assert memory._step_bytes(replace(step, tensor_axes=(1, 0)), MATRIX, {}, 4) == 3 * step.size * 8 + 600 * 4
    assert len(steps) == 2


def test_a_tensor_out_of_order_is_copied_once():
    crossed = Structure((4, 5, 6), (Core((1,)), Core((0,)), Core((2,))), (Bond((0, 1), 2), Bond((1, 2), 3)))
    for structure, contiguous, copied in (
        (MATRIX, True, 0),
        (MATRIX, False, 600 * 4),
        (crossed, True, 120 * 4),
        (crossed, False, 120 * 4),
    ):
        told = predicted_memory(plan_sweep(structure), torch.float32, contiguous=contiguous)
        assert told.layout == copied


def test_a_random_start_is_advised_only_where_the_start_takes_the_most(monkeypatch):
    """Here the start or the measured error takes the most, as the ranks are small; a random start needs no advice."""
    structure = formats["tt"].build((40, 40, 40), 1)
    tensor = torch.ones(structure.modes, dtype=torch.float64)
    monkeypatch.setenv("TNLAB_MEMORY", "1K")
    for svd in (True, False):
        with pytest.raises(StructureError) as caught:
            require_memory(plan_sweep(structure), tensor, svd=svd)
        assert ("init='random'" in str(caught.value)) == svd
    with pytest.raises(StructureError) as caught:
        require_memory(plan_sweep(structure), tensor, besides=10**9)
    assert "init='random'" not in str(caught.value)
