"""Along a dimension tree the normal equations are the gradient that automatic differentiation gives."""

import pytest
import torch
from hypothesis import given, settings

from tnlab.fitting.sweep.normal_equations import apply
from tnlab.fitting.sweep.steps import Update
from tnlab.fitting.sweep.tree_plan import gradient_plan, tree_plan
from tnlab.formats import formats
from tnlab.network.contraction import contract
from tnlab.testing.structures import structures


def autograd(structure, cores, tensor, core):
    """Return the gradient of half the squared error by one core."""
    leaves = [torch.as_tensor(array).clone().requires_grad_() for array in cores]
    (contract(structure, leaves) - tensor).square().sum().div(2).backward()
    return leaves[core].grad


@settings(max_examples=60)
@given(structures())
@pytest.mark.parametrize("make_plan", [gradient_plan, tree_plan])
def test_the_equations_of_every_core_are_the_gradient(make_plan, structure):
    """In a sweep also of cores that change: every result that holds an updated core is computed anew."""
    generator = torch.Generator().manual_seed(0)
    tensor = torch.randn(structure.modes, generator=generator, dtype=torch.float64)
    cores = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in structure.core_shapes]
    plan, seen = make_plan(structure), []
    values = plan.start(tensor.permute(plan.mode_order).contiguous(), cores)
    for step, grams, right in plan.equations(values):
        found = step.as_core(apply(grams, step.present(values)) - right)
        expected = autograd(structure, plan.cores(values), tensor, step.core)
        assert torch.allclose(found, expected, atol=1e-8 * (1 + float(expected.abs().max())))
        seen.append(step.core)
        if make_plan is tree_plan:
            values[1 + step.core] = torch.randn(found.shape, generator=generator, dtype=torch.float64)
    assert sorted(seen) == [*range(len(cores))]


def test_the_equations_of_a_tucker_core_fall_into_one_small_system_per_bond():
    plan = tree_plan(formats["tucker"].build((6, 7, 8), (2, 3, 4)))
    grams = [step.shape[1:] for step in plan.steps if isinstance(step, Update)]
    assert sorted(max(grams, key=len)) == [2, 3, 4]


def test_a_pass_that_changes_no_core_needs_no_preparation():
    structure = formats["tt"].build((4, 4, 4), 2)
    assert gradient_plan(structure).prepare == ()
    assert tree_plan(structure).prepare
