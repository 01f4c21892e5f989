"""The error that a fit ends with is that of its reconstruction, also from cores so large that they must cancel."""

import pytest
import torch

from tnlab import fit
from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.solvers import solvers
from tnlab.solvers.base import Status
from tnlab.solvers.closed_form_base import AbstractClosedForm
from tnlab.structure_search.evaluation import Proposal
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.objective import FewestParameters
from tnlab.structure_search.problem import Problem

MODES, RANK = (5, 4, 6, 4), 3
pytestmark = pytest.mark.filterwarnings("ignore::tnlab.errors.FewEntriesWarning")  # errors only, no prediction
FINAL = 1e-12  # of |X|: the error of a fit and of its last snapshot
RUNNING = 1e-3, 1e-9  # the error of a snapshot on the way: relative, or absolute
DTYPES = (torch.float64, torch.float32)
FORMATS = ("tensor_train", "tensor_ring", "cp", "tucker", "fully_connected")
STARTED = [name for name, part in solvers.items() if name != "tt_cross" and not issubclass(part, AbstractClosedForm)]
ANY = [(name, kind) for name, part in solvers.items() for kind in (part.fits or FORMATS)]
FIT = [(name, kind) for name in STARTED for kind in (solvers[name].fits or FORMATS)]


def smooth(dtype=torch.float64):
    """Return a tensor of norm 1 that no network here fits well."""
    generator = torch.Generator().manual_seed(9)
    clean = torch.randn(MODES, generator=generator, dtype=torch.float64).cumsum(0).cumsum(2)
    noise = torch.randn(MODES, generator=generator, dtype=torch.float64)
    return (clean / clean.norm() + 0.3 * noise / noise.norm()).to(dtype)


def cancelling(structure, size, bonds):
    """Return a network in which, on some bonds, two components of about ``size`` nearly cancel."""
    generator = torch.Generator().manual_seed(0)
    cores = list(Network.random(structure, generator=generator).cores)
    for bond in bonds:
        for turn, core in enumerate(structure.bonds[bond].cores):
            axis = structure.core_indices[core].index(structure.order + bond)
            array = cores[core].movedim(axis, 0).clone()
            array[1] = array[0] + torch.randn(array[0].shape, generator=generator, dtype=torch.float64) / size
            if turn == 0:
                array[:2] *= size
                array[1] *= -1
            cores[core] = array.movedim(0, axis).contiguous()
    return Network(structure, tuple(cores))


def explicit(tensor, network):
    return relative_error(tensor, network.to(torch.float64).to_tensor())


def fitted(name, tensor, structure, init):
    """Return a fit of a few sweeps and its snapshots."""
    part, seen = solvers[name], []
    settings = {"held_out": 0.0} if part.takes == "observed" else {}
    data = tensor
    if part.takes == "observed":
        data = Observed.from_mask(tensor, torch.ones_like(tensor, dtype=torch.bool))
    if part.takes == "function":
        data = TensorFunction(MODES, lambda at: tensor[tuple(at.T)])
    solver = part(max_sweeps=6, tolerance=0.0, **settings)
    return fit(data, structure, init=init, solver=solver, callback=seen.append), seen


def check(tensor, found, seen):
    true = explicit(tensor, found.network)
    assert found.relative_error == pytest.approx(true, abs=FINAL * max(1, true), rel=0)
    for snapshot in seen:
        true = explicit(tensor, snapshot.network)
        running = snapshot.status is Status.RUNNING
        limit = max(RUNNING[0] * true, RUNNING[1]) if running else FINAL * max(1, true)
        assert snapshot.relative_error == pytest.approx(true, abs=limit, rel=0, nan_ok=True)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize(("name", "kind"), ANY)
def test_from_ordinary_starts(name, kind, dtype):
    structure = formats[kind].build(MODES, RANK)
    for init in ("svd", "random"):
        check(smooth(dtype), *fitted(name, smooth(dtype), structure, init))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize(("name", "kind"), FIT)
def test_from_cores_that_cancel(name, kind, dtype):
    structure = formats[kind].build(MODES, RANK)
    every = range(len(structure.bonds))
    for size, bonds in ((1e3, (0,)), (1e6, (0,)), (1e8, every[-1:]), (1e6 ** (1 / len(every)), every)):
        start = cancelling(structure, size, bonds).to(dtype)
        check(smooth(dtype), *fitted(name, smooth(dtype), structure, start))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", [name for name, part in solvers.items() if part.takes == "observed"])
def test_errors_over_known_entries_are_those_of_the_reconstruction(name, kind, dtype):
    """The fitted and the held-out one of every snapshot, also from cores that cancel."""
    tensor, structure = smooth(dtype), formats[kind].build(MODES, RANK)
    known = Observed.random_part(tensor, 0.6)
    parts = known.split(0.25, generator=torch.Generator().manual_seed(3))
    for size in (1.0, 1e4, 1e8):
        start = cancelling(structure, size, (0,)).to(dtype)
        solver = solvers[name](max_sweeps=6, tolerance=0.0, held_out=0.25)
        for snapshot in solver.iterate(known, structure, init=start, generator=torch.Generator().manual_seed(3)):
            whole = snapshot.network.to(torch.float64).to_tensor()
            for part, found in zip(parts, (snapshot.relative_error, snapshot.held_out_error), strict=True):
                true = relative_error(part.values, whole[tuple(part.indices.T)])
                assert found == pytest.approx(true, abs=FINAL * max(1, true), rel=0, nan_ok=True)


def test_an_evaluation_carries_the_measured_error():
    """Also where sweeps are none, the tensor is float32 and the cores are so large that float32 sums are wrong."""
    tensor = smooth(torch.float32)
    structure = formats["fully_connected"].build(MODES, RANK)
    evaluator = Evaluator(Problem(tensor, FewestParameters(0.01), "any"))
    for sweeps in (0, 1, 5):
        start = cancelling(structure, 1e5, (0,)).to(torch.float32)
        found = evaluator(Proposal(structure, start, sweeps, starts=1), float("inf"), float("inf"))
        assert found.relative_error == pytest.approx(explicit(tensor, found.network), rel=1e-12)


def test_a_target_is_reached_only_by_what_was_measured():
    """A fit that says so has an error within the target, to the last digit."""
    tensor = smooth()
    structure = formats["tensor_ring"].build(MODES, RANK)
    for size in (1.0, 1e5):
        history = fit(tensor, structure, init=cancelling(structure, size, (1,)), max_sweeps=20, tolerance=0.0).history
        for target in sorted(history)[:3]:
            init = cancelling(structure, size, (1,))
            found = fit(tensor, structure, init=init, max_sweeps=20, tolerance=0.0, target_error=target)
            true = explicit(tensor, found.network)
            assert found.relative_error == true
            assert (found.status is Status.REACHED) == (true <= target)
