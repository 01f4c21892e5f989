"""Greedy-TN's targets of shape 7^5: a train, a triangle and two rings.

    python benchmarks/greedy_set.py [--engines growth certificate] [--seeds 3]

Published program: 427, 294 and 308 parameters, which is exact, and 364 or 392 for the second ring, whose truth is 266.
A star marks runs that missed the target error.
"""

from _planted_searches import options, report

# isort: split
from tnlab.data.planted_tensors import planted
from tnlab.network.rank_matrix import from_ranks, ring

MODES = (7,) * 5
TARGETS = {
    "train [2, 3, 6, 5]": from_ranks(MODES, {(0, 1): 2, (1, 2): 3, (2, 3): 6, (3, 4): 5}),
    "triangle": from_ranks(MODES, {(0, 1): 2, (1, 2): 2, (1, 3): 2, (2, 3): 5, (3, 4): 2}),
    "ring [5, 2, 5, 2, 2]": ring(MODES, range(5), (5, 2, 5, 2, 2)),
    "ring [2, 3, 4, 2, 3]": ring(MODES, range(5), (2, 3, 4, 2, 3)),
}

if __name__ == "__main__":
    cases = {name: (lambda seed, truth=truth: (truth, planted(truth, seed=seed))) for name, truth in TARGETS.items()}
    report("search greedy", cases, options(__doc__, ("certificate", "rgtn", "svdinstn"), 1e-6).parse_args())
