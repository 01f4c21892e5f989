"""Value, gradient and Gauss-Newton matrix against automatic differentiation, on every format."""

import pytest
import torch

from tnlab.fitting.least_squares import LeastSquares
from tnlab.fitting.sweep.plan import explicit_plan, plan_gradient, plan_sweep, sweep_flops
from tnlab.fitting.sweep.steps import ExplicitUpdate
from tnlab.formats import formats
from tnlab.network.contraction import contract
from tnlab.network.network import Network


@pytest.fixture(params=list(formats))
def structure(request):
    return formats[request.param].build((4, 5, 3, 4), 2)


def test_follows_automatic_differentiation(structure):
    generator = torch.Generator().manual_seed(0)
    tensor = torch.randn(structure.modes, generator=generator, dtype=torch.float64)
    objective = LeastSquares(tensor, structure)
    vector = objective.vector(Network.random(structure, generator=generator))
    value, gradient = objective(vector)
    leaf = torch.tensor(vector, requires_grad=True)

    def model(entries):
        return contract(structure, objective.cores(entries))

    loss = (model(leaf) - tensor).square().sum() / (2 * tensor.square().sum())
    loss.backward()
    jacobian = torch.autograd.functional.jacobian(model, leaf.detach()).reshape(tensor.numel(), -1)
    matrix = jacobian.T @ jacobian / tensor.square().sum()
    assert value == pytest.approx(loss.item(), rel=1e-12)
    assert torch.allclose(torch.as_tensor(gradient), leaf.grad, atol=1e-14)
    assert torch.allclose(torch.as_tensor(objective.gauss_newton(vector)), matrix, atol=1e-14)


def test_explicit_environments_give_the_same_equations(structure):
    generator = torch.Generator().manual_seed(1)
    tensor = torch.randn(structure.modes, generator=generator, dtype=torch.float64)
    cores = [core.numpy() for core in Network.random(structure, generator=generator).cores]
    found = []
    for plan in (plan_gradient(structure), explicit_plan(structure)):
        values = plan.start(tensor.permute(plan.mode_order).contiguous().numpy(), list(cores))
        rights = {step.core: step.as_core(right) for step, _, right in plan.equations(values)}
        assert all((step.as_core(step.as_right(core)) == core).all() for step, core in _pairs(plan, cores))
        found.append(rights)
    assert any(isinstance(step, ExplicitUpdate) for step in explicit_plan(structure).steps)
    assert all(abs(found[0][core] - found[1][core]).max() < 1e-12 for core in found[0])


def _pairs(plan, cores):
    return [(step, cores[step.core]) for step in plan.steps if hasattr(step, "core")]


def test_flops_of_a_sweep(structure):
    assert sweep_flops(structure) == plan_sweep(structure).flops > 0
