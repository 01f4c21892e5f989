"""Sweeps of alternating least squares in a gauge in which rounding does not spoil the normal equations."""

from collections.abc import Iterator

import torch

from tnlab.fitting.sweep.normal_equations import NormalEquations
from tnlab.fitting.sweep.plan import plan_sweep
from tnlab.network.gauge.balance import balanced
from tnlab.network.network import Network

# Sum of absolute terms of the normal equations, in units of |X|, above which the cores are balanced: rounding then
# moves a squared error by up to 2e-16 times its square.
CANCEL = 1e3
AGAIN = 10.0  # factor of that sum, after balanced cores still had a large one, above which they are balanced again


def swept(fit: NormalEquations, network: Network) -> Iterator[tuple[Network, float]]:
    """Yield the network and its relative error after every sweep over its cores, without end.

    A random start may lead to cores so unbalanced that one of norm 1e5 stands beside one of 1e-5, and the normal
    equations keep few digits. Then the cores are balanced, which does not change the tensor, before the next sweep.

    Args:
        fit: The normal equations of the tensor; its ridge may be changed between sweeps.
        network: The start.
    """
    plan = plan_sweep(network.structure)
    values = plan.start(data := fit.data(plan.mode_order), [fit.to_solver(core) for core in network.cores])
    allowed = CANCEL
    while True:
        plan.sweep(values, fit.solve)
        network = Network(network.structure, tuple(map(fit.to_user, plan.cores(values))))
        yield network, fit.error(network)
        if fit.cancelling > allowed:
            allowed = AGAIN * fit.cancelling
            even = balanced(Network(network.structure, tuple(map(torch.as_tensor, plan.cores(values)))))
            values = plan.start(data, [fit.to_solver(core) for core in even.cores])
        elif AGAIN**2 * fit.cancelling < allowed:
            allowed = max(CANCEL, AGAIN * fit.cancelling)
