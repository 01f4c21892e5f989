"""Certificates are sound: no network, fitted or random, ever comes below its bound."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.bounds.cut_choice import network_cuts
from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.error_bound import error_bound, error_bounds, one_more_rank
from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network import edits
from tnlab.network.cuts import cut_rank
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.solvers.fit import fit
from tnlab.testing.structures import structures


def noise(modes, seed=0):
    return torch.randn(modes, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def smooth(modes):
    grids = torch.meshgrid(*(torch.linspace(0, 1, size, dtype=torch.float64) for size in modes), indexing="ij")
    return 1 / (1 + sum(grids)) + 0.05 * noise(modes, 3)


def unfolding_tail(tensor, side):
    rest = [mode for mode in range(tensor.ndim) if mode not in side]
    rows = math.prod(tensor.shape[mode] for mode in side)
    values = torch.linalg.svdvals(tensor.permute(*side, *rest).reshape(rows, -1)).square().numpy()
    values = np.concatenate([values, np.zeros(1)]) / values.sum()
    return np.cumsum(values[::-1])[::-1]


@pytest.mark.parametrize("modes", [(3, 4), (2, 3, 4), (3, 2, 4, 3), (2, 1, 3, 2, 2)])
def test_every_tail_is_that_of_the_unfolding(modes):
    tensor = smooth(modes)
    spectra = CutSpectra(tensor)
    assert len(list(spectra.fill())) == 2 ** (len(modes) - 1) - 1
    for cut in spectra.cuts():
        assert np.allclose(spectra.tail(cut), unfolding_tail(tensor, spectra.side(cut)), atol=1e-12)
        rest = [mode for mode in range(len(modes)) if mode not in cut]
        assert spectra.side(cut) == spectra.side(rest)


def test_lazy_cuts_agree_with_all_of_them():
    tensor = smooth((3, 4, 2, 3))
    lazy, full = CutSpectra(tensor), CutSpectra(tensor)
    lazy.tail((2,))
    list(full.fill())
    for cut in full.cuts():
        assert np.allclose(lazy.tail(cut), full.tail(cut), atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(structures(min_order=2), st.integers(0, 3))
def test_no_network_is_below_its_bound(structure, seed):
    tensor = noise(structure.modes, seed)
    bound = error_bound(tensor, structure).error_bound
    best = fit(tensor, structure, max_sweeps=8, seed=seed).relative_error
    assert bound <= best + 1e-9
    exact = Network.random(structure, generator=torch.Generator().manual_seed(seed)).to_tensor()
    assert error_bound(exact, structure).error_bound <= 1e-6


@pytest.mark.parametrize("name", list(formats))
@pytest.mark.parametrize("count", [6, pytest.param(100, marks=pytest.mark.slow)])
def test_no_fit_of_any_format_is_below_its_bound(count, name):
    tensor = smooth((4, 3, 4, 3))
    spectra = CutSpectra(tensor)
    generator = np.random.default_rng(0)
    base = formats[name].build(tensor.shape, 1)
    ranks = generator.integers(1, 5, (count, len(base.bonds)))
    bounds = error_bounds(spectra, base, ranks)
    for row, bound in zip(ranks, bounds, strict=True):
        structure = formats[name].build(tensor.shape, [int(rank) for rank in row])
        assert error_bound(spectra, structure).error_bound == pytest.approx(bound, abs=1e-12)
        assert bound <= fit(tensor, structure, max_sweeps=4).relative_error + 1e-9


@settings(max_examples=60, deadline=None)
@given(structures(min_order=2))
def test_the_binding_cut_is_the_one_of_all_that_limits_most(structure):
    tensor = noise(structure.modes)
    certificate = error_bound(tensor, structure)
    assert certificate.cuts == certificate.all_cuts == 2 ** (structure.order - 1) - 1
    tails = [unfolding_tail(tensor, side) for side in map(CutSpectra(tensor).side, CutSpectra(tensor).cuts())]
    ranks = [cut_rank(structure, cut) for cut in CutSpectra(tensor).cuts()]
    most = max(tail[rank] if rank < len(tail) else 0.0 for tail, rank in zip(tails, ranks, strict=True))
    assert certificate.error_bound == pytest.approx(math.sqrt(max(most - 1e-12, 0)), abs=1e-7), (
        "no other cut limits more"
    )
    if certificate.error_bound == 0:
        assert (certificate.cut, certificate.cut_rank, certificate.crossing) == ((), 1, ())
        return
    assert certificate.cut_rank == cut_rank(structure, certificate.cut)
    tail = unfolding_tail(tensor, certificate.cut)
    expected = tail[certificate.cut_rank] if certificate.cut_rank < len(tail) else 0.0
    assert certificate.error_bound == pytest.approx(math.sqrt(max(expected - 1e-12, 0)), abs=1e-7)
    assert float(np.linalg.norm(certificate.spectrum)) == pytest.approx(1)
    assert set(certificate.crossing) <= set(range(len(structure.bonds)))


@settings(max_examples=40, deadline=None)
@given(structures(min_order=2, max_size=4, hyper=False, max_extra_bonds=0))
def test_a_tree_is_bracketed(structure):
    tensor = smooth(structure.modes)
    certificate = error_bound(tensor, structure)
    best = fit(tensor, structure, max_sweeps=200, restarts=3).relative_error
    assert certificate.upper_bound is not None
    assert certificate.error_bound - 1e-9 <= best <= certificate.upper_bound + 1e-6


def test_a_tree_is_bracketed_from_a_compressed_tensor_too():
    tensor = noise((6,) * 4)
    structure = formats["tt"].build(tensor.shape, 5)
    certificate = error_bound(CutSpectra(tensor, max_side=16), structure)
    assert certificate.error_bound <= fit(tensor, structure).relative_error <= certificate.upper_bound


def test_more_cuts_only_raise_the_bound():
    tensor = smooth((3, 4, 3, 4))
    structure = formats["tr"].build(tensor.shape, 2)
    every = list(CutSpectra(tensor).cuts())
    for count in range(1, len(every) + 1):
        assert (
            error_bound(tensor, structure, cuts=every[:count]).error_bound <= error_bound(tensor, structure).error_bound
        )
    assert set(network_cuts(formats["tt"].build((3,) * 6, 2))) >= {(0,), (0, 1), (0, 1, 2)}


def test_one_more_rank_is_the_bound_of_the_edited_structure():
    tensor = smooth((4, 4, 4))
    structure = formats["tr"].build(tensor.shape, 2)
    expected = [error_bound(tensor, edits.set_rank(structure, bond, 3)).error_bound for bond in range(3)]
    assert one_more_rank(tensor, structure) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("max_side", [4, 8, 15, 30])
def test_a_compressed_tensor_bounds_from_below(max_side):
    tensor = smooth((5, 6, 5, 6))
    exact, compressed = CutSpectra(tensor), CutSpectra(tensor, max_side=max_side)
    for cut in exact.cuts():
        assert (compressed.tail(cut) <= exact.tail(cut) + 1e-12).all()
    structure = formats["tt"].build(tensor.shape, 1)
    assert 0 < error_bound(compressed, structure).error_bound <= error_bound(exact, structure).error_bound + 1e-12


def test_spectra_are_kept_on_disk_by_the_data(tmp_path):
    tensor = smooth((3, 4, 3))
    first = CutSpectra(tensor, cache=tmp_path)
    list(first.fill())
    again = CutSpectra(tensor.clone(), cache=tmp_path)
    assert set(again.known) == set(first.known)
    assert all(np.array_equal(again.tail(cut), first.tail(cut)) for cut in first.known)
    assert CutSpectra(tensor + 1, cache=tmp_path).known == ()
    for file in tmp_path.iterdir():
        file.write_bytes(b"damaged")
    assert CutSpectra(tensor, cache=tmp_path).known == ()


def test_what_no_cut_can_say():
    """A network in which every cut has full rank gets the bound 0: the certificate claims nothing."""
    full = Structure(
        (2,) * 4,
        tuple(Core((k,)) for k in range(4)),
        tuple(Bond(pair, 2) for pair in itertools.combinations(range(4), 2)),
    )
    assert error_bound(noise((2,) * 4), full).error_bound == 0


def test_wrong_modes_are_refused():
    with pytest.raises(DataError, match=r"modes \(3, 3\), but the tensor has \(3, 4\)"):
        error_bound(noise((3, 4)), formats["tt"].build((3, 3), 1))


def test_the_error_it_bounds_is_the_relative_error():
    tensor = smooth((4, 5))
    structure = formats["tt"].build((4, 5), 2)
    result = fit(tensor, structure)
    assert error_bound(tensor, structure).error_bound == pytest.approx(
        relative_error(tensor, result.network.to_tensor()), rel=1e-6
    )


@pytest.mark.parametrize("tensor", ["a text", torch.zeros(3, 3), torch.full((3, 3), math.nan)])
def test_what_has_no_spectra_is_refused(tensor):
    with pytest.raises(DataError, match=r"must hold numbers|must be finite|zero everywhere"):
        error_bound(tensor, formats["tt"].build((3, 3), 1))


def test_no_upper_bound_is_computed_once_time_is_up():
    train = formats["tt"].build((2,) * 9, 2)
    tensor = torch.rand((2,) * 9, generator=torch.Generator().manual_seed(0))
    spectra = CutSpectra(tensor)
    certificate = error_bound(spectra, train, max_seconds=0.0)
    assert certificate.upper_bound is None
    assert len(spectra.known) < 8 + 9
    again = error_bound(spectra, train)
    assert again.upper_bound is not None
    assert again.error_bound <= again.upper_bound
