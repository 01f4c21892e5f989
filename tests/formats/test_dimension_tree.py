"""Trees of any shape: what a nesting of the modes builds, and what is no tree over them."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tnlab.errors import FormatError
from tnlab.formats import DimensionTree, formats
from tnlab.network.cuts import cut_rank
from tnlab.network.network import Network
from tnlab.solvers.fit import fit


@st.composite
def nestings(draw, most=7):
    """Join two or three parts at random until one is left."""
    parts = list(draw(st.permutations(range(draw(st.integers(2, most))))))
    while len(parts) > 1:
        size = draw(st.integers(2, min(3, len(parts))))
        picked = [parts.pop(draw(st.integers(0, len(parts) - 1))) for _ in range(size)]
        parts.append(tuple(picked))
    return parts[0]


def leaves(part):
    return {part} if isinstance(part, int) else set().union(*map(leaves, part))


def brackets(part):
    return [] if isinstance(part, int) else [part, *(inner for child in part for inner in brackets(child))]


@given(nestings())
def test_every_bracket_is_a_latent_core_and_every_part_a_bond(nesting):
    order = len(leaves(nesting))
    structure = DimensionTree(nesting).build((5,) * order, 2)
    groups = brackets(nesting)
    assert len(structure.cores) == order + len(groups)
    assert len(structure.bonds) == len(structure.cores) - 1
    for group in groups[1:]:  # a bond above each part: that cut has the rank of one bond, twice at a root of two parts
        assert cut_rank(structure, tuple(leaves(group))) == 2
    assert sorted(len(bonds) for bonds in structure.core_bonds[order:-1]) == sorted(len(g) + 1 for g in groups[1:])
    assert len(structure.core_bonds[-1]) == len(nesting)


def test_the_balanced_nesting_is_the_binary_tree():
    tree = DimensionTree((((0, 1), 2), (3, 4)))
    for rank in (3, (2, 3, 2, 3, 2, 4, 4, 3)):
        built, same = tree.build((4,) * 5, rank), formats["binary_tree"].build((4,) * 5, rank)
        assert built == same
        assert [core.position for core in built.cores] == [core.position for core in same.cores]


def test_modes_are_drawn_in_the_order_of_the_nesting():
    cores = DimensionTree(((3, 1), (2, 0))).build((2,) * 4, 2).cores
    places = [core.position[0] for core in cores[:4]]
    assert np.argsort(places).tolist() == [3, 1, 2, 0]
    assert len({core.position[1] for core in cores[:4]}) == 1


def test_without_a_nesting_modes_join_one_after_the_other():
    assert formats["dimension_tree"].build((4,) * 4, 2) == DimensionTree((((0, 1), 2), 3)).build((4,) * 4, 2)


def test_a_tree_may_be_deeper_than_the_stack_of_calls():
    order = 3000
    topology = formats["dimension_tree"].topology(order)
    assert topology.bonds[:3] == ((0, order), (1, order), (2, order + 1))
    assert len(topology.bonds) == len(topology.positions) - 1 == 2 * order - 2
    nesting = 0
    for mode in range(1, order):
        nesting = (nesting, min(mode, 2))
    with pytest.raises(FormatError, match="names mode 2 2998 times"):
        DimensionTree(nesting).topology(order)


def test_a_planted_tree_is_recovered(generator):
    structure = DimensionTree(((0, 3), (1, (2, 4)))).build((4,) * 5, 2)
    tensor = Network.random(structure, generator=generator).to_tensor()
    assert fit(tensor, structure).relative_error < 1e-6
    other = DimensionTree(((0, 1), (2, (3, 4)))).build((4,) * 5, 2)
    assert fit(tensor, other).relative_error > 0.1
    assert fit(tensor.to(torch.float32), structure).relative_error < 1e-3


@pytest.mark.parametrize(
    ("nesting", "message"),
    [
        (((0, 1), (1, 2)), r"names mode 1 2 times"),
        (((0, 1), (2, 4)), r"The modes are 0 to 3, but the dimension tree .* names mode 4"),
        ((0, (1, -2)), r"names mode -2"),
        (((0, 1), 3), r"lacks mode 2 of the modes 0 to 3"),
        (((0, 1), (2,), 3), r"two or more parts, but .* holds \(2,\)"),
        (((0, 1), (), (2, 3)), r"two or more parts"),
        (((0, "1"), (2, 3)), r"holds '1'"),
        (((0, 1), [2, 3]), r"brackets \(tuples\)"),
        ((True, 0, 2, 3), r"holds True"),
        (0, r"lacks mode 1"),
        (2.5, r"holds 2.5"),
    ],
)
def test_what_is_no_tree_over_the_modes_is_refused(nesting, message):
    with pytest.raises(FormatError, match=message):
        DimensionTree(nesting).build((2,) * 4, 2)
