"""What the page reads of fits, visits, bounds and minima: plain data, of which JSON can say every number."""

import json

import numpy as np
import pytest
import torch

from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.error_bound import error_bound
from tnlab.bounds.parameter_bound import parameter_bound
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.solvers.base import Status
from tnlab_widgets.fitting.certifier_desk import Bound, Minimum
from tnlab_widgets.fitting.reports import LEFT, bound_state, fit_state, minimum_state, spectra, visit_records
from tnlab_widgets.fitting.run import FitJob, FitRun
from tnlab_widgets.fitting.visited import Visited

MODES = (3, 3, 3)
TRAIN = formats["tt"].build(MODES, 1)


@pytest.fixture
def tensor(generator):
    return torch.randn(MODES, generator=generator, dtype=torch.float64)


def test_a_fit_stands_for_the_edit_that_it_answers(tensor):
    job = FitJob(generation=4, tag=7, tensor=tensor, structure=TRAIN, key=TRAIN, seed=3)
    state = fit_state(FitRun(job).progress(job, paused=True), edit="a:9")
    assert (state["edit"], state["generation"], state["seed"], state["paused"]) == ("a:9", 4, 3, True)
    assert state["status"] == "Paused after sweep 0."
    assert state["relative_error"] is None
    json.dumps(state, allow_nan=False)


def test_only_the_current_visit_can_be_running():
    visited = Visited()
    for rank in (1, 2):
        visited.remember(formats["tt"].build(MODES, rank), 0.5, Status.RUNNING.value)
    assert [visit["status"] for visit in visit_records(visited, current=2)] == [LEFT, Status.RUNNING.value]
    assert [visit["parameters"] for visit in visit_records(visited)] == [9, 24]


def test_the_spectrum_of_a_bond_is_that_of_the_matrix_that_its_cut_unfolds(generator):
    structure = formats["tt"].build((3, 4), 2)
    cores = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in structure.core_shapes]
    network = Network(structure, tuple(cores))
    expected = np.linalg.svd(network.to_tensor().numpy(), compute_uv=False)[:2]
    assert spectra(network)[0] == pytest.approx(expected / np.linalg.norm(expected))


def test_a_bound_names_its_cut_unless_it_proves_nothing(tensor):
    found = CutSpectra(tensor)
    proof = error_bound(found, TRAIN)
    state = bound_state(
        Bound(structure=TRAIN, certificate=proof, one_more=(0.1, 0.1), all_cuts=3, complete=True), "a:2", 5
    )
    assert 0 < state["error_bound"] == proof.error_bound
    assert state["cut"]
    assert state["spectrum"] == pytest.approx(found.singular_values(proof.cut).tolist())
    nothing = bound_state(
        Bound(
            structure=TRAIN,
            certificate=error_bound(found, formats["tt"].build(MODES, 9)),
            one_more=(0.0, 0.0),
            all_cuts=3,
            complete=True,
        ),
        "a:2",
        5,
    )
    assert (nothing["error_bound"], nothing["cut"], nothing["crossing"], nothing["spectrum"]) == (0.0, [], [], [])
    json.dumps([state, nothing], allow_nan=False)


def test_the_fewest_parameters_are_sent_as_far_as_they_are_known(tensor):
    unknown = minimum_state(Minimum(0.1, None, True))
    assert (unknown["parameters"], unknown["proved"], unknown["running"]) == (None, False, True)
    found = parameter_bound(CutSpectra(tensor), 0.9)
    known = minimum_state(Minimum(0.9, found, False))
    assert known["parameters"] == found.parameters
    assert found.incumbent is not None
    assert known["gap"] == pytest.approx(found.incumbent / found.parameters - 1)
    json.dumps([unknown, known], allow_nan=False)
