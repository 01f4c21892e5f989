"""Estimate for every bond by how much one more rank would lower the squared error, from one pass over the network."""

from typing import Any

import torch
from torch import Tensor

from tnlab.fitting.sweep.normal_equations import NormalEquations, apply
from tnlab.fitting.sweep.plan import plan_gradient, update_order
from tnlab.fitting.warm_start import warm_start
from tnlab.network.edits import set_ranks
from tnlab.network.gauge.balance import equal_norms
from tnlab.network.network import Network
from tnlab.network.structure import Structure

SHAKE = 0.01  # noise in units of a core's root mean square: enough to leave a saddle point, little against the fit


def shaken(network: Network, *, generator: torch.Generator) -> Network:
    """Return the network with its cores scaled to equal norm, its tensor unchanged, and 1 % of Gaussian noise added.

    Without noise, slices that are zero in the cores on both sides of a bond have zero gradient and stay zero.
    """
    cores = equal_norms(network.cores)
    noise = (torch.randn(core.shape, generator=generator, dtype=torch.float64).to(core) for core in cores)
    moved = (core + SHAKE * core.square().mean().sqrt() * add for core, add in zip(cores, noise, strict=True))
    return Network(network.structure, tuple(moved))


def bond_gains(tensor: Tensor, network: Network, *, generator: torch.Generator) -> tuple[float, ...]:
    """Return for every bond an estimate of how much one more rank lowers ``|X - X_hat|^2``.

    All bonds are widened by one at once: by zeros in one core, random entries in the others, so that the tensor stays
    the same. The estimate is the decrease by the best step along the gradient with respect to these zeros alone.

    Args:
        tensor: The data X.
        network: The current fit.
        generator: Source of the random entries.

    Returns:
        One decrease of the squared error, at least 0, per bond.
    """
    structure = network.structure
    wider = set_ranks(structure, tuple(rank + 1 for rank in structure.ranks))
    padded = warm_start(network.to(torch.float64), wider, generator=generator)
    plan, fit = plan_gradient(wider), NormalEquations(tensor)
    values = plan.start(fit.data(plan.mode_order), [fit.to_solver(core) for core in padded.cores])
    turns = {core: turn for turn, core in enumerate(update_order(wider))}
    zeros = [min(bond.cores, key=turns.__getitem__) for bond in wider.bonds]
    gained = [0.0] * len(wider.bonds)
    for step, grams, right in plan.equations(values):
        downhill = step.as_core(right - apply(grams, step.present(values)))
        for bond in wider.core_bonds[step.core]:
            if zeros[bond] == step.core:
                slope = step.as_right(_only(downhill, wider, step.core, bond))
                curvature = float((apply(grams, slope) * slope).sum())
                gained[bond] = float((slope * slope).sum()) ** 2 / curvature if curvature > 0 else 0.0
    return tuple(gained)


def _only(core: Any, structure: Structure, place: int, bond: int) -> Any:
    """Return a core that is zero outside the last slice of one bond and within the old ranks of the other bonds."""
    legs = len(structure.cores[place].legs)
    at = [slice(None)] * legs
    for other in structure.core_bonds[place]:
        size = structure.bonds[other].rank
        at.append(slice(size - 1, size) if other == bond else slice(0, size - 1))
    kept = core * 0
    kept[tuple(at)] = core[tuple(at)]
    return kept
