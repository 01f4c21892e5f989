"""Closed forms: the runs that are tried, and how rounding is kept out of the error asked for."""

import itertools
from dataclasses import replace

import pytest
import torch

from tnlab.errors import DataError
from tnlab.fitting.truncation import closed_form as closed_form_module
from tnlab.fitting.truncation.closed_form import (
    FEW,
    MANY,
    TIGHTER,
    Closed,
    closed_form,
    finish,
    rounding,
    ways,
    within,
)
from tnlab.fitting.truncation.tree_svd import Goal, peel
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.network import Network

STRUCTURE = formats["tt"].build((6, 7, 8, 5), 3)


@pytest.mark.parametrize("entries", [FEW, MANY, MANY + 1])
@pytest.mark.parametrize("error", [None, 0.1])
def test_the_ways_differ_and_large_tensors_have_few(entries, error):
    found = ways(error, None, 6, entries)
    assert len({(goal.share, goal.late) for goal in found}) == len(found)
    assert len(found) == {(FEW, None): 2, (FEW, 0.1): 6, (MANY, 0.1): 2}.get((entries, error), 1)
    assert all(goal.error == error for goal in found)
    assert ways(error, None, 1, entries) == found[:1]
    if entries > FEW:  # they begin with the same unfolding
        assert not any(goal.late for goal in found)


def attempts(network, excess):
    """Return a truncation whose error is the one asked for plus an excess, and the budgets it was asked for."""
    asked = []

    def attempt(budget):
        asked.append(budget)
        return Closed(network, budget + excess, budget + excess)

    return attempt, asked


def test_a_budget_is_lowered_until_the_measured_error_is_kept(generator):
    network = Network.random(STRUCTURE, generator=generator)
    attempt, asked = attempts(network, 0.004)
    assert within(0.1, attempt, 4, torch.float64).relative_error <= 0.1
    assert len(asked) == 3
    assert all(later < earlier for earlier, later in itertools.pairwise(asked))


def test_an_error_that_is_never_kept_is_an_error(generator):
    attempt, asked = attempts(Network.random(STRUCTURE, generator=generator), 1.0)
    with pytest.raises(DataError, match="cannot be brought below"):
        within(0.1, attempt, 4, torch.float64)
    assert len(asked) == len(TIGHTER)
    assert asked == sorted(asked, reverse=True)
    assert 0 < asked[-1] < asked[0] <= 0.1
    with pytest.raises(DataError, match="rounding alone"):
        within(rounding(4, torch.float32) / 2, attempt, 4, torch.float32)


def test_ranks_are_kept_and_the_error_is_true_and_bounded(generator):
    tensor = torch.randn(STRUCTURE.modes, generator=generator)
    found = closed_form(tensor, STRUCTURE, None)
    assert found.network.structure == STRUCTURE
    assert found.relative_error == pytest.approx(relative_error(tensor, found.network.to_tensor()))
    assert found.relative_error <= found.upper_bound


def test_more_tries_never_take_more_parameters(generator):
    tensor = torch.randn(STRUCTURE.modes, generator=generator)
    sizes = [closed_form(tensor, STRUCTURE, 0.5, tries=count).network.parameters for count in (1, 2, 6)]
    assert sizes == sorted(sizes, reverse=True)


def test_float32_cores_are_measured_as_they_are(generator):
    exact = Network.random(STRUCTURE, generator=generator).to_tensor().float()
    found = closed_form(exact, STRUCTURE, None)
    assert {core.dtype for core in found.network.cores} == {torch.float32}
    true = relative_error(exact.double(), found.network.to(torch.float64).to_tensor())
    assert found.relative_error == pytest.approx(true, rel=1e-6)
    assert 0 < true <= found.upper_bound


def test_a_loss_that_rounding_makes_negative_is_none(generator):
    exact = Network.random(STRUCTURE, generator=generator).to_tensor()
    total = float(exact.square().sum())
    peeled = peel(exact.numpy(), STRUCTURE, Goal(None), total=total)
    found = finish(exact, replace(peeled, lost=-1e-17 * total), total)
    assert 0 <= found.relative_error < 1e-12


def test_no_run_follows_one_of_the_least_ranks(monkeypatch):
    """Of a train of ranks 3 no bond can be lower; of noise, a division of the error may save a rank."""
    runs = []
    monkeypatch.setattr(closed_form_module, "peel", lambda *args, **how: runs.append(args) or peel(*args, **how))
    train = Network.random(formats["tt"].build((6,) * 4, 3), generator=torch.Generator().manual_seed(0)).to_tensor()
    structure = formats["tt"].build((6,) * 4, 1)
    assert closed_form(train, structure, 1e-6, tries=3).network.structure.ranks == (3, 3, 3)
    assert len(runs) == 1
    noise = torch.randn((6,) * 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    closed_form(noise, structure, 0.5, tries=3)
    assert len(runs) == 4
