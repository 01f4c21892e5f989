"""Properties of all solvers, on every kind of data: errors, statuses, starts, and larger ranks."""

import pytest
import torch

from tests.contracts.data_kinds import KINDS, sample
from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.fitting.warm_start import warm_start
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.solvers import solvers
from tnlab.solvers.base import Status
from tnlab.solvers.closed_form_base import AbstractClosedForm
from tnlab.solvers.fit import fit

MODES = (6, 5, 4)
FORMATS = ("cp", "tucker", "tensor_ring")
FAMILIES = {
    name: [family for family in part.fits or FORMATS if not formats[family].refusal(len(MODES))]
    for name, part in solvers.items()
}
OBSERVED = [name for name, part in solvers.items() if part.takes == "observed"]
STARTED = [  # solvers that go on from a network
    (name, family)
    for name, families in FAMILIES.items()
    for family in families
    if name not in ("tt_cross", "progressive") and not issubclass(solvers[name], AbstractClosedForm)
]
FINAL = {torch.float64: 1e-12, torch.float32: 1e-6}  # of |X|
FEWER_FALL = 5  # times the tolerance, per sweep: a larger fall in two more sweeps is no convergence
TOLERANCE = 1e-6


def data_for(name, tensor):
    """Return the tensor as the data that a solver takes, and settings that make it quick."""
    if solvers[name].takes == "function":
        return TensorFunction(tuple(tensor.shape), lambda at: tensor[tuple(at.T)]), {}
    if solvers[name].takes == "observed":
        return Observed.from_mask(tensor, torch.ones_like(tensor, dtype=torch.bool)), {"held_out": 0.0}
    return tensor, {"steps_per_sweep": 2} if name == "adam" else {}


def fitted(name, tensor, structure, **settings):
    data, own = data_for(name, tensor)
    init = settings.pop("init", "svd")
    return fit(data, structure, init=init, solver=solvers[name](tolerance=TOLERANCE, **own, **settings))


def minimised(found):
    """Return what the solver minimises: the relative error, or its objective."""
    return found.relative_error if found.objective is None else found.objective


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FAMILIES)
def test_errors_and_statuses_are_those_of_an_explicit_check(name, kind):
    for family in FAMILIES[name]:
        structure = formats[family].build(MODES, 2)
        tensor = sample(kind, structure)
        for dtype, target in ((torch.float64, None), (torch.float32, None), (torch.float64, 0.3)):
            if target is not None and solvers[name].takes != "tensor":
                continue
            given = tensor.to(dtype)
            found = fitted(name, given, structure, max_sweeps=15, target_error=target)
            true = relative_error(given, found.network.to(torch.float64).to_tensor())
            assert found.relative_error == pytest.approx(true, rel=0, abs=FINAL[dtype] * max(1, true)), family
            assert found.status is not Status.EXACT or true < 1e-13
            assert found.status is not Status.REACHED or true <= target
            assert found.status is not Status.DIRECT or target is None or true <= target


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", OBSERVED)
def test_errors_over_known_entries_are_those_of_an_explicit_check(name, kind):
    mask = torch.rand(MODES, generator=torch.Generator().manual_seed(0)) < 0.7
    mask[0] = True  # of a sparse tensor too, some entries are not zero
    for family, dtype in zip(("tucker", "tensor_train", "tensor_ring", "block_term"), 2 * tuple(FINAL), strict=True):
        tensor = sample(kind, formats[family].build(MODES, 2)).to(dtype)
        for init in ("svd", "random"):
            solver = solvers[name](max_sweeps=12, held_out=0.0)
            found = fit(Observed.from_mask(tensor, mask), formats[family].build(MODES, 2), init=init, solver=solver)
            true = relative_error(tensor[mask], found.network.to(torch.float64).to_tensor()[mask])
            assert found.relative_error == pytest.approx(true, rel=0, abs=FINAL[dtype]), family


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", dict(STARTED))
def test_a_fit_that_has_converged_gains_nothing_by_two_more_sweeps(name, kind):
    for family in FAMILIES[name]:
        structure = formats[family].build(MODES, 2)
        tensor = sample(kind, structure, 1)
        found = fitted(name, tensor, structure, max_sweeps=60)
        if found.status is not Status.CONVERGED:
            continue
        more = fitted(name, tensor, found.structure, init=found.network, max_sweeps=2)
        assert minimised(found) - minimised(more) <= 2 * FEWER_FALL * TOLERANCE * minimised(found) + 1e-9, family


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "family"), STARTED)
def test_no_fit_ends_worse_than_its_start_nor_a_larger_rank_worse_than_a_smaller(name, family, kind):
    if solvers[name].nonnegative:
        pytest.skip("a warm start has entries of both signs, and clipped it is another start")
    small, large = (formats[family].build(MODES, rank) for rank in (1, 2))
    tensor = sample(kind, large)
    start = fitted(name, tensor, small, max_sweeps=5)
    wider = warm_start(start.network, large, generator=torch.Generator().manual_seed(0))
    before = relative_error(tensor, wider.to_tensor())
    assert before <= start.relative_error + 1e-9
    found = fitted(name, tensor, large, init=wider, max_sweeps=4)
    if found.objective is None:
        assert found.relative_error <= before + 1e-12 * max(1, before)
    else:
        assert found.objective <= float((tensor - wider.to_tensor()).abs().sum() / tensor.abs().sum()) + 1e-12
