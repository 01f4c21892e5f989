"""SVDinsTN's recovery set, with uniform and with Gaussian cores: the published method finds the former only.

    python benchmarks/svdinstn_set.py [--engines svdinstn certificate growth] [--seeds 3]

A star marks runs that missed the target error.
"""

from _planted_searches import options, report

# isort: split
import torch

from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks

FOUR, FIVE = (16, 18, 20, 22), (14, 16, 18, 20, 22)
STRUCTURES = {
    "order 4, S1": from_ranks(FOUR, {(0, 1): 4, (0, 2): 3, (0, 3): 2, (1, 2): 2, (1, 3): 2, (2, 3): 3}),
    "order 4, S2": from_ranks(FOUR, {(0, 1): 3, (1, 2): 4, (2, 3): 4}),
    "order 5": from_ranks(FIVE, {(0, 2): 3, (0, 3): 2, (1, 3): 3, (1, 4): 4, (2, 4): 3}),
}


def case(structure, draw):
    """Return a function that draws a tensor of a structure from a seed."""

    def drawn(seed):
        generator = torch.Generator().manual_seed(seed)
        cores = (draw(shape, generator=generator, dtype=torch.float64) for shape in structure.core_shapes)
        return structure, Network(structure, tuple(cores)).to_tensor()

    return drawn


if __name__ == "__main__":
    cases = {
        f"{name}, {kind} cores": case(structure, draw)
        for kind, draw in (("uniform", torch.rand), ("Gaussian", torch.randn))
        for name, structure in STRUCTURES.items()
    }
    report("search svdinstn", cases, options(__doc__, ("svdinstn",), 1e-5).parse_args())
