"""Formats on paired legs: the matrices of their papers are represented exactly."""

import math

import numpy as np
import pytest
import tensorly as tl
import torch

from tnlab.errors import FormatError
from tnlab.formats import formats
from tnlab.network.network import Network


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def network(structure, cores) -> Network:
    return Network(structure, tuple(torch.as_tensor(np.ascontiguousarray(core)) for core in cores))


def matrix(tensor) -> np.ndarray:
    rows = math.prod(tensor.shape[: tensor.ndim // 2])
    return tensor.numpy().reshape(rows, -1)


def test_matrix_product_operator_is_tensorlys(rng):
    structure = formats["tt_matrix"].build((2, 3, 4, 5, 2, 3), (2, 3))
    cores = [rng.standard_normal(shape) for shape in structure.core_shapes]
    first, second, third = cores  # axes: row, column, left bond, right bond
    theirs = tl.tt_matrix_to_tensor([first[None], second.transpose(2, 0, 1, 3), third.transpose(2, 0, 1)[..., None]])
    assert np.allclose(network(structure, cores).to_tensor(), theirs)


def test_kronecker_sum_is_a_sum_of_kronecker_products(rng):
    structure = formats["kron"].build((2, 3, 4, 5, 2, 3), 3)
    cores = [rng.standard_normal(shape) for shape in structure.core_shapes]
    terms = [np.kron(np.kron(cores[0][..., r], cores[1][..., r]), cores[2][..., r]) for r in range(3)]
    assert np.allclose(matrix(network(structure, cores).to_tensor()), sum(terms))


def test_block_term_is_a_sum_of_tuckers(rng):
    structure = formats["block_term"].build((4, 5, 6), (2, 3, 2, 4))
    *factors, middle = cores = [rng.standard_normal(shape) for shape in structure.core_shapes]
    terms = [tl.tucker_to_tensor((middle[..., t], [factor[..., t] for factor in factors])) for t in range(4)]
    assert np.allclose(network(structure, cores).to_tensor(), sum(terms))
    ones = formats["block_term"].build((4, 5, 6), (1, 1, 1, 4))
    assert ones.parameters == formats["cp"].build((4, 5, 6), 4).parameters + 4
    assert formats["block_term"].build((4, 5, 6), (2, 3, 2, 1)).parameters == 8 + 15 + 12 + 12


def block_diagonal(blocks: np.ndarray) -> np.ndarray:
    """Return the matrix with the blocks (count, rows, columns) on its diagonal."""
    count, rows, columns = blocks.shape
    dense = np.zeros((count, rows, count, columns))
    dense[range(count), :, range(count)] = blocks
    return dense.reshape(count * rows, count * columns)


def swap(rows: int, columns: int) -> np.ndarray:
    """Return the permutation that reads a vector of rows x columns column by column."""
    return np.eye(rows * columns).reshape(rows, columns, -1).transpose(1, 0, 2).reshape(rows * columns, -1)


def test_a_monarch_matrix_is_represented_exactly(rng):
    """Dao 2022: a permutation, a block-diagonal, a permutation, a block-diagonal."""
    i1, i2, j1, j2 = 3, 4, 5, 2
    right = rng.standard_normal((j1, i2, j2))  # block j1 maps j2 to i2
    left = rng.standard_normal((i2, i1, j1))  # block i2 maps j1 to i1
    monarch = swap(i2, i1) @ block_diagonal(left) @ swap(j1, i2) @ block_diagonal(right)
    structure = formats["monarch"].build((i1, i2, j1, j2), 1)
    assert structure.ranks == (1, i2, j1)
    cores = [left.transpose(1, 0, 2)[:, None], np.eye(i2), np.eye(j1), right.transpose(2, 1, 0)[:, None]]
    assert np.allclose(matrix(network(structure, cores).to_tensor()), monarch)
    assert structure.parameters == left.size + right.size + i2**2 + j1**2


@pytest.mark.parametrize("half", [2, 3])
def test_a_block_tensor_train_is_represented_exactly(rng, half):
    """Qiu 2024: factor t knows the rows from t on, the columns up to t, and its two bonds."""
    modes = (2, 3, 2, 3, 2, 2)[: 2 * half]
    rank, letters = 2, "abcxyz" if half == 3 else "abxy"
    structure = formats["btt"].build(modes, rank)
    rows, columns, bonds = letters[:half], letters[half:], "rs"[: half - 1]
    sizes = {**dict(zip(letters, modes, strict=True)), **dict.fromkeys(bonds, rank)}
    axes = [bonds[max(t - 1, 0) : t + 1] + rows[t:] + columns[: t + 1] for t in range(half)]
    factors = [rng.standard_normal([sizes[x] for x in own]) for own in axes]
    expected = np.einsum(",".join(axes) + "->" + letters, *factors)
    places = {0: 0, half - 1: 2 * half - 1, **{t: 2 * half + t - 1 for t in range(1, half - 1)}}
    names = dict(enumerate(letters)) | {2 * half + place: x for place, x in enumerate(bonds + rows[1:] + columns[:-1])}
    cores = [np.eye(size) for size in modes] + [np.zeros(0)] * (half - 2)
    for t, place in places.items():
        wanted = [names[index] for index in structure.core_indices[place]]
        cores[place] = np.einsum(axes[t] + "->" + "".join(wanted), factors[t])
    assert np.allclose(network(structure, cores).to_tensor(), expected)
    copied = sum(modes[mode] ** 2 for mode in range(1, 2 * half - 1))
    assert structure.parameters == sum(factor.size for factor in factors) + copied


def test_a_free_copy_core_is_another_basis(rng):
    structure = formats["monarch"].build((3, 4, 5, 2), 2)
    left, rows, columns, right = (rng.standard_normal(shape) for shape in structure.core_shapes)
    free = matrix(network(structure, [left, rows, columns, right]).to_tensor())
    plain = matrix(network(structure, [left, np.eye(4), np.eye(5), right]).to_tensor())
    assert np.allclose(free, np.kron(np.eye(3), rows) @ plain @ np.kron(columns, np.eye(2)).T)


def test_a_monarchs_hyper_bonds_have_the_sizes_of_their_modes():
    assert formats["monarch"].build((2, 3, 4, 5, 6, 7), 2).ranks == (2, 2, 3, 4, 5, 6)
    assert formats["monarch"].build((3, 4, 5, 2), (2, 1, 1)).ranks == (2, 1, 1)
    with pytest.raises(FormatError, match="needs 3 ranks, one per bond, but got 1"):
        formats["monarch"].build((3, 4, 5, 2), (2,))


@pytest.mark.parametrize("name", ["mpo", "kron", "monarch"])
def test_an_odd_number_of_modes_is_refused_with_a_way_out(name):
    with pytest.raises(FormatError, match=r"even number of modes, rows .* but got 5; a mode of size 1 can fill"):
        formats[name].build((2,) * 5, 2)
    with pytest.raises(FormatError, match="at least 4 modes, but got 2"):
        formats[name].build((2,) * 2, 2)
