"""Cuts that can limit a structure are consulted first, all of them where there is time, and no others."""

import numpy as np
import pytest
import torch

from tnlab.bounds.cut_choice import bridge, chosen_cuts, network_cuts
from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.error_bound import error_bound, error_bounds
from tnlab.formats import formats
from tnlab.network.edits import set_ranks


def smooth(modes):
    grids = torch.meshgrid(*(torch.linspace(0, 1, size, dtype=torch.float64) for size in modes), indexing="ij")
    noise = torch.randn(modes, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    return 1 / (1 + sum(grids)) + 0.05 * noise


@pytest.mark.parametrize("name", ["tt", "tr", "cp", "tree"])
def test_cuts_that_can_limit_are_looked_at_first(name):
    """Without time those that the network suggests are looked at; single modes are computed; more raise the bound."""
    tensor = smooth((2,) * 8)
    structure = formats[name].build(tensor.shape, 2)
    hurried, whole = (error_bound(tensor, structure, max_seconds=seconds) for seconds in (0, 60))
    assert 0 < hurried.cuts < whole.cuts == whole.all_cuts == 127
    assert hurried.error_bound <= whole.error_bound
    listed = CutSpectra(tensor)
    assert error_bound(tensor, structure, cuts=tuple(listed.cuts())).error_bound == pytest.approx(whole.error_bound)
    choice = chosen_cuts(listed, structure, structure.ranks, 60)
    assert set(listed.known) == set(choice.cuts), "no spectrum of a cut that cannot limit is computed"


def test_more_ranks_at_once_choose_the_cuts_of_the_least():
    tensor = smooth((2,) * 7)
    ring = formats["tr"].build(tensor.shape, 1)
    ranks = np.random.default_rng(0).integers(1, 4, (20, 7))
    lone = [error_bound(tensor, set_ranks(ring, row.tolist())).error_bound for row in ranks]
    assert error_bounds(CutSpectra(tensor), ring, ranks) == pytest.approx(lone)
    assert (error_bounds(CutSpectra(tensor), ring, ranks, max_seconds=0) <= np.array(lone) + 1e-12).all()


def test_many_placements_are_taken_in_parts(monkeypatch):
    """A tree with six latent cores has 64 placements a cut; the answer does not depend on how many cuts a part has."""
    tensor, tree = smooth((2,) * 8), formats["tree"].build((2,) * 8, 2)
    whole = error_bound(tensor, tree)
    monkeypatch.setattr("tnlab.bounds.cut_choice.MAX_PLACED", 1)
    parts = error_bound(tensor, tree)
    assert (parts.error_bound, parts.cut, parts.cuts) == (whole.error_bound, whole.cut, whole.cuts)


def test_fourteen_modes_are_looked_at_whole():
    """All 8,191 cuts are looked at; those whose cut rank is full cost no spectrum."""
    tensor = smooth((2,) * 14)
    certificate = error_bound(tensor, formats["tt"].build(tensor.shape, 2), max_seconds=60)
    assert certificate.cuts == certificate.all_cuts == 8191
    assert 0 < certificate.error_bound <= (certificate.upper_bound or 0)


def test_a_train_is_cut_at_its_bonds():
    train = formats["tt"].build((2,) * 5, 2)
    assert [bridge(train, bond) for bond in range(4)] == [(0,), (0, 1), (0, 1, 2), (0, 1, 2, 3)]
    assert set(network_cuts(train)) >= {(0,), (0, 1), (0, 1, 2), (0, 1, 2, 3)}
    assert bridge(formats["tr"].build((2,) * 5, 2), 0) == ()
