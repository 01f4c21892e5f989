"""What the solvers that do not sweep over a whole tensor, or hold more than their sweep, take in memory."""

import math

from torch import Tensor

from tnlab.fitting.entries.contraction_tree import Tree, edge, entry_tree, leaves
from tnlab.fitting.memory import DOUBLE, require_bytes
from tnlab.network.contraction import largest_array
from tnlab.network.residual import SLAB
from tnlab.network.structure import Structure

MEASURED = 4.5e-5  # relative error below which a closed form rebuilds the tensor to measure it


def dense_bytes(structure: Structure, copies: int) -> int:
    """Return the bytes of that many float64 arrays of the tensor's size."""
    return copies * structure.size * DOUBLE


def square_bytes(size: int, copies: int) -> int:
    """Return the bytes of that many float64 matrices with so many rows and columns."""
    return copies * size**2 * DOUBLE


def widest_bonds(structure: Structure) -> int:
    """Return the largest number of values that the bonds of one core take together: the side of its Gram matrix."""
    return max(_rank_product(structure, bonds) for bonds in structure.core_bonds)


def require_autograd(tensor: Tensor, structure: Structure) -> None:
    """Do nothing if gradient steps through automatic differentiation fit in memory.

    Counted are the largest intermediate array of the contraction with its gradient, the model with its residual, and
    the cores with their gradients and moments.

    Raises:
        StructureError: They do not.
    """
    indices, shapes = structure.core_indices, structure.core_shapes
    largest = largest_array(indices, tuple(range(structure.order)), shapes) if len(indices) > 1 else structure.size
    step = (2 * largest + 3 * structure.size) * tensor.element_size()
    measured = dense_bytes(structure, 2)
    require_bytes(max(step, measured) + 8 * structure.parameters * DOUBLE, tensor)


def require_entries(values: Tensor, structure: Structure) -> None:
    """Do nothing if a completion of that many known entries fits in memory.

    Counted is one value of every message of the tree, and two of the largest environment, per entry.

    Raises:
        StructureError: It does not.
    """
    per_entry = sum(_messages(structure, entry_tree(structure))) + 2 * widest_bonds(structure) + 2 * structure.order
    require_bytes(values.numel() * per_entry * DOUBLE, values, "fit fewer entries")


def require_closed_form(tensor: Tensor, structure: Structure, error: float | None) -> None:
    """Do nothing if a truncation fits in memory, as far as that is known before the ranks are.

    Counted are the Gram matrices with their eigenvectors and what is left of the tensor after the first core; where
    the error is so small that it must be measured, also the reconstruction.

    Args:
        tensor: The data.
        structure: Its ranks count where no error is given.
        error: The relative error that is asked for.

    Raises:
        StructureError: It does not.
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


def _messages(structure: Structure, node: Tree) -> list[int]:
    """Return the entries of the message of every node that joins others."""
    if isinstance(node, int):
        return []
    own = _rank_product(structure, edge(structure, leaves(node)))
    return [own, *(size for child in node for size in _messages(structure, child))]
