"""What the suite of teneva asserts of tensor trains, in our own words and data.

Subjects of teneva 0.14 (``test_act_one``, ``test_act_two``, ``test_als``, ``test_cross``, ``test_svd``,
``test_tensors``, ``test_transformation``): entries, sums and means without the tensor, training on samples, cross
approximation, special trains in closed form, long stable trains, quantised vectors. Of ttpy, which its suite compares
with, the trains of special functions are here too.
"""

import math

import numpy as np
import pytest
import torch

from tests.peers.planted import FORMATS, MODES, TREES, network, seeded
from tnlab import Network, Observed, TensorFunction, arithmetic, decompose, fit, round_network
from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.entries import entries
from tnlab.network.gauge.canonical import canonical


def everywhere(modes):
    return torch.cartesian_prod(*map(torch.arange, modes))


@pytest.mark.parametrize("format_name", FORMATS)
def test_entries_are_those_of_the_tensor(format_name):
    held = network(format_name)
    tensor = held.to_tensor()
    torch.testing.assert_close(entries(held, everywhere(MODES)), tensor.flatten(), atol=1e-13, rtol=1e-11)
    rows = [[1, 2, 4, 0], [0, 0, 0, 1], [1, 2, 4, 0], [-1, -1, -1, -1]]  # lists, repetitions, from the end
    torch.testing.assert_close(entries(held, rows), torch.stack([tensor[tuple(row)] for row in rows]))


@pytest.mark.parametrize("rows", [[[0, 0, 0]], [[4, 0, 0, 0]], [[0, 0, 0, -3]], [[0.5, 0, 0, 0]], [0, 0, 0, 0]])
def test_indices_that_are_none_are_refused(rows):
    with pytest.raises(DataError):
        entries(network("tensor_train"), rows)


def ones(modes, format_name="tensor_train"):
    structure = formats[format_name].build(modes, 1)
    return Network(structure, tuple(torch.ones(shape, dtype=torch.float64) for shape in structure.core_shapes))


@pytest.mark.parametrize("format_name", FORMATS)
def test_sum_mean_and_variance_without_the_tensor(format_name):
    """The sum is the inner product with ones, of any format; the mean is that over the number of entries."""
    held = network(format_name)
    tensor = held.to_tensor()
    total = arithmetic.inner(held, ones(MODES))
    assert total == pytest.approx(float(tensor.sum()), rel=1e-10)
    mean = total / math.prod(MODES)
    variance = arithmetic.norm(held) ** 2 / math.prod(MODES) - mean**2
    assert variance == pytest.approx(float(tensor.var(correction=0)), rel=1e-7)


def test_a_weighted_mean_is_an_inner_product_with_its_weights():
    held = network("tensor_train")
    weights = [torch.rand(size, generator=seeded(k), dtype=torch.float64) for k, size in enumerate(MODES)]
    structure = formats["tensor_train"].build(MODES, 1)
    product = Network(structure, tuple(w.reshape(s) for w, s in zip(weights, structure.core_shapes, strict=True)))
    wanted = torch.einsum("ijkl,i,j,k,l->", held.to_tensor(), *weights)
    assert arithmetic.inner(held, product) == pytest.approx(float(wanted), rel=1e-11)


SAMPLED = {
    "a sum of indices": (lambda at: at.sum(1).double(), 2),
    "a polynomial": (lambda at: ((at + 2.0) ** 3).sum(1), 2),
    "a product": (lambda at: torch.exp(-at.double() / 4).prod(1), 1),
}


@pytest.mark.parametrize("name", SAMPLED)
@pytest.mark.parametrize("format_name", ["tensor_train", "binary_tree"])
def test_a_network_is_learnt_from_samples(name, format_name):
    function, rank = SAMPLED[name]
    modes = (5,) * 5
    at = everywhere(modes)
    at = at[torch.randperm(len(at), generator=seeded())]
    learnt, kept = at[:1500], at[1500:]
    observed = Observed.from_entries(modes, learnt, function(learnt))
    found = fit(observed, formats[format_name].build(modes, rank), seed=0, max_sweeps=300, tolerance=1e-9)
    wanted = function(kept)
    assert float((entries(found.network, kept) - wanted).norm() / wanted.norm()) < 1e-5


@pytest.mark.parametrize("name", SAMPLED)
def test_a_function_is_learnt_from_crosses(name):
    function, rank = SAMPLED[name]
    asked = 0

    def counted(at):
        nonlocal asked
        asked += len(at)
        return function(at)

    modes = (20,) * 6
    found = decompose(TensorFunction(modes, counted), "tensor_train", target_error=1e-9)
    assert found.structure.ranks == (rank,) * 5
    at = torch.randint(20, (500, 6), generator=seeded())
    wanted = function(at)
    assert float((entries(found.network, at) - wanted).norm() / wanted.norm()) < 1e-8
    assert asked < math.prod(modes) / 100


@pytest.mark.parametrize("format_name", TREES)
@pytest.mark.parametrize("value", [42.0, -1e-3])
def test_constants_have_rank_one(format_name, value):
    constant = arithmetic.scale(ones((7, 6, 5, 4), format_name), value)
    assert bool((constant.to_tensor() == value).all())
    found = decompose(constant.to_tensor(), format_name, target_error=1e-12)
    assert set(found.structure.ranks) == {1}
    assert found.relative_error < 1e-12


@pytest.mark.parametrize("format_name", TREES)
def test_one_entry_alone_has_rank_one(format_name):
    tensor = torch.zeros(7, 6, 5, 4, dtype=torch.float64)
    tensor[3, 2, 4, 1] = 42.0
    found = decompose(tensor, format_name, target_error=1e-12).network
    assert set(found.structure.ranks) == {1}
    torch.testing.assert_close(found.to_tensor(), tensor)
    assert arithmetic.norm(found) == pytest.approx(42.0)


POINTS = torch.arange(1024, dtype=torch.float64) / 1024
VECTORS = {
    "exponential": (torch.exp(-3 * POINTS), 1),
    "sine": (torch.sin(20 * POINTS + 0.3), 2),
    "line": (2 * POINTS - 1, 2),
    "cubic": (POINTS**3 - POINTS, 4),
    "damped wave": (torch.exp(-2 * POINTS) * torch.cos(30 * POINTS), 2),
    "step at half": ((POINTS >= 0.5).double() + 1, 1),
    "step at three eighths": ((POINTS >= 0.375).double() + 1, 2),
}


@pytest.mark.parametrize("name", VECTORS)
def test_quantised_functions_have_their_known_ranks(name):
    vector, rank = VECTORS[name]
    found = decompose(vector.reshape((2,) * 10), "tensor_train", target_error=1e-10)
    assert max(found.structure.ranks) == rank
    assert relative_error(vector, found.network.to_tensor().flatten()) < 1e-10


@pytest.mark.parametrize("cores", [100, 600])
def test_long_trains_stay_in_the_range_of_floats(cores):
    """A train of ``cores`` random cores: its entries leave the range of floats, its form of norm 1 does not."""
    structure = formats["tensor_train"].build((3,) * cores, 3)
    arrays = [torch.randn(s, generator=seeded(k), dtype=torch.float64) for k, s in enumerate(structure.core_shapes)]
    held = Network(structure, tuple(arrays))
    logarithm = arithmetic.log_norm(held)
    halved = Network(structure, tuple(array / 2 for array in arrays))
    assert arithmetic.log_norm(halved) == pytest.approx(logarithm - cores * math.log(2), rel=1e-12)
    rounded = round_network(arithmetic.add(held, held), target_error=1e-9).network
    assert max(rounded.structure.ranks) == 3
    assert arithmetic.log_norm(rounded) == pytest.approx(logarithm + math.log(2), rel=1e-12)
    assert arithmetic.relative_distance(arithmetic.scale(held, 2.0), rounded) < 1e-8


@pytest.mark.parametrize(("centre", "ranks"), [(0, {1: 2, 2: 4, 3: 2}), (3, {0: 2, 1: 4, 2: 2})])
def test_all_of_the_norm_is_in_the_centre(centre, ranks):
    """The square of the norm of an isometric core is the rank of its bond towards the centre."""
    held = network("tensor_train", rank=(2, 4, 2))
    turned = canonical(held, centre)
    assert float(turned.cores[centre].norm()) == pytest.approx(float(held.to_tensor().norm()), rel=1e-12)
    for place, rank in ranks.items():
        assert float(turned.cores[place].square().sum()) == pytest.approx(rank, rel=1e-12)


@pytest.mark.parametrize("error", [0.3, 1e-2, 1e-5])
@pytest.mark.parametrize("shape", [(30, 20), (20, 30), (25, 25), (1, 9), (9, 1)])
def test_a_matrix_is_cut_as_its_singular_values_say(shape, error):
    """Their ``matrix_svd`` and ``matrix_skeleton``: the least rank whose remaining singular values are small enough."""
    matrix = torch.randn(shape, generator=seeded(), dtype=torch.float64)
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    matrix = left @ torch.diag(values * 0.3 ** torch.arange(len(values))) @ right
    values = torch.linalg.svdvals(matrix)
    tails = torch.tensor([float(values[rank:].norm() / values.norm()) for rank in range(len(values) + 1)])
    rank = max(1, int((tails <= error).nonzero()[0]))
    found = decompose(matrix, "tensor_train", target_error=error)
    assert found.structure.ranks == (rank,)
    assert found.relative_error == pytest.approx(float(tails[rank]), rel=1e-6, abs=1e-9)


def test_networks_are_not_changed_by_operations_on_them():
    held = network("tensor_train")
    before = [core.clone() for core in held.cores]
    other = network("tensor_train", seed=1)
    arithmetic.add(held, other)
    arithmetic.scale(held, 3.0)
    arithmetic.multiply(held, other)
    round_network(held, ranks=1)
    canonical(held, 1)
    copied = arithmetic.select(held, {})
    copied.cores[0].zero_()
    assert all(torch.equal(core, old) for core, old in zip(held.cores, before, strict=True))


@pytest.mark.parametrize("seed", [0, 7])
def test_random_trains_are_those_of_their_seed(seed):
    first, again, other = (network("tensor_train", seed=s).to_tensor() for s in (seed, seed, seed + 1))
    assert torch.equal(first, again)
    assert not torch.allclose(first, other)
    draws = [float(network("tensor_train", seed=s).to_tensor().square().sum()) for s in range(300)]
    assert np.mean(draws) == pytest.approx(1, abs=4 * float(np.std(draws)) / math.sqrt(300))
