"""The registry of formats, the ranks they take, and the names and places of their cores."""

import numpy as np
import pytest

from tnlab.errors import FormatError, UnknownNameError
from tnlab.formats import AbstractFormat, Topology, formats
from tnlab.formats.base import FormatRegistry, core_name, on_circle, radius_for
from tnlab.network.structure import Structure

MODES = (3, 4, 2, 5)


def test_aliases_and_slips_of_the_pen():
    assert formats["HT"] is formats["hierarchical tucker"] is formats["binary-tree"]
    with pytest.raises(UnknownNameError, match="Did you mean 'tensor_train'"):
        formats["tensor_trian"]


def test_wrong_number_of_ranks_says_how_many_are_needed():
    with pytest.raises(FormatError, match="Tensor train needs 3 ranks, one per bond, but got 2"):
        formats["tt"].build(MODES, (2, 3))
    with pytest.raises(FormatError, match="CP needs 1 rank for its bond, but got 2"):
        formats["cp"].build(MODES, (2, 3))


def test_a_format_of_ones_own_takes_one_hook():
    registry = FormatRegistry("format")

    @registry.register("comb")
    class Comb(AbstractFormat):
        label, short, description = "Comb", "Comb", "Cores that hang from a latent spine."

        def topology(self, order: int) -> Topology:
            teeth = tuple((core, core + order) for core in range(order))
            spine = tuple((core, core + 1) for core in range(order, 2 * order - 1))
            rows = (120.0,) * order + (0.0,) * order
            return Topology(teeth + spine, tuple((120.0 * (core % order), y) for core, y in enumerate(rows)))

    structure = registry["comb"].build((2, 3, 4), 2)
    assert Comb.name == "comb"
    assert structure.core_shapes == ((2, 2), (3, 2), (4, 2), (2, 2), (2, 2, 2), (2, 2))


def test_core_names_are_the_structures_own():
    structure = formats["tt"].build((1,) * 60, 1)
    nameless = Structure(structure.modes, tuple(type(core)(core.legs) for core in structure.cores), structure.bonds)
    assert [core_name(core) for core in range(60)] == [nameless.core_label(core) for core in range(60)]
    assert len({core_name(core) for core in range(1000)}) == 1000


@pytest.mark.parametrize("count", range(2, 9))
def test_neighbours_on_a_circle_are_a_side_apart(count):
    places = [complex(*place) for place in on_circle(count, radius_for(count, 50.0))]
    assert np.allclose([abs(one - other) for one, other in zip(places, places[1:] + places[:1], strict=True)], 50)
    tops = [place for place in places if place.imag < min(each.imag for each in places) + 1e-9]
    assert len(tops) == (1 if count % 2 else 2)
