"""A bond is resized: padding keeps the tensor, truncating keeps its heaviest part."""

import pytest
import torch

from tnlab.formats import formats
from tnlab.network.edits import clip_ranks
from tnlab.network.gauge.resize_bond import narrow, trimmed_bonds, widen
from tnlab.network.network import Network


def orthonormal(rows, columns, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.linalg.qr(torch.randn(rows, columns, generator=generator)).Q


def summed(factors):
    """Return the tensor of a hyper-bond whose axis is the second of every factor."""
    return torch.einsum("ar,br,cr->abc", *factors.values())


@pytest.mark.parametrize(("rank", "kept"), [(1, [1]), (2, [1, 3]), (3, [0, 1, 3])])
def test_of_a_hyper_bond_the_heaviest_components_are_kept(rank, kept):
    """Orthogonal components have weights 2, 10, 0.5, 5, products over the cores: the error is the norm of the rest."""
    weights = torch.tensor([[4.0, 0.5, 0.25, 1.0], [0.5, 2.0, 8.0, 10.0], [1.0, 10.0, 0.25, 0.5]])
    factors = {core: orthonormal(5, 4, core) * weights[core] for core in range(3)}
    before, total = summed(factors), weights.prod(0)
    assert total.tolist() == [2.0, 10.0, 0.5, 5.0]
    whole = dict(factors)
    narrow(factors, dict.fromkeys(range(3), 1), rank)
    for core, factor in factors.items():
        assert torch.equal(factor, whole[core][:, kept])
    lost = [float(weight) for place, weight in enumerate(total) if place not in kept]
    assert float((summed(factors) - before).norm()) == pytest.approx(sum(weight**2 for weight in lost) ** 0.5)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_between_two_cores_the_best_approximation_of_their_product_is_kept(rank, generator):
    """Eckart and Young: the error is the norm of the singular values that are left out."""
    left, right = torch.randn(4, 3, 5, generator=generator), torch.randn(5, 6, generator=generator)
    arrays = {7: left, 2: right}
    product = torch.tensordot(left, right, dims=([2], [0]))
    narrow(arrays, {7: 2, 2: 0}, rank)
    assert (arrays[7].shape, arrays[2].shape) == ((4, 3, rank), (rank, 6))
    values = torch.linalg.svdvals(product.reshape(12, 6))
    error = float((torch.tensordot(arrays[7], arrays[2], dims=([2], [0])) - product).norm())
    assert error == pytest.approx(float(values[rank:].norm()), rel=1e-10)
    for core, axis in ((7, 2), (2, 0)):  # both cores carry the root of the singular values
        gram = arrays[core].movedim(axis, 0).reshape(rank, -1)
        assert torch.allclose(gram @ gram.T, torch.diag(values[:rank]), atol=1e-10)


def test_a_bond_wider_than_its_cores_allow_is_filled_with_zeros(generator):
    """Two matrices of two rows have a product of rank 2, so that a third component is zero."""
    arrays = {0: torch.randn(2, 5, generator=generator), 1: torch.randn(5, 2, generator=generator)}
    product = arrays[0] @ arrays[1]
    narrow(arrays, {0: 1, 1: 0}, 3)
    assert torch.allclose(arrays[0] @ arrays[1], product)
    assert float(arrays[0][:, 2].abs().max()) == float(arrays[1][2].abs().max()) == 0.0


@pytest.mark.parametrize("first", [0, 1])
def test_padding_keeps_the_tensor_and_puts_the_zeros_into_the_first_core(first, generator):
    structure = formats["tt"].build((4, 3, 5), 2)
    network = Network.random(structure, generator=generator)
    axis = len(structure.cores[0].legs)
    arrays = {0: network.cores[0] * 100, 1: network.cores[1]}
    before = torch.tensordot(arrays[0], arrays[1], dims=([axis], [axis]))
    size = float(arrays[1 - first].square().mean().sqrt())
    widen(arrays, {0: axis, 1: axis}, 2000, first=first, generator=generator)
    assert torch.allclose(torch.tensordot(arrays[0], arrays[1], dims=([axis], [axis])), before)
    assert float(arrays[first].narrow(axis, 2, 2000).abs().max()) == 0.0
    pad = arrays[1 - first].narrow(axis, 2, 2000)
    assert float(pad.square().mean().sqrt()) == pytest.approx(size, rel=0.05)  # as large as what was there


@pytest.mark.parametrize(("name", "ranks"), [("tt", 9), ("ht", 9), ("tucker", 9), ("tr", (14, 2, 1, 2))])
def test_trimmed_bonds_have_no_rank_that_their_cores_cannot_use(name, ranks, generator):
    network = Network.random(formats[name].build((3, 2, 4, 3), ranks), generator=generator)
    trimmed = trimmed_bonds(network)
    assert trimmed.structure == clip_ranks(network.structure)
    assert trimmed.parameters < network.parameters
    torch.testing.assert_close(trimmed.to_tensor(), network.to_tensor())
    assert trimmed_bonds(trimmed) is trimmed
