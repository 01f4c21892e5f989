"""A power of two multiplies the tensor of a network exactly, and no core leaves the range of floats."""

import pytest
import torch

from tnlab.formats import formats
from tnlab.metrics import shifted
from tnlab.network.binary_scale import times_power_of_two
from tnlab.network.network import Network

STRUCTURE = formats["tt"].build((3, 4, 3), 2)


def scaled(generator, *factors):
    cores = Network.random(STRUCTURE, generator=generator).cores
    return Network(STRUCTURE, tuple(core * factor for core, factor in zip(cores, factors, strict=True)))


@pytest.mark.parametrize("exponent", [-1000, -7, 0, 1, 900])
def test_the_tensor_is_multiplied_exactly(exponent, generator):
    network = Network.random(STRUCTURE, generator=generator)
    product = times_power_of_two(network, exponent).to_tensor()
    assert torch.equal(shifted(product, -exponent), network.to_tensor())


def test_one_core_takes_the_factor_that_of_least_norm(generator):
    network = scaled(generator, 4, 1 / 8, 4)
    product = times_power_of_two(network, -20)
    same = [torch.equal(one, other) for one, other in zip(product.cores, network.cores, strict=True)]
    assert same == [True, False, True]


@pytest.mark.parametrize("back", [False, True])
def test_the_same_core_takes_the_factor_in_whatever_place_it_stands(back, generator):
    cores = Network.random(STRUCTURE, generator=generator).cores
    cores = tuple(core / core.norm() * norm for core, norm in zip(cores, (0.6, 0.7, 0.8), strict=True))
    turned = formats["tt"].build((3, 4, 3)[::-1], 2)
    one = times_power_of_two(Network(STRUCTURE, cores), -20, back=back)
    other = times_power_of_two(
        Network(turned, (cores[2].clone(), cores[1].transpose(1, 2).contiguous(), cores[0])), -20, back=back
    )
    norms = [[float(core.norm()) for core in network.cores] for network in (one, other)]
    assert norms[0] == pytest.approx(norms[1][::-1])


def test_a_larger_core_takes_a_factor_that_would_empty_the_least(generator):
    network = scaled(generator, 1, 1e-200, 1e200)
    product = times_power_of_two(network, -800)
    assert all(bool(core.any()) for core in product.cores)
    assert torch.equal(product.cores[1], network.cores[1])


@pytest.mark.parametrize("exponent", [-1500, 1024, 1500])
def test_all_cores_share_a_factor_that_would_overflow_or_empty_one(generator, exponent):
    network = Network.random(STRUCTURE, generator=generator)
    there = times_power_of_two(network, exponent)
    assert all(bool(core.isfinite().all()) and bool(core.any()) for core in there.cores)
    assert torch.equal(times_power_of_two(there, -exponent).to_tensor(), network.to_tensor())


def test_zeros_stay_zeros():
    network = Network(STRUCTURE, tuple(torch.zeros(shape) for shape in STRUCTURE.core_shapes))
    assert times_power_of_two(network, 50) is network
