"""Norms and inner products by sweeps over a tree are those of its tensor, to full precision where terms cancel."""

import numpy as np
import pytest
import torch

from tnlab.formats import formats
from tnlab.network.arithmetic import add, norm, scale, subtract
from tnlab.network.gauge import triangles
from tnlab.network.gauge.triangles import LIGHT, as_columns, times_along, tree_inner, tree_norm, triangle
from tnlab.network.network import Network


def random(name, modes, rank, seed=0, dtype=torch.float64):
    return Network.random(formats[name].build(modes, rank), generator=torch.Generator().manual_seed(seed), dtype=dtype)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize(("name", "rank"), [("tt", 3), ("tucker", 2), ("binary_tree", 3), ("tt", 40)])
def test_norms_and_inner_products_are_those_of_the_tensors(name, rank, dtype):
    one, two = (random(name, (5, 4, 3, 4, 5), rank, seed, dtype) for seed in (0, 1))
    first, second = one.to_tensor().double(), two.to_tensor().double()
    accuracy = 1e-13 if dtype == torch.float64 else 1e-5
    assert tree_norm(one) == pytest.approx(float(first.norm()), rel=accuracy)
    assert tree_inner(one, two) == pytest.approx(float((first * second).sum()), rel=100 * accuracy)


@pytest.mark.parametrize("rank", [4, 130])
def test_large_networks_are_swept_in_torch(rank):
    train = random("tensor_train", (8,) * 6, rank)
    assert (train.parameters > LIGHT) == (rank == 130)
    assert tree_norm(train) == pytest.approx(float(train.to_tensor().norm()), rel=1e-13)


@pytest.mark.parametrize("rank", [3, 20])
def test_nothing_is_lost_where_terms_cancel(rank):
    """The inner product of a difference with itself would be right to 1e-8 of the terms only."""
    one, change = random("tensor_train", (6,) * 8, rank), random("tensor_train", (6,) * 8, rank, 1)
    near = add(one, scale(change, 1e-10))
    assert norm(subtract(near, one)) == pytest.approx(1e-10 * norm(change), rel=1e-4)
    assert norm(subtract(one, one)) < 1e-14 * norm(one)


def test_products_out_of_range_are_told():
    train = random("tensor_train", (4,) * 4, 2)
    tiny = Network(train.structure, tuple(core * 1e-90 for core in train.cores))
    for sweep in (lambda: tree_norm(tiny), lambda: tree_inner(tiny, tiny), lambda: triangle(tiny.cores[0] * 1e-90)):
        with pytest.raises(FloatingPointError, match="range"):
            sweep()


def test_a_triangle_has_the_gram_matrix_of_its_matrix(generator):
    good = torch.randn(50, 6, generator=generator, dtype=torch.float64)
    singular = torch.cat([good, good, good[:, :1] * 0], 1)
    for matrix in (good, singular, good[:3], good * torch.logspace(0, -150, 6, dtype=torch.float64)):
        for array in (matrix, matrix.numpy()):
            factor = triangle(array)
            assert len(factor) <= min(array.shape)
            assert np.allclose(np.asarray(factor.T @ factor), np.asarray(array.T @ array), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_axes_are_multiplied_and_unfolded(generator, axis):
    array, matrix = torch.randn(3, 4, 5, generator=generator), torch.randn(2, 3 + axis, generator=generator)
    found = times_along(array, matrix, axis)
    assert torch.allclose(found, torch.tensordot(matrix, array, ([1], [axis])).movedim(0, axis))
    assert torch.allclose(as_columns(array, axis), array.movedim(axis, -1).reshape(-1, array.shape[axis]))


TREES = ("tt", (4,) * 6, 4), ("binary_tree", (3,) * 6, 3), ("tt", (1,) * 5, 1)


@pytest.mark.parametrize(("name", "modes", "rank"), TREES)
@pytest.mark.parametrize("light", [True, False])
def test_products_take_over_only_memory_of_products(monkeypatch, name, modes, rank, light):
    monkeypatch.setattr(triangles, "LIGHT", LIGHT if light else 0)
    one, two = random(name, modes, rank), random(name, modes, rank, 1)
    before = [core.clone() for core in (*one.cores, *two.cores)]
    found = tree_norm(one), tree_inner(one, two)
    assert found == pytest.approx((float(one.to_tensor().norm()), float((one.to_tensor() * two.to_tensor()).sum())))
    assert all(map(torch.equal, before, (*one.cores, *two.cores)))
