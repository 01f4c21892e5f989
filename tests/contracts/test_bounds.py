"""No bound is above what a network reaches: every format, random drawn structures, both dtypes, scales, few cuts."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.error_bound import error_bound, error_bounds, one_more_rank
from tnlab.bounds.families import FAMILIES, family_of
from tnlab.bounds.parameter_bound import parameter_bound
from tnlab.formats import formats
from tnlab.metrics import relative_error, shifted
from tnlab.network.network import Network
from tnlab.structure_search.objective import FewestParameters
from tnlab.structure_search.problem import Problem
from tnlab.testing.structures import structures

EXACT = 1e-6  # bounds of exact networks are 0 up to the slack of 1e-12 that is taken off every squared error
SCALES = (0, -532, 515)  # powers of two near 1, 1e-160 and 1e155, where squares leave the range of floats
FORMATS = [formats[name].build((3, 4, 3, 4), 2) for name in formats]


def planted(structure, seed=0):
    return Network.random(structure, generator=torch.Generator().manual_seed(seed)).to_tensor().double()


def noisy(structure, seed):
    """Return a planted tensor with noise, and the relative error of its network."""
    exact = planted(structure, seed)
    noise = torch.randn(exact.shape, generator=torch.Generator().manual_seed(seed + 1), dtype=torch.float64)
    tensor = exact + 0.05 * exact.norm() / noise.norm() * noise
    return tensor, relative_error(tensor, exact)


def check_error_bounds(structure, seed):
    exact = planted(structure, seed)
    tensor, error = noisy(structure, seed)
    for exponent in SCALES:
        assert error_bound(shifted(exact, exponent), structure).error_bound <= EXACT
        assert error_bound(shifted(tensor, exponent), structure).error_bound <= error + EXACT
    assert error_bound(exact.float(), structure).error_bound <= EXACT
    assert error_bound(tensor.float(), structure).error_bound <= error + EXACT
    full = error_bound(tensor, structure)
    assert full.upper_bound is None or full.error_bound <= full.upper_bound
    for fewer in (
        error_bound(tensor, structure, max_seconds=1e-9),
        error_bound(CutSpectra(tensor, max_side=2), structure),
    ):
        assert fewer.error_bound <= error + EXACT
    spectra = CutSpectra(tensor)
    (one,) = error_bounds(spectra, structure, np.array([structure.ranks], dtype=np.int64))
    assert one <= error + EXACT
    assert all(bound <= one + EXACT for bound in one_more_rank(spectra, structure))


def check_parameter_bounds(structure, seed):
    exact, (tensor, error) = planted(structure, seed), noisy(structure, seed)
    families = {family_of([structure]), "latent"} | {
        name for name in FAMILIES if Problem(tensor, FewestParameters(0.5), family=name).admits(structure)
    }
    for family in families:
        for target in (error + EXACT, 1e-4):
            data = exact if target == 1e-4 else tensor
            assert parameter_bound(data, target, family=family).parameters <= structure.parameters, family
    assert parameter_bound(tensor, error + EXACT, family="latent", max_seconds=1e-3).parameters <= structure.parameters


@pytest.mark.parametrize("structure", FORMATS, ids=list(formats))
def test_no_error_bound_of_a_format_is_above_its_planted_network(structure):
    check_error_bounds(structure, seed=0)


@pytest.mark.parametrize("structure", FORMATS, ids=list(formats))
def test_no_parameter_bound_is_above_the_planted_network_of_a_format(structure):
    check_parameter_bounds(structure, seed=0)


@settings(max_examples=60, deadline=None)
@given(structures(min_order=2), st.integers(0, 3))
def test_no_error_bound_is_above_a_drawn_network(structure, seed):
    check_error_bounds(structure, seed)


@settings(max_examples=40, deadline=None)
@given(structures(min_order=2), st.integers(0, 3))
def test_no_parameter_bound_is_above_a_drawn_network(structure, seed):
    check_parameter_bounds(structure, seed)
