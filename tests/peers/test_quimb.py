"""What the suite of quimb's tensor part asserts of networks of any graph, in our own words and data.

Subjects of quimb 1.15 (``test_tensor_core``, ``test_fitting``, ``test_tn1d``, ``test_tnag``, ``test_contract``):
random regular graphs and hyper-graphs, norms and distances, fits of one network to another, Schmidt values and
entropies, gauges, compression in loops. Its circuits, time evolution, DMRG and belief propagation are declined.
"""

import networkx as nx
import numpy as np
import pytest
import torch

from tests.peers.planted import FORMATS, network, seeded
from tnlab import Bond, Core, Network, Structure, arithmetic, cut_rank, error_bound, fit, isomorphic, round_network
from tnlab.formats import formats
from tnlab.interop.arrays import from_indices
from tnlab.network.gauge.balance import balanced, imbalance
from tnlab.network.gauge.bond_spectra import bond_spectra


def regular(count, degree, rank=2, size=2, seed=0):
    """Return a random network on a random regular graph, with a mode at every core."""
    graph = nx.random_regular_graph(degree, count, seed=seed)
    bonds = tuple(Bond(tuple(sorted(edge)), rank) for edge in sorted(map(sorted, graph.edges)))
    structure = Structure((size,) * count, tuple(Core((k,)) for k in range(count)), bonds)
    return Network.random(structure, generator=seeded(seed))


def labelled(held):
    return [[*map(int, own)] for own in held.structure.core_indices]


@pytest.mark.parametrize(("count", "degree"), [(4, 2), (4, 3), (6, 3), (5, 4)])
@pytest.mark.parametrize("seed", [0, 1])
def test_random_regular_graphs(count, degree, seed):
    held = regular(count, degree, seed=seed)
    letters = ["".join(chr(97 + index) for index in own) for own in labelled(held)]
    wanted = np.einsum(f"{','.join(letters)}->{'abcdefgh'[:count]}", *[core.numpy() for core in held.cores])
    np.testing.assert_allclose(held.to_tensor(), wanted, atol=1e-13)
    assert arithmetic.norm(held) == pytest.approx(np.linalg.norm(wanted), rel=1e-9)
    other = regular(count, degree, seed=seed + 5)
    tensor = other.to_tensor().numpy()
    assert arithmetic.inner(held, other) == pytest.approx(float((wanted * tensor).sum()), rel=1e-8, abs=1e-13)
    assert arithmetic.distance(held, other) == pytest.approx(np.linalg.norm(wanted - tensor), rel=1e-7)


def test_a_network_is_the_same_in_any_order_of_its_cores():
    held = regular(6, 3)
    order = [3, 1, 5, 0, 4, 2]
    turned = from_indices([held.cores[k] for k in order], [labelled(held)[k] for k in order], range(6))
    torch.testing.assert_close(turned.to_tensor(), held.to_tensor())
    assert isomorphic(turned.structure, held.structure)
    assert not isomorphic(turned.structure, regular(6, 4).structure)


@pytest.mark.parametrize("solver", ["als", "lbfgs", "levenberg_marquardt"])
@pytest.mark.parametrize("start", ["svd", "random"])
def test_a_train_is_fitted_to_a_train(solver, start):
    truth = network("tensor_train", (3, 3, 3, 3), 2)
    found = fit(truth.to_tensor(), truth.structure, solver=solver, init=start, seed=0, restarts=3, max_sweeps=300)
    assert arithmetic.relative_distance(truth, found.network) < 1e-3


@pytest.mark.parametrize("seed", [0, 1])
def test_a_graph_with_loops_is_fitted_to_a_train_inside_it(seed):
    """A graph of bonds between all cores contains every train through them, of the same rank."""
    truth = network("tensor_train", (3, 3, 3, 3), 2, seed=seed)
    found = fit(truth.to_tensor(), formats["fctn"].build((3,) * 4, 2), seed=0, restarts=3, max_sweeps=200)
    assert found.relative_error < 1e-3


def test_a_fit_of_a_network_with_more_bonds_is_no_worse():
    held = regular(5, 4, seed=3)
    tensor = held.to_tensor()
    small = fit(tensor, formats["tr"].build((2,) * 5, 2), seed=0, restarts=4, max_sweeps=200)
    large = fit(tensor, held.structure, seed=0, restarts=4, max_sweeps=200)
    assert large.relative_error < small.relative_error
    assert error_bound(tensor, small.structure).error_bound <= small.relative_error
    assert error_bound(tensor, held.structure).error_bound == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("format_name", ["tensor_train", "binary_tree", "tucker"])
def test_schmidt_values_give_the_entropy_of_a_cut(format_name):
    held = network(format_name, (3, 4, 3, 2), 2)
    squares = [values.square() for values in bond_spectra(held)]
    assert all(float(own.sum()) == pytest.approx(1) for own in squares)
    for own, bond in zip(squares, held.structure.bonds, strict=True):
        entropy = float(-(own * own.clamp(min=1e-300).log2()).sum())
        assert -1e-12 <= entropy <= np.log2(bond.rank) + 1e-12


def test_a_ghz_state_has_one_bit_on_every_bond_and_a_product_state_none():
    ghz = torch.zeros((2,) * 6, dtype=torch.float64)
    ghz[(0,) * 6] = ghz[(1,) * 6] = 0.5**0.5
    found = fit(ghz, formats["tt"].build((2,) * 6, 2))
    assert found.relative_error < 1e-9
    for values in bond_spectra(found.network):
        np.testing.assert_allclose(values, [0.5**0.5] * 2, atol=1e-9)
    product = network("tt", (2,) * 6, 1)
    assert all(values.tolist() == pytest.approx([1.0]) for values in bond_spectra(product))


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_balanced_gauge_keeps_the_tensor_and_evens_the_cores(format_name):
    held = network(format_name)
    cores = list(held.cores)
    cores[0], cores[1] = cores[0] * 1e3, cores[1] / 1e3
    uneven = Network(held.structure, tuple(cores))
    even = balanced(uneven)
    torch.testing.assert_close(even.to_tensor(), held.to_tensor(), atol=1e-11, rtol=1e-8)
    assert imbalance(even) < 1e-3 < imbalance(uneven)
    squares = [sum(float(core.square().sum()) for core in own.cores) for own in (even, uneven)]
    assert squares[0] < squares[1]


@pytest.mark.parametrize("format_name", ["tensor_ring", "fully_connected", "cp"])
@pytest.mark.parametrize("target", [0.5, 1e-3])
def test_compression_in_loops_keeps_to_its_error_and_says_it(format_name, target):
    held = arithmetic.add(network(format_name), arithmetic.scale(network(format_name, seed=1), 0.1))
    found = round_network(held, target_error=target)
    tensor = held.to_tensor()
    true = float((found.network.to_tensor() - tensor).norm() / tensor.norm())
    assert true <= target
    assert found.relative_error == pytest.approx(true, rel=1e-3, abs=1e-7)


def test_a_grid_has_the_least_cut_of_its_lines():
    """In a 3 x 3 grid of rank 2, two bonds part a corner, four the middle, three a row."""
    grid = formats["peps"].build((20,) * 9, 2)
    corners = [cut_rank(grid, (mode,)) for mode in (0, 2, 6, 8)]
    assert corners == [4] * 4
    assert cut_rank(grid, (4,)) == 16
    assert cut_rank(grid, (0, 1, 2)) == 8


@pytest.mark.parametrize("seed", [0, 3])
def test_random_networks_of_every_graph_are_those_of_their_seed(seed):
    assert torch.equal(regular(6, 3, seed=seed).to_tensor(), regular(6, 3, seed=seed).to_tensor())
    assert not torch.equal(regular(6, 3, seed=seed).to_tensor(), regular(6, 3, seed=seed + 1).to_tensor())
