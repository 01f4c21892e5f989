"""Convert networks to quimb tensor networks, and back."""

import re
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from tnlab.errors import DataError, NotInstalledError, StructureError
from tnlab.interop.arrays import from_indices
from tnlab.network.network import Network
from tnlab.network.structure import Structure

MODE = re.compile(r"k(\d+)")  # quimb's usual name of an open index


def quimb_indices(structure: Structure) -> tuple[tuple[str, ...], ...]:
    """Return the names of every core's axes: mode ``m`` is ``'km'``, bond ``b`` is ``'bb'``."""
    names = [*(f"k{mode}" for mode in range(structure.order)), *(f"b{bond}" for bond in range(len(structure.bonds)))]
    return tuple(tuple(names[index] for index in own) for own in structure.core_indices)


def to_quimb(network: Network) -> Any:
    """Return the network as a quimb ``TensorNetwork`` of numpy arrays, one tensor per core, tagged with its label.

    Modes are the indices ``'k0'``, ``'k1'``, ...; bonds are ``'b0'``, ``'b1'``, ... in the order of the structure's.
    Hyper-bonds are hyper-indices, so contract with ``output_inds=[f"k{mode}" for mode in range(order)]``.

    Raises:
        NotInstalledError: quimb is not installed.
    """
    quimb = _quimb()
    tensors = (
        quimb.Tensor(core.detach().cpu().numpy().copy(), inds=indices, tags=(network.structure.core_label(place),))
        for place, (core, indices) in enumerate(zip(network.cores, quimb_indices(network.structure), strict=True))
    )
    return quimb.TensorNetwork(list(tensors))


def from_quimb(tensor_network: Any, outer: Sequence[str] | None = None) -> Network:
    """Return the network of a quimb ``TensorNetwork``, one core per tensor.

    Hyper-indices become hyper-bonds. ``tnlab.interop.arrays.from_indices`` says how indices that are summed in one
    tensor, or open in several, are handled.

    Args:
        tensor_network: Any network with an open index, of numpy arrays or torch tensors.
        outer: The open indices, in the order of the modes. By default those in one tensor only, as quimb has it; if
            they are called ``k0``, ``k1``, ..., by their number.

    Raises:
        NotInstalledError: quimb is not installed.
        DataError: The object is no ``TensorNetwork``.
        StructureError: The network has no open index, or lacks one of ``outer``.
    """
    quimb = _quimb()
    if not isinstance(tensor_network, quimb.TensorNetwork):
        raise DataError(f"Needed a quimb TensorNetwork, but got {type(tensor_network).__name__}.")
    if outer is None:
        outer = list(tensor_network.outer_inds())
        if outer and all(MODE.fullmatch(index) for index in outer):
            outer.sort(key=lambda index: int(index[1:]))
        if not outer:
            raise StructureError("This network has no open index, so it is a number: contract it instead.")
    tensors = list(tensor_network.tensors)
    scale = [10.0**tensor_network.exponent] * bool(tensor_network.exponent)
    operands = [*(tensor.data for tensor in tensors), *scale]
    return from_indices(operands, [*(tensor.inds for tensor in tensors), *([()] * len(scale))], outer)


def _quimb() -> ModuleType:
    try:
        import quimb.tensor  # noqa: PLC0415  (optional)
    except ImportError:
        raise NotInstalledError("quimb", "quimb") from None
    return quimb.tensor
