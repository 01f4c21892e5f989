"""What the suite of TensorNetwork (google) asserts of networks of tensors, in our own words and data.

Subjects of TensorNetwork 0.4 (``ncon_interface_test``, ``network_operations_test``, ``split_node_test``,
``matrixproductstates``, ``serialization_test``): contraction by labels, traces and outer products, parallel and
hyper-bonds, splitting and merging of cores, canonical forms and their centre, files.
"""

import numpy as np
import pytest
import torch

from tests.peers.planted import FORMATS, network, seeded
from tnlab import Bond, Core, Network, Structure, canonical, edits
from tnlab.errors import DataError, StructureError
from tnlab.interop.arrays import from_einsum, from_indices
from tnlab.network.gauge.bond_spectra import bond_spectra
from tnlab.network.gauge.canonical import merge_parallel_bonds
from tnlab.network.gauge.split_core import split_core
from tnlab.network.rounding.network import truncate_bond

SQUARE, CUBE = np.random.default_rng(0).standard_normal((3, 3)), np.random.default_rng(1).standard_normal((2, 2, 2))
BY_LABELS = {
    "a transposition": ([SQUARE], [(-2, -1)], [-1, -2], SQUARE.T),
    "a product": ([SQUARE, SQUARE], [(-1, 1), (1, -2)], [-1, -2], SQUARE @ SQUARE),
    "a product of transposes": ([SQUARE, SQUARE], [(1, -1), (1, -2)], [-1, -2], SQUARE.T @ SQUARE),
    "an outer product": ([SQUARE[0], CUBE[0, 0]], [(-1,), (-2,)], [-1, -2], np.outer(SQUARE[0], CUBE[0, 0])),
    "a trace beside": ([SQUARE, SQUARE[0]], [(1, 1), (-1,)], [-1], np.trace(SQUARE) * SQUARE[0]),
    "two bonds at once": ([CUBE, CUBE], [(-1, 1, 2), (2, 1, -2)], [-1, -2], np.einsum("abc,cbd->ad", CUBE, CUBE)),
    "three tensors": (
        [CUBE] * 3,
        [(-1, 1, 2), (1, 2, 3), (3, -2, -3)],
        [-1, -2, -3],
        np.einsum("abc,bcd,def->aef", CUBE, CUBE, CUBE),
    ),
    "names": ([SQUARE, SQUARE], [("o", "i"), ("i", "p")], ["p", "o"], (SQUARE @ SQUARE).T),
    "a copy tensor": ([SQUARE] * 3, [("a", 0), ("b", 0), ("c", 0)], "abc", np.einsum("ai,bi,ci->abc", *[SQUARE] * 3)),
}


@pytest.mark.parametrize("subject", BY_LABELS)
def test_networks_by_labels_are_contracted(subject):
    arrays, labels, outer, wanted = BY_LABELS[subject]
    np.testing.assert_allclose(from_indices(arrays, labels, outer).to_tensor(), wanted, atol=1e-12)


@pytest.mark.parametrize(
    ("labels", "outer"),
    [
        ([(-1, 1), (1,)], [-1]),  # a label is missing
        ([(-1, 1), (1, 2, 3)], [-1]),  # one too many
        ([(-1, 1)], [-1]),  # a tensor without labels
        ([(-1, 1), (1, -2)], [-1, -2, -3]),  # an open label that is nowhere
        ([(-1, 1), (1, -2)], [-1, -1]),  # one twice
        ([(1, 2), (2, 1)], []),  # none is open
    ],
)
def test_labels_that_make_no_network_are_refused(labels, outer):
    with pytest.raises((DataError, StructureError, ValueError)):
        from_indices([SQUARE, SQUARE], labels, outer)


def test_parallel_bonds_are_merged_into_one():
    held = from_einsum("iabc,abcj->ij", [np.ones((2, 2, 3, 2)), np.ones((2, 3, 2, 4))])
    merged = merge_parallel_bonds(held)
    assert merged.structure.ranks == (12,)
    torch.testing.assert_close(merged.to_tensor(), held.to_tensor())


@pytest.mark.parametrize("axes", [(0,), (1, 2), (0, 2)])
@pytest.mark.parametrize("rank", [1, 2, 100])
def test_a_core_is_split_by_its_singular_values(axes, rank):
    array = torch.randn(4, 3, 2, generator=seeded(), dtype=torch.float64)
    whole = Network(Structure((4, 3, 2), (Core((0, 1, 2)),), ()), (array,))
    others = [axis for axis in range(3) if axis not in axes]
    values = torch.linalg.svdvals(array.permute(*others, *axes).flatten(0, len(others) - 1).flatten(1))
    split = split_core(whole, 0, axes, min(rank, len(values)))
    lost = float((split.to_tensor() - array).norm())
    assert lost == pytest.approx(float(values[rank:].norm()), abs=1e-12)
    assert len(split.cores) == 2


@pytest.mark.parametrize("format_name", FORMATS)
def test_merged_cores_are_those_of_their_product(format_name):
    """A bond that is collapsed in the structure leaves one that can hold the same tensor."""
    held = network(format_name)
    smaller = edits.collapse_bond(held.structure, 0)
    assert len(smaller.cores) < len(held.structure.cores)
    assert smaller.modes == held.structure.modes
    assert sorted(leg for core in smaller.cores for leg in core.legs) == [0, 1, 2, 3]


@pytest.mark.parametrize("centre", range(5))
def test_bond_spectra_do_not_depend_on_the_centre(centre):
    held = network("tensor_train", (3, 4, 2, 4, 3), (3, 4, 4, 3))
    tensor = held.to_tensor()
    for bond, values in enumerate(bond_spectra(canonical(held, centre))):
        schmidt = torch.linalg.svdvals(tensor.flatten(0, bond).flatten(1) / tensor.norm())[: len(values)]
        torch.testing.assert_close(values, schmidt, atol=1e-12, rtol=1e-9)


@pytest.mark.parametrize("bond", range(4))
@pytest.mark.parametrize("rank", [1, 2])
def test_one_bond_is_truncated_and_the_others_stay(bond, rank):
    held = network("tensor_train", (3, 4, 2, 4, 3), 3)
    found = truncate_bond(held, bond, rank=rank)
    assert found.network.structure.ranks[bond] == rank
    values = bond_spectra(held)[bond]
    assert found.relative_error == pytest.approx(float(values[rank:].norm()), rel=1e-9)


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_file_gives_the_network_back(format_name, dtype, tmp_path):
    held = network(format_name, dtype=dtype)
    held.save(tmp_path / "network.safetensors")
    again = Network.load(tmp_path / "network.safetensors")
    assert again.structure == held.structure
    assert all(torch.equal(a, b) and a.dtype is dtype for a, b in zip(again.cores, held.cores, strict=True))


@pytest.mark.parametrize(
    ("cores", "bonds"),
    [
        ((Core((0,)), Core((1,))), ()),  # two parts
        ((Core((0,)), Core((0,))), (Bond((0, 1), 2),)),  # a mode twice
        ((Core((0,)), Core(())), (Bond((0, 1), 2),)),  # a mode nowhere
        ((Core((0,)), Core((1,))), (Bond((0, 2), 2),)),  # a core that is not there
        ((Core((0,)), Core((1,))), (Bond((0, 0), 2),)),  # a bond of a core with itself
        ((Core((0,)), Core((1,))), (Bond((0, 1), 0),)),
    ],
)
def test_structures_that_break_a_rule_are_refused(cores, bonds):
    with pytest.raises(StructureError):
        Structure((2, 3), cores, bonds)
