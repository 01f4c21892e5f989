"""Contract a network to the tensor it stands for, along a path that opt_einsum finds once per structure."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import opt_einsum

from tnlab.network.structure import Structure


def contract(structure: Structure, cores: Sequence[Any]) -> Any:
    """Return the tensor, of shape ``structure.modes``, that the cores stand for.

    Args:
        structure: Which axis of which core is which mode or bond.
        cores: One array per core (numpy or torch), shaped as ``structure.core_shapes``.
    """
    return _expression(structure)(*cores)


@lru_cache(maxsize=512)
def contraction_cost(structure: Structure) -> float:
    """Return the floating-point operations of contracting the network once to its full tensor."""
    if len(structure.cores) == 1:
        return 0.0
    _, info = opt_einsum.contract_path(
        structure.einsum, *structure.core_shapes, shapes=True, optimize=_optimizer(structure)
    )
    return float(info.opt_cost)


@lru_cache(maxsize=512)
def _expression(structure: Structure) -> Any:
    return opt_einsum.contract_expression(structure.einsum, *structure.core_shapes, optimize=_optimizer(structure))


def _optimizer(structure: Structure) -> Literal["auto", "greedy"]:
    # "auto" tries every path up to four operands and turns greedy as the network grows.
    return "auto" if len(structure.cores) <= 12 else "greedy"
