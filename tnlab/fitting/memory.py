"""Predict the bytes that a fit takes before anything is allocated, and refuse one that exceeds the free memory."""

import math
import os
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from tnlab.errors import StructureError
from tnlab.fitting.entries.contraction_tree import entry_edges, entry_tree
from tnlab.fitting.svd_start import LARGE, start_entries
from tnlab.fitting.sweep.dimension_tree import inner_nodes
from tnlab.fitting.sweep.steps import Alias, ExplicitUpdate, Multiply, Step, SweepPlan, Update
from tnlab.free_memory import LIMIT, SPARE, free_memory, readable_bytes
from tnlab.network.contraction import largest_array
from tnlab.network.pairwise import Side
from tnlab.network.residual import SLAB
from tnlab.network.structure import Structure

DOUBLE = 8  # bytes of a float64
NEVER = 16 * 2**20  # bytes: fewer are not worth asking the system what is free


@dataclass(frozen=True)
class MemoryNeeds:
    """The bytes that a fit needs, by what needs them; not all at the same time (see ``extra``).

    Attributes:
        tensor: The data itself, allocated already.
        start: Arrays that compute the first cores.
        layout: A copy of the data with its modes in the order of the sweep; 0 if they are in that order.
        sweep: Registers and temporary arrays of a sweep.
        residual: Arrays that measure an error against the data.
    """

    tensor: int
    start: int
    layout: int
    sweep: int
    residual: int

    @property
    def extra(self) -> int:
        """The most bytes at any time, the data not counted."""
        return max(self.start, self.layout + self.sweep, self.layout + self.residual)

    @property
    def peak(self) -> int:
        """The most bytes at any time, the data counted."""
        return self.tensor + self.extra


def predicted_memory(plan: SweepPlan, dtype: torch.dtype, *, svd: bool = True, contiguous: bool = True) -> MemoryNeeds:
    """Return the bytes that a fit by alternating least squares will need.

    Args:
        plan: The sweep, from ``plan_sweep(structure)``.
        dtype: Of the tensor.
        svd: Whether the start comes from the tensor's singular vectors.
        contiguous: Whether the tensor's entries lie in the order of its modes.
    """
    structure, item = plan.structure, dtype.itemsize
    in_order = contiguous and plan.mode_order == tuple(range(structure.order))
    precise = DOUBLE if structure.size <= LARGE else item
    return MemoryNeeds(
        tensor=structure.size * item,
        start=(start_entries(structure) + structure.size * (precise != item)) * precise if svd else 0,
        layout=0 if in_order else structure.size * item,
        sweep=_sweep_bytes(plan, item) + 4 * structure.parameters * DOUBLE,
        residual=4 * min(structure.size, SLAB) * DOUBLE,
    )


def require_memory(plan: SweepPlan, tensor: Tensor, *, svd: bool = True, besides: int = 0) -> None:
    """Raise an error unless a fit by sweeps fits in the free memory.

    Args:
        plan: The sweep, or the pass that reads the gradient.
        tensor: The data.
        svd: Whether the start comes from the tensor's singular vectors.
        besides: Bytes that the solver holds during a sweep on top of those of the plan.

    Raises:
        StructureError: It does not fit; the message says the bytes needed, the bytes free, and what needs fewer.
    """
    needed = predicted_memory(plan, tensor.dtype, svd=svd, contiguous=tensor.is_contiguous())
    needed = replace(needed, sweep=needed.sweep + besides)
    smaller = svd and not (needed.extra == needed.sweep + needed.layout and needed.sweep > needed.layout)
    require_bytes(needed.extra, tensor, *(["init='random'"] if smaller else []))


def require_bytes(extra: int, data: Tensor, *ways: str) -> None:
    """Raise an error unless ``extra`` bytes are free on the device of the data.

    Args:
        extra: Bytes needed, the data not counted.
        data: The tensor, or its known entries, allocated already.
        ways: Advice for the message, besides lower ranks and half the precision.

    Raises:
        StructureError: They are not free; the message says the bytes needed, the bytes free, and what needs fewer.
    """
    if extra < NEVER and not os.environ.get(LIMIT):
        return
    free = free_memory(data.device)
    if extra + SPARE <= free:
        return
    listed = ["Lower some ranks", *(["use X.float()"] if data.dtype == torch.float64 else []), *ways]
    own = readable_bytes(data.numel() * data.element_size())
    raise StructureError(
        f"This fit needs {readable_bytes(extra)} besides the tensor's own {own}, but {readable_bytes(free)} are free. "
        f"{', or '.join(listed)}, or say in {LIMIT} how much it may take (e.g. 8G)."
    )


def _sweep_bytes(plan: SweepPlan, item: int) -> int:
    """Return the most bytes that registers and temporary arrays take at any step of a sweep, the tensor not counted."""
    held: dict[int, int] = {0: 0}
    for core, shape in enumerate(plan.structure.core_shapes):
        held[1 + core] = math.prod(shape) * DOUBLE
    most = 0
    for step in (*plan.prepare, *plan.steps):
        most = max(most, sum(held.values()) + _step_bytes(step, plan.structure, held, item))
        if isinstance(step, Multiply):
            held[step.out] = step.size * DOUBLE
        elif isinstance(step, Alias):
            held[step.out] = held[step.source]
    return max(most, sum(held.values()))


def _step_bytes(step: Step, structure: Structure, held: dict[int, int], item: int) -> int:
    """Return the bytes of the arrays that a step forms, copies of permuted operands included."""
    if isinstance(step, Multiply):
        first = structure.size * item if step.left == 0 else held[step.left]
        result = step.size * (DOUBLE + (item if step.mixed and item != DOUBLE else 0))
        return _copy(step.pair.left, first) + _copy(step.pair.right, held[step.right]) + result
    if isinstance(step, Update):
        return 6 * step.size * DOUBLE
    if isinstance(step, ExplicitUpdate):
        turned = structure.size * item if step.tensor_axes is not None else 0
        return 3 * step.size * DOUBLE + turned
    return 0 if isinstance(step, Alias) else step.size * DOUBLE


def _copy(side: Side, size: int) -> int:
    return size if side.axes is not None else 0


MEASURED = 4.5e-5  # relative error of a float64 closed form below which it is measured on the rebuilt tensor


def dense_bytes(structure: Structure, copies: int) -> int:
    """Return the bytes of ``copies`` float64 arrays of the tensor's size."""
    return copies * structure.size * DOUBLE


def square_bytes(size: int, copies: int) -> int:
    """Return the bytes of ``copies`` float64 matrices with ``size`` rows and columns."""
    return copies * size**2 * DOUBLE


def widest_bonds(structure: Structure) -> int:
    """Return the largest number of values that the bonds of one core take together: the side of its Gram matrix."""
    return max(_rank_product(structure, bonds) for bonds in structure.core_bonds)


def require_autograd(tensor: Tensor, structure: Structure) -> None:
    """Raise an error unless gradient steps by automatic differentiation fit in the free memory.

    Counted are the largest intermediate array of the contraction with its gradient, the model with its residual, and
    the cores with their gradients and moments.

    Raises:
        StructureError: They do not fit.
    """
    indices, shapes = structure.core_indices, structure.core_shapes
    largest = largest_array(indices, tuple(range(structure.order)), shapes) if len(indices) > 1 else structure.size
    step = (2 * largest + 3 * structure.size) * tensor.element_size()
    measured = dense_bytes(structure, 2)
    require_bytes(max(step, measured) + 8 * structure.parameters * DOUBLE, tensor)


def require_entries(values: Tensor, structure: Structure) -> None:
    """Raise an error unless a fit to known entries fits in the free memory.

    Counted are, per entry, one value of every inner node of the contraction tree and two of the largest environment.

    Raises:
        StructureError: It does not fit.
    """
    edges = entry_edges(structure)
    messages = sum(_rank_product(structure, edges[node]) for node in inner_nodes(entry_tree(structure)))
    per_entry = messages + 2 * widest_bonds(structure) + 2 * structure.order
    require_bytes(values.numel() * per_entry * DOUBLE, values, "fit fewer entries")


def require_closed_form(tensor: Tensor, structure: Structure, error: float | None) -> None:
    """Raise an error unless a truncation in closed form fits in the free memory, as far as can be told before it runs.

    Counted are the Gram matrices with their eigenvectors, and the remainder of the tensor after the first core; where
    the error is so small that it is measured, also the tensor rebuilt from the cores.

    Args:
        tensor: The data.
        structure: The structure; its ranks count where no error is given.
        error: The relative error asked for, or None.

    Raises:
        StructureError: It does not fit.
    """
    size, sides, left = structure.size, [1], [0.0]
    outermost = min(map(len, structure.core_bonds))  # one bond on a tree, two on a ring
    for core, bonds in zip(structure.cores, structure.core_bonds, strict=True):
        rows = math.prod(structure.modes[leg] for leg in core.legs)
        ranks = sorted(structure.bonds[bond].rank for bond in bonds)
        sides.append(min(rows * math.prod(ranks[:-1]), max(size // rows, 1)))
        if len(bonds) == outermost:
            left.append(min(math.prod(ranks) / rows, 1.0))
    rest = int(max(left) * size) * DOUBLE
    rebuilt = dense_bytes(structure, 1) + SLAB * DOUBLE if error is not None and error < MEASURED else 0
    copied = 0 if tensor.is_contiguous() else size * tensor.element_size()
    require_bytes(copied + max(rest + square_bytes(max(sides), 3), rebuilt), tensor)


def _rank_product(structure: Structure, bonds: tuple[int, ...]) -> int:
    return math.prod(structure.bonds[bond].rank for bond in bonds)
