"""A structure counts right, labels its parts, and refuses what breaks a rule."""

import math
import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from tnlab.errors import StructureError
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures

RING = Structure((4, 5, 6), (Core((0,)), Core((1,)), Core((2,))), (Bond((0, 1), 2), Bond((1, 2), 3), Bond((0, 2), 7)))


def test_counts_of_a_ring():
    assert RING.core_shapes == ((4, 2, 7), (5, 2, 3), (6, 3, 7))
    assert RING.parameters == 4 * 14 + 5 * 6 + 6 * 21
    assert RING.size == 120
    assert RING.compression_ratio == 120 / 212
    assert RING.einsum == "adf,bde,cef->abc"


@given(structures())
def test_einsum_is_the_network(structure):
    cores = [np.ones(shape) for shape in structure.core_shapes]
    assert structure.parameters == sum(core.size for core in cores)
    dense = np.einsum(structure.einsum, *cores)
    assert dense.shape == structure.modes
    assert np.allclose(dense, math.prod(structure.ranks))


def test_drawing_is_no_part_of_identity():
    drawn = Structure((4,), (Core((0,), name="<b>A</b>", position=(1.0, -2.5), pinned=True),))
    assert drawn == Structure((4,), (Core((0,)),))
    assert hash(drawn) == hash(Structure((4,), (Core((0,)),)))


def test_the_carriable_rank_is_the_size_of_the_other_axes():
    pair = Structure((4, 5), (Core((0,)), Core((1,))), (Bond((0, 1), 9),))
    assert pair.carriable_rank(0) == 4
    assert RING.carriable_rank(2) == 8


def test_labels():
    many = Structure((2,) * 28, tuple(Core((k,)) for k in range(28)), tuple(Bond((k, k + 1), 2) for k in range(27)))
    assert [many.core_label(core) for core in (0, 25, 26, 27)] == ["A", "Z", "A1", "B1"]
    named = Structure((2, 3), (Core((0,), name="left"), Core((1,))), (Bond((0, 1), 2),))
    assert named.bond_label(0) == "left-B"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (((), (Core(()),), ()), "at least one mode"),
        (((4, 0), (Core((0, 1)),), ()), "Mode 1 must have a whole size of at least 1, but has 0"),
        (((4,), (), ()), "at least one core"),
        (((4, 5), (Core((0,)),), ()), "Mode 1 .* none carries it"),
        (((4,), (Core((0,)), Core((1,))), (Bond((0, 1), 2),)), "Core B carries mode 1, but the modes are 0 to 0"),
        (((4, 5), (Core((0,)), Core((1,))), (Bond((1, 0), 2),)), r"list its cores ascending, but lists \(1, 0\)"),
        (((4, 5), (Core((0,)), Core((1,))), (Bond((0, 0), 2),)), "a core to itself"),
        (((4, 5), (Core((0,)), Core((1,))), (Bond((0,), 2),)), "at least two cores"),
        (((4, 5), (Core((0,)), Core((1,))), (Bond((0, 1), True),)), r"\(A-B\) must have a whole rank"),
        (((4, 5), (Core((0,)), Core((1,))), ()), "core B has no path to core A"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_name(parts, message):
    with pytest.raises(StructureError, match=message):
        Structure(*parts)


def test_equal_structures_hash_alike_in_every_process():
    """A structure that another process sent must be found in the caches of this one."""
    code = "import sys, pickle; sys.stdout.buffer.write(pickle.dumps((s := pickle.load(sys.stdin.buffer), hash(s))))"
    one = Structure((4, 5), (Core((0,), name="left"), Core((1,))), (Bond((0, 1), 3),))
    hash(one)
    run = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(one), capture_output=True, check=True)
    other, number = pickle.loads(run.stdout)
    assert other == one
    assert number == hash(other) == hash(one) == hash(replace(one, cores=(Core((0,)), Core((1,)))))
