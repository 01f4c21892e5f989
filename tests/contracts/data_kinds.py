"""Kinds of data on which every solver and format is tried: small tensors with what makes fits fail."""

import torch

from tnlab.network.edits import set_ranks
from tnlab.network.network import Network


def random_part(modes, generator):
    return torch.randn(modes, generator=generator, dtype=torch.float64)


def scaled(modes, generator):
    """Return normal entries times 10^-i in every mode i: rounding in the first slices hides the last ones."""
    tensor = random_part(modes, generator)
    for mode, size in enumerate(modes):
        factors = 10.0 ** -torch.arange(size, dtype=torch.float64)
        tensor = tensor * factors.reshape([-1 if mode == other else 1 for other in range(len(modes))])
    return tensor


def duplicated(modes, generator):
    tensor = random_part(modes, generator)
    tensor[1], tensor[:, 1], tensor[-1] = tensor[0], tensor[:, 0], 0.0
    return tensor


KINDS = {
    "planted": lambda structure, generator: Network.random(structure, generator=generator).to_tensor(),
    "noisy": lambda structure, generator: random_part(structure.modes, generator),
    "of lower rank": lambda structure, generator: Network.random(
        set_ranks(structure, (1,) * len(structure.bonds)), generator=generator
    ).to_tensor(),
    "duplicate slices": lambda structure, generator: duplicated(structure.modes, generator),
    "integer": lambda structure, generator: torch.randint(0, 4, structure.modes, generator=generator).double(),
    "constant": lambda structure, generator: torch.full(structure.modes, 3.0, dtype=torch.float64),
    "sparse": lambda structure, generator: (
        random_part(structure.modes, generator) * (torch.rand(structure.modes, generator=generator) < 0.1)
    ),
    "ill-scaled modes": lambda structure, generator: scaled(structure.modes, generator),
}


def sample(kind, structure, seed=0):
    """Return a tensor of a kind, of the modes of a structure."""
    return KINDS[kind](structure, torch.Generator().manual_seed(seed))
