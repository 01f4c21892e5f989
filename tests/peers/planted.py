"""Small networks and tensors of known ranks, which several files of this folder use."""

import torch

from tnlab import Network
from tnlab.formats import formats

# Trees, a ring and hyper-bonds; every one can be built over four modes.
FORMATS = ("tensor_train", "tucker", "binary_tree", "tensor_ring", "cp", "fully_connected", "block_term")
TREES = FORMATS[:3]
MODES = (4, 3, 5, 2)


def seeded(seed=0):
    """Return a source of random numbers."""
    return torch.Generator().manual_seed(seed)


def network(format_name, modes=MODES, rank: int | tuple[int, ...] = 2, seed=0, dtype=torch.float64):
    """Return a random network of a named format."""
    return Network.random(formats[format_name].build(modes, rank), generator=seeded(seed), dtype=dtype)


def planted(format_name, modes=MODES, rank: int | tuple[int, ...] = 2, seed=0):
    """Return the tensor of a random network of a named format: its ranks suffice for an exact decomposition."""
    return network(format_name, modes, rank, seed).to_tensor()


def of_singular_values(values, side=12, seed=0):
    """Return a cube of orthogonal rank-one terms of given norms: all its unfoldings have these singular values."""
    bases = [torch.linalg.qr(torch.randn(side, len(values), generator=seeded(seed + k)).double())[0] for k in range(3)]
    return torch.einsum("r,ir,jr,kr->ijk", torch.tensor(values, dtype=torch.float64), *bases)
