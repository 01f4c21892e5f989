"""One fit of a page: where it starts, what it may cost, and which of its networks it ends with."""

import pytest
import torch

from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.edits import add_bond, set_rank
from tnlab.network.network import Network
from tnlab.solvers.base import Snapshot, Status
from tnlab_widgets.fitting.run import FitJob, FitRun, check_affordable, rewired, starting_point, thinned
from tnlab_widgets.fitting.visited import Visited, visit_key

MODES = (4,) * 4
TRAIN, RING = (formats[name].build(MODES, 2) for name in ("tt", "tr"))


@pytest.fixture
def cores(generator):
    def cores(structure):
        return Network(
            structure,
            tuple(torch.randn(shape, generator=generator, dtype=torch.float64) for shape in structure.core_shapes),
        )

    return cores


def job(tensor, structure, init="warm"):
    return FitJob(generation=1, tag=0, tensor=tensor, structure=structure, key=visit_key(structure), seed=0, init=init)


def test_error_curves_are_thinned_from_first_to_last():
    errors = [1 / (k + 1) for k in range(1000)]
    few = thinned(errors)
    assert len(few) == 200
    assert (few[0], few[-1]) == (errors[0], errors[-1])
    assert thinned(errors[:3]) == tuple(errors[:3])


def test_a_fit_starts_from_the_best_known_cores_of_its_structure(cores):
    known, last, tensor = cores(TRAIN), cores(set_rank(TRAIN, 0, 3)), torch.ones(MODES, dtype=torch.float64)
    visited = Visited()
    visited.record(visit_key(TRAIN), known, 0.5, "")
    start = starting_point(job(tensor, TRAIN), last, visited)
    assert all(one is other for one, other in zip(start.cores, known.cores, strict=True))
    assert starting_point(job(tensor, TRAIN, init="random"), last, visited) == "random"


def test_without_cores_of_these_modes_a_fit_starts_from_svd(cores):
    tensor = torch.ones(MODES, dtype=torch.float64)
    assert starting_point(job(tensor, TRAIN), None, Visited()) == "svd"
    other = formats["tt"].build((2, 2), 2)
    assert starting_point(job(tensor, TRAIN), cores(other), Visited()) == "svd"


def test_a_larger_rank_keeps_the_tensor_of_the_last_network(cores):
    last = cores(TRAIN)
    tensor = last.to_tensor()
    start = starting_point(job(tensor, set_rank(TRAIN, 1, 3)), last, Visited())
    assert start.structure.ranks == (2, 3, 2)
    assert relative_error(tensor, start.to_tensor()) < 0.1


def test_a_rewired_network_starts_from_the_better_of_svd_and_what_is_carried_over(cores):
    tensor = cores(TRAIN).to_tensor()
    start = starting_point(job(tensor, TRAIN), cores(RING), Visited())
    assert relative_error(tensor, start.to_tensor()) < 0.1  # that of SVD: a train of these ranks is exact but for noise


def test_a_tree_that_comes_about_or_three_bonds_are_a_rewiring():
    assert not rewired(TRAIN, set_rank(TRAIN, 0, 5))
    assert not rewired(TRAIN, add_bond(TRAIN, (0, 3), 2))
    assert rewired(RING, TRAIN)
    assert rewired(TRAIN, formats["tucker"].build(MODES, 2))


@pytest.mark.parametrize(("name", "rank", "words"), [("tt", 100, "an array of"), ("tr", 50, "Gflop")])
def test_a_sweep_that_would_take_too_long_is_refused(name, rank, words):
    check_affordable(TRAIN)
    with pytest.raises(StructureError, match=f"{words}.*Lower some ranks"):
        check_affordable(formats[name].build((8,) * 6, rank))


def test_a_run_ends_with_the_least_measured_error(cores):
    first, last = cores(TRAIN), cores(TRAIN)
    run = FitRun(job(torch.ones(MODES, dtype=torch.float64), TRAIN))
    run.take(Snapshot(sweep=1, relative_error=0.1, network=first, seconds=0.0))
    run.take(Snapshot(sweep=2, relative_error=0.2, network=last, seconds=0.0, status=Status.CONVERGED))
    assert set(run.candidates) == {first, last}
    run.finish("CONVERGED", "ended", {first: 0.25, last: 0.2})
    assert (run.network, run.relative_error, run.running) == (last, 0.2, False)
    assert (run.state, run.status, run.failure) == ("CONVERGED", "ended", "")
    assert run.errors == [0.1, 0.2]
