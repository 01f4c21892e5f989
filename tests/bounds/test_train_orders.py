"""The order of the modes along a train is the cheapest of all orders, and no worse than the given one."""

import itertools

import pytest
import torch

from tnlab.bounds import train_orders
from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.train_orders import best_order
from tnlab.data.planted_tensors import planted
from tnlab.errors import StructureError
from tnlab.formats import formats

MODES = (3, 4, 2, 3)
TENSOR = planted(formats["tt"].build((3, 3, 4, 2), 2), noise=0.1, seed=2).permute(0, 2, 3, 1).contiguous()


def modes_of(structure) -> tuple[int, ...]:
    return tuple(core.legs[0] for core in structure.cores)


def lost(order, ranks) -> float:
    """Return the sum of the cuts' squared errors along an order."""
    spectra = CutSpectra(TENSOR)
    return sum(float(spectra.tail(order[: k + 1])[rank]) for k, rank in enumerate(ranks))


def parameters(order, error) -> int:
    """Return the parameters of a train in an order whose cuts each keep to an equal share of the squared error."""
    spectra, share = CutSpectra(TENSOR), error / (len(order) - 1) ** 0.5
    ranks = [1, *(spectra.needed_rank(order[: k + 1], share) for k in range(len(order) - 1)), 1]
    return sum(ranks[k] * MODES[mode] * ranks[k + 1] for k, mode in enumerate(order))


@pytest.mark.parametrize("ranks", [(1, 1, 1), (2, 2, 2), (2, 3, 1)])
def test_at_given_ranks_the_order_loses_least(ranks):
    found = best_order(TENSOR, formats["tt"].build(MODES, ranks))
    assert found.ranks == ranks
    assert sorted(modes_of(found)) == [0, 1, 2, 3]
    least = min(lost(order, ranks) for order in itertools.permutations(range(4)))
    assert lost(modes_of(found), ranks) == pytest.approx(least)


@pytest.mark.parametrize("error", [0.05, 0.2, 0.5])
def test_at_a_target_error_the_order_has_the_fewest_parameters(error):
    found = best_order(TENSOR, formats["tt"].build(MODES, 1), error)
    assert parameters(modes_of(found), error) == min(
        parameters(order, error) for order in itertools.permutations(range(4))
    )


def test_longer_trains_move_one_mode_at_a_time_while_that_helps(monkeypatch):
    monkeypatch.setattr(train_orders, "EXHAUSTIVE", 3)
    error = 0.2
    order = modes_of(best_order(TENSOR, formats["tt"].build(MODES, 1), error))
    here = parameters(order, error)
    assert here < parameters((0, 1, 2, 3), error)
    for mode, place in itertools.product(range(4), range(4)):
        rest = [other for other in order if other != mode]
        assert here <= parameters((*rest[:place], mode, *rest[place:]), error)


def test_two_modes_have_one_order_and_other_networks_none():
    pair = formats["tt"].build((3, 4), 2)
    assert best_order(torch.ones(3, 4), pair) is pair
    with pytest.raises(StructureError, match="needs a tensor train with one mode per core"):
        best_order(TENSOR, formats["tr"].build(MODES, 2))
