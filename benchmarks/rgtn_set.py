"""RGTN's generator: a chain over shuffled modes of size 7 or 8, up to 6 bonds, all of rank 2 but one of rank 3.

    python benchmarks/rgtn_set.py [--orders 6 8] [--engines rgtn growth certificate] [--seeds 3]

Published at error 0.01: RGTN keeps 0.76 % of the entries at order 6, where the truth is about 0.1 %. Order 8 has 6 to
17 million entries. A star marks runs that missed the target error.
"""

from _planted_searches import options, report

# isort: split
from itertools import combinations

import torch

from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks

BONDS = 6


def drawn(order, seed):
    """Return a structure of the generator and its tensor."""
    generator = torch.Generator().manual_seed(seed)

    def pick(count):
        return int(torch.randint(count, (), generator=generator))

    modes = [7 + pick(2) for _ in range(order)]
    around = torch.randperm(order, generator=generator).tolist()
    bonds = [tuple(sorted(around[k : k + 2])) for k in range(order - 1)]
    while len(bonds) < BONDS:
        free = [pair for pair in combinations(range(order), 2) if pair not in bonds]
        bonds.append(free[pick(len(free))])
    wide = pick(len(bonds))
    structure = from_ranks(modes, {pair: 3 if place == wide else 2 for place, pair in enumerate(bonds)})
    cores = (
        0.2 * torch.randn(shape, generator=generator, dtype=torch.float64) + 0.01 for shape in structure.core_shapes
    )
    return structure, Network(structure, tuple(cores)).to_tensor()


if __name__ == "__main__":
    parser = options(__doc__, ("rgtn", "growth", "certificate"), 1e-2)
    parser.add_argument("--orders", type=int, nargs="+", default=[6])
    asked = parser.parse_args()
    report(
        "search rgtn",
        {f"order {order}": (lambda seed, order=order: drawn(order, seed)) for order in asked.orders},
        asked,
    )
