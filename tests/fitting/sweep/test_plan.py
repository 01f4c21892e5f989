"""Both kinds of plan compute the normal equations that a dense einsum gives, for any structure."""

import functools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from tnlab.data import planted
from tnlab.errors import StructureError
from tnlab.fitting.sweep.normal_equations import along
from tnlab.fitting.sweep.plan import explicit_plan, plan_sweep
from tnlab.fitting.sweep.tree_plan import tree_plan
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.solvers.fit import fit
from tnlab.testing.structures import structures


def dense_equations(structure, cores, tensor, core):
    """Return G and B of one core by forming its environment as a matrix."""
    legs = structure.cores[core].legs
    bonds = list(structure.core_indices[core][len(legs) :])
    rest = [mode for mode in range(structure.order) if mode not in legs]
    operands = []
    for other, indices in enumerate(structure.core_indices):
        if other != core:
            operands += [cores[other], list(indices)]
    environment = np.einsum(*operands, [*rest, *bonds]) if operands else np.ones(())
    columns = math.prod(structure.core_shapes[core][len(legs) :])
    environment = environment.reshape(-1, columns)
    rows = math.prod(structure.modes[leg] for leg in legs)
    return environment.T @ environment, tensor.transpose(*legs, *rest).reshape(rows, -1) @ environment


def in_order_of(step, structure, gram, right):
    """Return dense equations with the bonds in the order in which a step groups them."""
    axes = getattr(step, "solution_axes", None)
    if axes is None:
        return gram, right
    shape = structure.core_shapes[step.core]
    legs = len(structure.cores[step.core].legs)
    order = [int(place) - legs for place in np.argsort(axes)[legs:]]
    ranks = shape[legs:]
    twice = [*order, *(place + len(ranks) for place in order)]
    turned = right.reshape(right.shape[0], *ranks).transpose(0, *(place + 1 for place in order))
    return gram.reshape(*ranks, *ranks).transpose(twice).reshape(gram.shape), turned.reshape(right.shape)


@settings(max_examples=80, deadline=None)
@given(structures(), st.sampled_from([tree_plan, explicit_plan]), st.integers(0, 5))
def test_normal_equations_at_every_update(structure, make_plan, seed):
    plan = make_plan(structure)
    generator = torch.Generator().manual_seed(seed)
    cores = [core.numpy() for core in Network.random(structure, generator=generator).cores]
    tensor = torch.randn(structure.modes, generator=generator, dtype=torch.float64).numpy()
    updates = iter([step for step in plan.steps if hasattr(step, "core")] * 2)

    def solve(grams, right, _):
        step = next(updates)
        expected_gram, expected_right = dense_equations(structure, plan.cores(values), tensor, step.core)
        gram = functools.reduce(np.kron, grams, np.ones((1, 1)))
        expected_gram, expected_right = in_order_of(step, structure, expected_gram, expected_right)
        right = right.reshape(expected_right.shape)
        scale = np.abs(expected_gram).max() + 1e-300
        assert np.allclose(gram / scale, expected_gram / scale, atol=1e-9)
        assert np.allclose(right, expected_right, atol=1e-9 * (1 + np.abs(expected_right).max()))
        return torch.randn(right.shape, generator=generator, dtype=torch.float64).numpy()

    values = plan.start(np.ascontiguousarray(tensor.transpose(plan.mode_order)), cores)
    plan.sweep(values, solve)
    plan.sweep(values, solve)
    assert next(updates, None) is None
    assert sorted(step.core for step in plan.steps if hasattr(step, "core")) == [*range(len(structure.cores))]


def full(order, size, rank):
    bonds = tuple(Bond((i, j), rank) for i in range(order) for j in range(i + 1, order))
    return Structure((size,) * order, tuple(Core((k,)) for k in range(order)), bonds)


def test_dense_graphs_fall_back_to_explicit_environments():
    structure = full(8, 2, 2)
    assert tree_plan(structure).flops > explicit_plan(structure).flops
    assert plan_sweep(structure).flops == explicit_plan(structure).flops


def test_what_cannot_fit_in_memory_is_refused_with_the_number():
    with pytest.raises(StructureError, match=r"an array of [\d.e+]+ GiB"):
        plan_sweep(full(9, 4, 9))


def test_a_ring_costs_a_few_products_with_the_tensor():
    ring = Structure(
        (4,) * 8, tuple(Core((k,)) for k in range(8)), tuple(Bond(tuple(sorted((k, (k + 1) % 8))), 4) for k in range(8))
    )
    assert plan_sweep(ring).flops < 1.5 * 4 * ring.size * 16


def test_a_latent_core_is_not_multiplied_with_itself():
    cube = formats["tucker"].build((20, 20, 20), 12)
    assert plan_sweep(cube).largest <= 12**4
    tensor = planted(cube, noise=0.01)
    assert fit(tensor, cube, max_sweeps=10).relative_error < 0.0101


class LargestArray(TorchDispatchMode):
    """Records the entries of the largest array that torch allocates."""

    most = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if not func.is_view:
            self.most = max(self.most, out.numel() if isinstance(out, torch.Tensor) else 0)
        return out


def traced(plan):
    """Return the flops and the entries of the largest array of one sweep, as they are done."""
    structure, solves = plan.structure, 0.0
    values = plan.start(
        torch.ones([structure.modes[mode] for mode in plan.mode_order], dtype=torch.float64),
        [torch.ones(shape, dtype=torch.float64) for shape in structure.core_shapes],
    )

    def solve(grams, right, _):
        nonlocal solves
        for place, gram in enumerate(grams):
            factor = torch.linalg.cholesky(gram + gram.trace() * torch.eye(len(gram), dtype=torch.float64))
            solves += len(gram) ** 3 / 3 + 2 * right.numel() * len(gram)
            right = along(right, place + 1, lambda rows, factor=factor: torch.cholesky_solve(rows.T, factor).T)
        return right

    with LargestArray() as arrays, FlopCounterMode(display=False) as products:
        plan.sweep(values, solve)
    return products.get_total_flops() + solves, arrays.most


SIZES = ((6, 6, 6, 6), 3), ((12, 12, 12), 2), ((40, 3, 3), 2), ((4, 4, 4, 4, 4), 2)
BUILT = [(name, modes, rank) for name in formats for modes, rank in SIZES if not formats[name].refusal(len(modes))]


@pytest.mark.parametrize("make_plan", [tree_plan, explicit_plan])
@pytest.mark.parametrize(("name", "modes", "rank"), BUILT)
def test_a_plan_counts_what_its_sweep_does(name, modes, rank, make_plan):
    """Elementwise products count as sums of one term do, with an addition: torch does not count them at all.

    Not counted as an intermediate array is the tensor in another order, which an explicit environment may need.
    """
    plan = make_plan(structure := formats[name].build(modes, rank))
    flops, largest = traced(plan)
    assert 1 - 1e-9 <= plan.flops / flops <= 1.12
    assert plan.largest == largest or (make_plan is explicit_plan and plan.largest < largest == structure.size)


def test_a_long_mode_counts_once():
    """Its core is 20000 x 8: no array has the square of a mode, and a sweep is a few products with the tensor."""
    train = formats["tensor_train"].build((20_000, 20, 20), 8)
    plan = plan_sweep(train)
    assert plan.largest == 20_000 * 8
    assert plan.flops < 2.2 * 2 * train.size * 8
    one = Structure((512, 768, 3), (Core((0, 1, 2)),), ())
    assert (plan_sweep(one).flops, plan_sweep(one).largest) == (0.0, one.size)
