"""The instructions of a sweep: shapes there and back, precision, and what a pass sees of changed cores."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.fitting.sweep.plan import explicit_plan
from tnlab.fitting.sweep.steps import Alias, Equations, Multiply
from tnlab.fitting.sweep.tree_plan import tree_plan
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.network.pairwise import compile_pair
from tnlab.testing.structures import structures

MAKERS = st.sampled_from([tree_plan, explicit_plan])


def started(plan, seed=0):
    generator = torch.Generator().manual_seed(seed)
    cores = [core.numpy() for core in Network.random(plan.structure, generator=generator).cores]
    tensor = torch.randn(plan.structure.modes, generator=generator, dtype=torch.float64)
    return plan.start(tensor.permute(plan.mode_order).contiguous().numpy(), cores)


@settings(max_examples=40)
@given(structures(), MAKERS)
def test_a_core_in_the_shape_of_its_right_side_comes_back(structure, make_plan):
    plan = make_plan(structure)
    values = started(plan)
    for step, grams, right in plan.equations(values):
        core = values[1 + step.core]
        assert step.present(values).shape == right.shape
        assert right.shape[1:] == tuple(len(gram) for gram in grams) or not grams
        assert np.array_equal(step.as_core(step.as_right(core)), core)


@settings(max_examples=40)
@given(structures(), MAKERS)
def test_a_pass_whose_caller_replaces_cores_is_a_sweep(structure, make_plan):
    plan = make_plan(structure)
    swept, passed = started(plan), started(plan)
    plan.sweep(swept, lambda grams, right, _: np.tanh(right))
    for step, _, right in plan.equations(passed):
        passed[1 + step.core] = step.as_core(np.tanh(right))
    for one, other in zip(plan.cores(swept), plan.cores(passed), strict=True):
        assert np.array_equal(one, other)


def test_a_product_with_a_float32_tensor_is_float64():
    pair = compile_pair((0, 1), (1, 2), (), (2, 3, 4))
    values = [np.ones((2, 3), np.float32), np.ones((3, 4)), None]
    Multiply(pair, left=0, right=1, out=2, mixed=True)(values, None)
    assert values[2].dtype == np.float64
    assert np.array_equal(values[2], np.full((2, 4), 3.0))
    assert (Multiply(pair, left=0, right=1, out=2).flops, Multiply(pair, left=0, right=1, out=2).size) == (
        2 * 2 * 3 * 4,
        8,
    )


def test_an_alias_is_the_same_array():
    values = [np.ones(3), None]
    Alias(0, 1, 3)(values, None)
    assert values[1] is values[0]


def test_the_work_of_a_plan_is_that_of_its_steps():
    plan = tree_plan(formats["ht"].build((3, 4, 3, 4), 2))
    assert not any(isinstance(step, Equations) for step in plan.prepare)
    assert plan.flops == sum(step.flops for step in plan.steps)
    assert plan.largest >= max(core.size for core in plan.cores(started(plan)))
