"""A named format by its ranks or by a target error, and the solver that suits each."""

import math

import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.data.planted_tensors import planted
from tnlab.errors import DataError, FormatError
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.edits import clip_ranks
from tnlab.network.graph import is_tree
from tnlab.network.structure import Bond, Core, Structure
from tnlab.solvers.base import Status
from tnlab.solvers.decompose import decompose, fitting
from tnlab.solvers.settings import Start, Stop
from tnlab.solvers.tree_svd import TreeSVD


def test_decompose_does_not_choose_ranks_where_entries_are_missing():
    whole = torch.rand(4, 4, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    with pytest.raises(FormatError, match="choose_rank"):
        decompose(Observed.random_part(whole, 0.5), "tt", target_error=0.1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        decompose(whole, "cp", target_error=math.nan)
    with pytest.raises(DataError, match="must hold numbers"):
        decompose("a text", "tt", rank=2)


def test_is_what_decompose_takes_for_other_formats():
    tensor = planted(formats["cp"].build((6, 7, 8), 3))
    result = decompose(tensor, "cp", target_error=0.01)
    assert result.structure.ranks[0] <= 4
    assert result.relative_error <= 0.01


def test_ranks_or_an_error_and_not_both():
    for asked in ({}, {"rank": 2, "target_error": 0.1}):
        with pytest.raises(FormatError, match="either rank=R, or target_error=E, and not both"):
            decompose(torch.ones(3, 3), "tt", **asked)


TREES = [name for name, part in formats.items() if is_tree(part.build((2,) * 8, 2))]


def tensor_of(modes):
    return torch.randn(modes, generator=torch.Generator().manual_seed(0), dtype=torch.float64).cumsum(0).cumsum(2)


def check_direct(result, tensor):
    explicit = relative_error(tensor, result.network.to_tensor())
    assert result.status is Status.DIRECT
    assert result.relative_error == pytest.approx(explicit, abs=1e-12)
    assert explicit <= result.upper_bound


def test_tree_svd_fits_the_formats_whose_topology_is_a_tree():
    assert set(TreeSVD.fits) == set(TREES)
    assert {"tensor_train", "tucker", "binary_tree", "matrix_product_operator"} <= set(TREES)


@pytest.mark.parametrize("target", [0.3, 0.1, 1e-6])
@pytest.mark.parametrize("name", TREES)
def test_a_tree_meets_a_target_error_in_closed_form(name, target):
    """Its ranks are within what the cuts can use, and the error within the target, as a name and as a drawing."""
    tensor = tensor_of((5, 4, 6, 3))
    for asked in (name, formats[name].build((5, 4, 6, 3), 9)):
        result = decompose(tensor, asked, target_error=target)
        check_direct(result, tensor)
        assert result.upper_bound <= target + 1e-12
        assert clip_ranks(result.structure) == result.structure


@pytest.mark.parametrize("name", TREES)
def test_a_tree_of_given_ranks_is_truncated_in_closed_form(name):
    """The error is near that of sweeps from there, which a setting of theirs asks for."""
    tensor = tensor_of((5, 4, 6, 3))
    result = decompose(tensor, name, rank=2)
    check_direct(result, tensor)
    drawn = decompose(tensor, formats[name].build((5, 4, 6, 3), 2))
    assert (drawn.structure, drawn.relative_error) == (result.structure, result.relative_error)
    for asked in ({"max_sweeps": 50}, {"init": "svd"}, {"start": Start(restarts=2)}, {"stop": Stop(tolerance=1e-4)}):
        swept = decompose(tensor, name, rank=2, **asked)
        assert swept.status is Status.CONVERGED
        assert 0.9 * result.relative_error < swept.relative_error <= result.relative_error * (1 + 1e-6)


def test_a_drawn_tree_is_truncated_in_closed_form():
    """Four cores, one of them latent, one with two modes: no format has this topology."""
    cores = (Core((0, 2)), Core(()), Core((1,)), Core((3,)))
    drawn = Structure((5, 4, 6, 3), cores, (Bond((0, 1), 3), Bond((1, 2), 3), Bond((1, 3), 2)))
    tensor = tensor_of(drawn.modes)
    check_direct(decompose(tensor, drawn, target_error=0.2), tensor)
    assert decompose(tensor, drawn).structure == drawn
    assert decompose(tensor, drawn, rank=(2, 1, 2)).structure.ranks == (2, 1, 2)
    with pytest.raises(FormatError, match="3 bonds"):
        decompose(tensor, drawn, rank=(2, 2))


@pytest.mark.parametrize("name", formats)
def test_one_rank_for_all_bonds_is_lowered_to_what_they_can_use(name):
    tensor = tensor_of((3, 2, 4, 3))
    result = decompose(tensor, name, rank=4, max_sweeps=2)
    assert clip_ranks(result.structure) == result.structure


def test_solvers_of_a_format_are_those_of_any_and_its_own():
    assert {"als", "hooi", "hosvd"} <= set(fitting("tucker"))
    assert "hooi" not in fitting("tt")
    assert "als" in fitting("tt")
