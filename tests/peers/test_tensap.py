"""What the suite of tensap asserts of tree tensors, in our own words and data.

Subjects of tensap 1.8 (``test/test_tucker``, ``test_spaces`` and the tutorials that its suite runs: tree-based tensors,
truncation, completion, learning of functions): hierarchical truncation to ranks and to an error on any tree, entries
without the tensor, the dependence on the tree, samples. Its functional bases and measures are declined.
"""

import pytest
import torch

from tests.peers.planted import network, seeded
from tnlab import Bond, Core, Network, Observed, Structure, arithmetic, canonical, decompose, fit, parameter_bound
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.entries import entries

TREE_FORMATS = ("binary_tree", "dimension_tree", "tucker", "tensor_train")
MODES = (4, 3, 5, 4, 3)
# Two branches of two modes at a root that carries the fifth: no named format.
DRAWN = Structure(
    MODES,
    (Core((0,)), Core((1,)), Core((2,)), Core((3,)), Core((4,)), Core(()), Core(())),
    tuple(Bond(cores, 2) for cores in ((0, 5), (1, 5), (2, 6), (3, 6), (4, 5), (4, 6))),
)


def below(structure, bond):
    """Return the modes on one side of a bond of a tree."""
    reached, waiting = set(), {structure.bonds[bond].cores[0]}
    while waiting:
        core = waiting.pop()
        reached.add(core)
        for other, own in enumerate(structure.bonds):
            if other != bond and core in own.cores:
                waiting |= set(own.cores) - reached
    return sorted(leg for core in reached for leg in structure.cores[core].legs)


def tails(tensor, structure):
    """Return what is lost of a tensor, relative to it, when each bond alone is cut to its rank."""
    found = []
    for bond, rank in enumerate(structure.ranks):
        side = below(structure, bond)
        rest = [mode for mode in range(tensor.ndim) if mode not in side]
        values = torch.linalg.svdvals(tensor.permute(*side, *rest).flatten(0, len(side) - 1).flatten(1))
        found.append(values[rank:].norm() / tensor.norm())
    return torch.stack(found)


def structure_of(name, rank=2):
    return DRAWN if name == "drawn" else formats[name].build(MODES, rank)


@pytest.mark.parametrize("name", [*TREE_FORMATS, "drawn"])
def test_truncation_on_a_tree_is_quasi_optimal(name):
    tensor = torch.rand(MODES, generator=seeded(), dtype=torch.float64) ** 2
    structure = structure_of(name)
    found = decompose(tensor, structure, solver="tree_svd")
    lost = tails(tensor, structure)
    assert float(lost.max()) - 1e-12 <= found.relative_error <= float(lost.norm()) + 1e-12
    assert relative_error(tensor, found.network.to_tensor()) == pytest.approx(found.relative_error, rel=1e-7)


@pytest.mark.parametrize("error", [0.3, 0.05, 1e-9])
@pytest.mark.parametrize("name", [*TREE_FORMATS, "drawn"])
def test_truncation_on_a_tree_keeps_to_its_error(name, error):
    tensor = torch.rand(MODES, generator=seeded(1), dtype=torch.float64)
    found = decompose(tensor, structure_of(name) if name == "drawn" else name, target_error=error)
    assert relative_error(tensor, found.network.to_tensor()) <= error
    assert bool((tails(tensor, found.structure) <= error).all())
    assert found.parameters >= parameter_bound(tensor, error, family="tree").parameters


@pytest.mark.parametrize("name", [*TREE_FORMATS, "drawn"])
def test_planted_ranks_on_a_tree_are_found(name):
    held = Network.random(structure_of(name), generator=seeded(2))
    found = decompose(held.to_tensor(), name if name != "drawn" else DRAWN, target_error=1e-9)
    assert max(found.structure.ranks) == 2
    assert arithmetic.relative_distance(held, found.network) < 1e-8


@pytest.mark.parametrize("name", [*TREE_FORMATS, "drawn"])
@pytest.mark.parametrize("centre", [0, 1, 4])
def test_orthogonal_representations_at_any_root(name, centre):
    held = Network.random(structure_of(name), generator=seeded(3))
    turned = canonical(held, centre)
    assert float(turned.cores[centre].norm()) == pytest.approx(arithmetic.norm(held), rel=1e-10)
    torch.testing.assert_close(turned.to_tensor(), held.to_tensor(), atol=1e-13, rtol=1e-9)


@pytest.mark.parametrize("name", [*TREE_FORMATS, "drawn"])
def test_entries_and_inner_products_without_the_tensor(name):
    held = Network.random(structure_of(name), generator=seeded(4))
    tensor = held.to_tensor()
    at = torch.stack([torch.randint(size, (50,), generator=seeded(k)) for k, size in enumerate(MODES)], 1)
    torch.testing.assert_close(entries(held, at), tensor[tuple(at.T)], atol=1e-14, rtol=1e-10)
    assert arithmetic.inner(held, network("tt", MODES)) == pytest.approx(
        float((tensor * network("tt", MODES).to_tensor()).sum()), rel=1e-9, abs=1e-13
    )


def test_the_tree_matters():
    """A tensor of pairs (0, 2) and (1, 3) has rank 1 between the pairs, and rank 16 where a train cuts both."""
    pair = torch.randn(4, 4, generator=seeded(5), dtype=torch.float64)
    tensor = torch.einsum("ac,bd->abcd", pair, pair)
    assert decompose(tensor, "tt", target_error=1e-9).structure.ranks == (4, 16, 4)
    assert decompose(tensor.permute(0, 2, 1, 3), "tt", target_error=1e-9).structure.ranks == (4, 1, 4)


@pytest.mark.parametrize("name", ["binary_tree", "tensor_train", "drawn"])
def test_a_tree_is_learnt_from_a_part_of_the_entries(name):
    tensor = Network.random(structure_of(name), generator=seeded(6)).to_tensor()
    observed = Observed.random_part(tensor, 0.5, seed=1)
    found = fit(observed, structure_of(name), seed=0, restarts=2, max_sweeps=500, tolerance=1e-9)
    assert relative_error(tensor, found.network.to_tensor()) < 1e-3


def test_a_function_of_many_variables_has_the_ranks_of_its_terms():
    """x0 + x1 + x2 x3 over a grid: rank 2 beside every mode, and on a binary tree too."""
    axes = [torch.linspace(0, 1, 6, dtype=torch.float64)] * 4
    x0, x1, x2, x3 = torch.meshgrid(*axes, indexing="ij")
    for name in ("tensor_train", "binary_tree", "tucker"):
        found = decompose(x0 + x1 + x2 * x3, name, target_error=1e-10)
        assert set(found.structure.ranks) == {2}
