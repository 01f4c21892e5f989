"""Which bond to widen: what each would gain, estimated for all of them from one pass over the network."""

import math
from typing import Any

import torch
from torch import Tensor

from tnlab.fitting.sweep.normal_equations import NormalEquations, apply
from tnlab.fitting.sweep.plan import plan_gradient, update_order
from tnlab.fitting.warm_start import warm_start
from tnlab.network.edits import set_ranks
from tnlab.network.network import Network
from tnlab.network.structure import Structure

SHAKE = 0.01  # of a core's root mean square


def shaken(network: Network, *, generator: torch.Generator) -> Network:
    """Return the network with cores of one norm and a little noise.

    What is exactly zero on both sides of a bond would stay so for ever; norms would drift apart beyond all bounds.
    """
    norms = [float(torch.linalg.vector_norm(core)) for core in network.cores]
    level = math.exp(sum(map(math.log, norms)) / len(norms)) if min(norms) > 0 else 0.0
    if level > 0:
        cores = (core * (level / norm) for core, norm in zip(network.cores, norms, strict=True))
        network = Network(network.structure, tuple(cores))
    noise = (torch.randn(core.shape, generator=generator, dtype=torch.float64).to(core) for core in network.cores)
    cores = (core + SHAKE * core.square().mean().sqrt() * add for core, add in zip(network.cores, noise, strict=True))
    return Network(network.structure, tuple(cores))


def bond_gains(tensor: Tensor, network: Network, *, generator: torch.Generator) -> tuple[float, ...]:
    """Return, for every bond, about how much of ``|X - X_hat|^2`` one more rank would remove.

    All bonds are widened at once without a change of the tensor, by zeros in one core and random entries in the others.
    The estimate is what the best step along the gradient of those zeros removes, with nothing else moved.

    Args:
        tensor: The data X.
        network: The fit so far.
        generator: Source of the random entries.
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
    """Return a core with nothing left but the new slice of one bond, within the old ranks of the others."""
    legs = len(structure.cores[place].legs)
    at = [slice(None)] * legs
    for other in structure.core_bonds[place]:
        size = structure.bonds[other].rank
        at.append(slice(size - 1, size) if other == bond else slice(0, size - 1))
    kept = core * 0
    kept[tuple(at)] = core[tuple(at)]
    return kept
