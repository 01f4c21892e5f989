"""Einsum text in: the network of the expression, or a sentence."""

import numpy as np
import pytest
from hypothesis import given

from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.interop.einsum_text import parse_einsum
from tnlab.network.isomorphism import isomorphic
from tnlab.testing.structures import structures


@given(structures(max_cores=5))
def test_reads_what_a_structure_writes(structure):
    bonds = [index for indices in structure.core_indices for index in indices if index >= structure.order]
    ranks = [structure.index_sizes[index] for index in dict.fromkeys(bonds)]
    assert isomorphic(parse_einsum(structure.einsum, structure.modes, ranks), structure)


@pytest.mark.parametrize("name", list(formats))
def test_reads_every_format_back(name):
    bonds = formats[name].topology(4).bonds
    structure = formats[name].build((2, 3, 4, 5), [3] * len(bonds))
    assert isomorphic(parse_einsum(structure.einsum, structure.modes, 3), structure)


def test_contracts_as_numpy_does():
    structure = parse_einsum(" ij, jk -> ki ", modes=(4, 5), rank=3)
    left, right = np.random.default_rng(0).standard_normal((2, 5, 5))
    ik = [left[:5, :3], right[:4, :3]]  # legs come first: i j, then k j
    assert structure.core_shapes == ((5, 3), (4, 3))
    assert np.allclose(np.einsum(structure.einsum, *ik), np.einsum("ij,jk->ki", ik[0], ik[1].T))


def test_without_arrow_single_letters_are_the_modes_in_alphabetical_order():
    structure = parse_einsum("zb,bca", modes=(2, 3, 4))
    assert [core.legs for core in structure.cores] == [(2,), (1, 0)]
    assert structure.core_shapes == ((4, 2), (3, 2, 2))


def test_three_operands_with_one_letter_make_a_hyper_bond():
    structure = parse_einsum("ir,jr,kr->ijk", (4, 5, 6), 7)
    assert [(bond.cores, bond.rank) for bond in structure.bonds] == [((0, 1, 2), 7)]


def test_sizes_and_ranks_default_to_2():
    structure = parse_einsum("ab,bcd,ce->aed")
    assert (structure.modes, structure.ranks) == ((2, 2, 2), (2, 2))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("aab,b->a", "Index 'a' appears 2 times in operand 1"),
        ("ab,bc->abc", "Index 'b' is on the right of '->' and in 2 operands"),
        ("ab,bc->acz", "Index 'z' is on the right of '->', but in no operand"),
        ("ab,bc->aac", "Index 'a' appears 2 times on the right"),
        ("ab,bc->a,c", "without commas"),
        ("ab,c->a", "Index 'b' is in one operand only"),
        ("ab,bc,->ac", "Operand 3 is empty"),
        ("", "Operand 1 is empty"),
        ("ab,ab->", "needs a mode"),
        ("a->a->a", "at most one '->'"),
        ("a1,b", "Unknown symbol '1'"),
        ("ab,bc-ac", "Unknown symbol '-'"),
        ("a...,a", "write a letter for each"),
        ("a,b->ab", "must be connected"),
    ],
)
def test_refusals(text, sentence):
    with pytest.raises(StructureError, match=sentence):
        parse_einsum(text)


def test_numbers_must_fit_the_letters():
    with pytest.raises(StructureError, match="needs a mode size for each of 'ac', but got 3"):
        parse_einsum("ab,bc->ac", modes=(2, 2, 2))
    with pytest.raises(StructureError, match="needs a rank for each of 'b', but got 2"):
        parse_einsum("ab,bc->ac", rank=(2, 2))
    with pytest.raises(StructureError, match="whole rank of at least 1"):
        parse_einsum("ab,bc->ac", rank=0)
