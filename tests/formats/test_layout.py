"""Automatic layout: pinned cores stay, chains are straight, nothing touches."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from tnlab.formats import formats
from tnlab.formats.layout import auto_layout, complete_layout
from tnlab.network.structure import Core, Structure
from tnlab.testing.structures import structures


def places(structure: Structure) -> NDArray[np.complex128]:
    return np.array([complex(*core.position) for core in structure.cores if core.position is not None])


@settings(max_examples=60)
@given(structures(max_cores=8, max_order=6))
def test_every_core_gets_a_finite_place_of_its_own(structure):
    laid_out = auto_layout(structure)
    found = places(laid_out)
    assert laid_out == structure
    assert len(found) == len(structure.cores)
    assert np.isfinite(found).all()
    assert all(abs(one - other) > 40 for one, other in combinations(found, 2))
    assert places(auto_layout(structure)).tolist() == found.tolist(), "the same each time"


@settings(max_examples=60)
@given(structures(min_cores=2, max_cores=6))
def test_pinned_cores_stay(structure):
    spot = (321.5, -77.25)
    pinned = (replace(structure.cores[0], position=spot, pinned=True), *structure.cores[1:])
    laid_out = auto_layout(replace(structure, cores=pinned))
    assert laid_out.cores[0] == pinned[0]
    assert laid_out.cores[0].position == spot
    assert np.isfinite(places(laid_out)).all()


def test_unpinned_cores_move_and_pins_without_a_place_get_one():
    structure = Structure((2,), (Core((0,), pinned=True),))
    assert auto_layout(structure).cores[0].position == (0, 0)
    moved = Structure((2,), (Core((0,), position=(500, 500)),))
    assert auto_layout(moved).cores[0].position == (0, 0)


def test_chains_are_level_and_in_order():
    for order in range(2, 12):
        found = places(auto_layout(formats["tt"].build((2,) * order, 2)))
        assert np.abs(found.imag).max() < 1
        assert np.allclose(np.diff(found.real), 120, atol=1)


def test_rings_are_round_and_squares_stand_level():
    ring = places(auto_layout(formats["tr"].build((2,) * 7, 2)))
    assert np.ptp(np.abs(ring)) < 2
    square = places(auto_layout(formats["tr"].build((2,) * 4, 2)))
    assert np.allclose(np.abs(square.real), np.abs(square.imag), atol=1)


def test_two_pins_turn_the_picture():
    structure = formats["tt"].build((2,) * 4, 2)
    cores = list(structure.cores)
    cores[0] = replace(cores[0], position=(0, 0), pinned=True)
    cores[3] = replace(cores[3], position=(0, 360), pinned=True)
    found = places(auto_layout(replace(structure, cores=tuple(cores))))
    assert np.allclose(found, [0, 120j, 240j, 360j], atol=1)


def test_completing_keeps_what_has_a_place():
    structure = formats["grid"].build((2,) * 6, 2)
    cores = (*structure.cores[:5], replace(structure.cores[5], position=None))
    completed = complete_layout(replace(structure, cores=cores))
    assert places(completed)[:5].tolist() == places(structure)[:5].tolist()
    assert abs(places(completed)[5] - places(structure)[5]) < 40
    assert complete_layout(structure) is structure


def bare(structure: Structure) -> Structure:
    return replace(structure, cores=tuple(replace(core, position=None) for core in structure.cores))


@pytest.mark.parametrize("name", list(formats))
def test_two_hundred_cores_are_laid_out_with_room_for_each(name):
    modes = (2,) * (40 if name == "fully_connected" else 200)
    found = places(auto_layout(bare(formats[name].build(modes, 2))))
    apart = np.abs(found[:, None] - found) + 1000 * np.eye(len(found))
    assert apart.min() > 75


def test_long_chains_wrap_into_rows_and_grids_are_square():
    chain = auto_layout(bare(formats["tt"].build((2,) * 200, 2)))
    steps = np.diff(places(chain))
    assert np.allclose(np.abs(steps), 120)
    assert np.ptp(places(chain).real) < 3000
    grid = places(auto_layout(bare(formats["grid"].build((2,) * 200, 2))))
    assert len({place.real for place in grid}) * len({place.imag for place in grid}) == 200


def test_cores_keep_their_distance_from_pinned_ones():
    structure = bare(formats["grid"].build((2,) * 30, 2))
    pinned = (replace(core, position=(10.0 * k, 0.0), pinned=True) for k, core in enumerate(structure.cores[:3]))
    found = places(auto_layout(replace(structure, cores=(*pinned, *structure.cores[3:]))))
    apart = np.abs(found[3:, None] - found)[:, :3]
    assert apart.min() > 75
