"""Choose the program by which alternating least squares sweeps over the cores of a structure.

With all cores but one fixed, the best core A solves ``A G = B``: G is the Gram matrix of its environment (the network
without it), B the tensor contracted with that environment. A plan computes B and G of one core after the other, each
from the cores updated before. There are two kinds. Plans along a dimension tree share work between cores. Plans with
explicit environments form the environment of every core as a matrix: they need less memory where the graph is so dense
that a Gram matrix over all bonds of a cut is too large.
"""

import math
from functools import lru_cache
from typing import Literal

import opt_einsum

from tnlab.errors import StructureError
from tnlab.fitting.sweep.steps import ExplicitUpdate, SweepPlan, Update
from tnlab.fitting.sweep.tree_plan import gradient_plan, tree_plan
from tnlab.network.contraction import MAX_INTERMEDIATE
from tnlab.network.contraction_path import FEW
from tnlab.network.pairwise import permutation
from tnlab.network.structure import Structure

CHEAP = 1e8  # flops of a sweep (10 ms at 10 Gflop/s) below which planning the other kind takes longer than it can save


@lru_cache(maxsize=512)
def plan_sweep(structure: Structure) -> SweepPlan:
    """Return the plan of a sweep with the fewest flops of those whose arrays have at most ``MAX_INTERMEDIATE`` entries.

    The last 512 are cached, so that an edit and its undoing cost no new plan.

    Raises:
        StructureError: No plan stays within the largest allowed intermediate array.
    """
    tree = tree_plan(structure)
    if tree.largest <= MAX_INTERMEDIATE and tree.flops <= CHEAP:
        return tree
    explicit = explicit_plan(structure)
    plans = [plan for plan in (tree, explicit) if plan.largest <= MAX_INTERMEDIATE]
    if not plans:
        needed = min(tree.largest, explicit.largest) * 8 / 2**30
        shown = f"{needed:.1f}" if needed < 1e4 else f"{needed:.0e}"
        way_out = "Lower some ranks or remove bonds." if structure.bonds else "Cut the tensor into more modes."
        raise StructureError(
            f"A sweep over this structure needs an array of {shown} GiB, "
            f"and at most {MAX_INTERMEDIATE * 8 / 2**30:.0f} GiB is allowed. {way_out}"
        )
    return min(plans, key=lambda plan: plan.flops)


@lru_cache(maxsize=256)
def plan_gradient(structure: Structure) -> SweepPlan:
    """Return the plan of a pass that yields G and B of every core and changes none.

    The gradient of ``|X - X_hat|^2 / 2`` with respect to a core A is ``A G - B``.

    Raises:
        StructureError: No plan stays within the largest allowed intermediate array.
    """
    sweep = plan_sweep(structure)
    return gradient_plan(structure) if sweep.prepare or len(structure.cores) == 1 else sweep


def sweep_flops(structure: Structure) -> float:
    """Return the floating-point operations of one sweep over a structure by its plan."""
    return plan_sweep(structure).flops


def update_order(structure: Structure) -> tuple[int, ...]:
    """Return the cores in the order in which a sweep updates them."""
    return tuple(step.core for step in plan_sweep(structure).steps if isinstance(step, Update | ExplicitUpdate))


def explicit_plan(structure: Structure) -> SweepPlan:
    """Return the plan of a sweep that forms the environment of every core as a matrix."""
    if len(structure.cores) == 1:
        return tree_plan(structure)  # no environment to form
    steps = tuple(_explicit_update(structure, core) for core in range(len(structure.cores)))
    order = tuple(range(structure.order))
    return SweepPlan(structure=structure, mode_order=order, prepare=(), steps=steps, registers=1 + len(structure.cores))


def _explicit_update(structure: Structure, core: int) -> ExplicitUpdate:
    legs = structure.cores[core].legs
    others = tuple(other for other in range(len(structure.cores)) if other != core)
    rest = tuple(mode for mode in range(structure.order) if mode not in legs)
    bonds = structure.core_indices[core][len(legs) :]
    shape = structure.core_shapes[core]
    symbol = opt_einsum.get_symbol
    left = ",".join("".join(map(symbol, structure.core_indices[other])) for other in others)
    text = f"{left}->{''.join(map(symbol, (*rest, *bonds)))}"
    shapes = [structure.core_shapes[other] for other in others]
    optimizer: Literal["auto", "greedy"] = "auto" if len(others) < FEW else "greedy"
    path, found = opt_einsum.contract_path(text, *shapes, shapes=True, optimize=optimizer)
    axes = permutation(tuple(range(structure.order)), (*legs, *rest))
    rows = math.prod(shape[: len(legs)])
    length = structure.size // rows
    return ExplicitUpdate(
        core=core,
        expression=opt_einsum.contract_expression(text, *shapes, optimize=path),
        work=float(found.opt_cost) if len(others) > 1 else 0.0,
        largest=int(found.largest_intermediate),
        others=others,
        tensor_axes=axes,
        shape=shape,
        length=length,
        rows=rows,
        columns=math.prod(shape[len(legs) :]),
    )
