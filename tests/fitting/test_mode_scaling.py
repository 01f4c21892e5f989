"""Modes in scaled coordinates: networks move there and back without loss."""

import pytest
import torch

from tnlab.fitting.mode_scaling import scale_modes
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.network.unfolding import unfolding


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_the_tensor_comes_back(power, generator):
    tensor = torch.rand(4, 5, 3, generator=generator)
    scaled = scale_modes(tensor, power)
    assert torch.allclose(torch.einsum("abc,ia,jb,kc->ijk", scaled.tensor, *scaled.back), tensor)


def test_rotation_alone_keeps_the_singular_values(generator):
    tensor = torch.rand(4, 5, 3, generator=generator)
    scaled = scale_modes(tensor, 0.0).tensor
    for mode in range(3):
        assert torch.allclose(
            torch.linalg.svdvals(unfolding(scaled, mode)), torch.linalg.svdvals(unfolding(tensor, mode))
        )


def test_of_a_matrix_the_root_on_both_sides_leaves_equal_singular_values(generator):
    """Both modes are divided by the roots of the same singular values: nothing is left but a rotation."""
    values = torch.linalg.svdvals(scale_modes(torch.rand(4, 6, generator=generator), 0.5).tensor)
    assert torch.allclose(values, torch.ones(4))


def test_a_network_of_the_scaled_tensor_is_one_of_the_tensor(generator):
    structure = formats["tr"].build((4, 5, 3), 2)
    scaled = scale_modes(Network.random(structure, generator=generator).to_tensor())
    network = Network.random(scaled.to_scaled(structure), generator=generator)
    back = scaled.from_scaled(network, structure)
    assert back.structure == structure
    expected = torch.einsum("abc,ia,jb,kc->ijk", network.to_tensor(), *scaled.back)
    assert torch.allclose(back.to_tensor(), expected)


def test_directions_without_weight_are_left_out():
    tensor = torch.einsum("i,j,k->ijk", torch.arange(1.0, 4), torch.ones(4), torch.ones(2))
    assert scale_modes(tensor).tensor.shape == (1, 1, 1)
