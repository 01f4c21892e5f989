"""The part of each bond's rank that a network makes use of, to rounding."""

import torch
from torch import Tensor

from tnlab.network.network import Network

DEAD = 1e-12  # of the largest eigenvalue of a Gram matrix: a component of a millionth of the norm of the largest


def used_ranks(network: Network) -> tuple[int, ...]:
    """Return, for every bond, how many of its components add more than rounding, as far as its cores say.

    The components of a bond are outer products of slices of its cores; the result is the rank of their Gram matrix,
    which is the elementwise product of those of the cores on a hyper-bond, and the product on a bond of two cores.
    """
    return tuple(_used(network, bond) for bond in range(len(network.structure.bonds)))


def lacks_rank(network: Network) -> bool:
    """Return whether a network uses less of a bond's rank than its cores could carry."""
    structure = network.structure
    able = [min(bond.rank, structure.carriable_rank(at)) for at, bond in enumerate(structure.bonds)]
    return any(used < possible for used, possible in zip(used_ranks(network), able, strict=True))


def _used(network: Network, bond: int) -> int:
    grams = [_gram(network, core, bond) for core in network.structure.bonds[bond].cores]
    if len(grams) == 2:
        root = _root(grams[0])
        joined = root @ grams[1] @ root
    else:
        joined = torch.stack(grams).prod(dim=0)
    values = torch.linalg.eigvalsh(joined)
    return int((values > DEAD * values[-1]).sum()) if float(values[-1]) > 0 else 0


def _gram(network: Network, core: int, bond: int) -> Tensor:
    structure = network.structure
    axis = len(structure.cores[core].legs) + structure.core_bonds[core].index(bond)
    slices = network.cores[core].to(torch.float64).movedim(axis, 0).flatten(1)
    slices = slices / slices.norm().clamp_min(torch.finfo(torch.float64).tiny)
    return slices @ slices.T


def _root(gram: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(gram)
    return (vectors * values.clamp_min(0).sqrt()) @ vectors.T
