"""A fully connected network with a diagonal on every bond stands for the tensor that its formula says."""

from itertools import combinations

import numpy as np
import pytest

from tnlab.structure_search.parts.diagonal_network import DiagonalNetwork


@pytest.fixture
def network():
    random = np.random.default_rng(0)
    ranks = {(0, 1): 2, (0, 2): 3, (1, 2): 4}
    shapes = [(5, 2, 3), (2, 6, 4), (3, 4, 7)]  # the mode on the diagonal of this table
    cores = tuple(random.normal(size=shape) for shape in shapes)
    return DiagonalNetwork(cores, {pair: random.uniform(1, 2, rank) for pair, rank in ranks.items()})


def tensor(network):
    first, second, third = network.cores
    s = network.diagonals
    return np.einsum("iab,ajc,bck,a,b,c->ijk", first, second, third, s[0, 1], s[0, 2], s[1, 2])


def test_every_diagonal_counts_once(network):
    assert network.ranks == {(0, 1): 2, (0, 2): 3, (1, 2): 4}
    assert np.allclose(network.to_array(), tensor(network))


def test_absorbed_cores_have_the_mode_first_and_the_bonds_in_order(network):
    first, second, third = network.absorbed()
    assert (first.shape, second.shape, third.shape) == ((5, 2, 3), (6, 2, 4), (7, 3, 4))
    assert np.allclose(np.einsum("iab,jac,kbc->ijk", first, second, third), tensor(network))


@pytest.mark.parametrize("k", range(3))
def test_projections_are_the_normal_equations_of_a_core(network, k):
    """With X the tensor itself, the core with its diagonals solves them: ``gram`` times it is ``right``."""
    X = tensor(network)
    right, gram = network.projected(X, k)
    assert right.shape == network.cores[k].shape
    weighted = network.cores[k]
    for other in range(3):
        if other != k:
            shape = [1, 1, 1]
            shape[other] = -1
            weighted = weighted * network.diagonals[min(k, other), max(k, other)].reshape(shape)
    flat = np.moveaxis(weighted, k, 0).reshape(weighted.shape[k], -1)
    side = flat.shape[1]
    assert np.allclose(flat @ gram.reshape(side, side), np.moveaxis(right, k, 0).reshape(flat.shape))
    pairs = [pair for pair in combinations(range(3), 2) if k in pair]
    assert np.allclose(network.weights(k), np.outer(*(network.diagonals[pair] for pair in pairs)).ravel())
