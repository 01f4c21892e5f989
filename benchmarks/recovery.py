"""How often each solver finds a planted network again: rings and fully connected networks, noise-free, random starts.

A run succeeds when its relative error is at most 1e-3. The last column is the best solver of the feasibility study on
problems of the same kind. In brackets, the median of process CPU seconds per run, failures included.

Run on a quiet machine: ``OMP_NUM_THREADS=1 python benchmarks/recovery.py [--seeds 20] [--write]``.
"""

import argparse
import itertools
import statistics
import time

from _common import DOCS, machine, write_between  # isort: skip  (fixes the number of threads)

import numpy as np
import torch

from tnlab import Bond, Core, Structure, fit
from tnlab.data.planted_tensors import planted
from tnlab.solvers.als import ALS
from tnlab.solvers.lbfgs import LBFGS
from tnlab.solvers.levenberg_marquardt import LevenbergMarquardt
from tnlab.solvers.progressive import Progressive

TARGET = 1e-3
STOP = {"target_error": TARGET, "max_sweeps": 800, "tolerance": 1e-5}


def graph(order, size, ranks):
    """Return one core per mode with the given ranks by pair."""
    bonds = tuple(Bond(pair, rank) for pair, rank in ranks.items())
    return Structure((size,) * order, tuple(Core((mode,)) for mode in range(order)), bonds)


def ring(order, size, low, high, draw):
    """Return a ring with the modes in random order and ranks between two numbers."""
    turn = draw.permutation(order).tolist()
    pairs = [tuple(sorted((turn[k - 1], turn[k]))) for k in range(order)]
    return graph(order, size, {pair: int(draw.integers(low, high + 1)) for pair in pairs})


def full(order, size, low, high, draw):
    """Return a fully connected network with ranks between two numbers."""
    pairs = itertools.combinations(range(order), 2)
    return graph(order, size, {pair: int(draw.integers(low, high + 1)) for pair in pairs})


PROBLEMS = {  # how to draw one, and the success rate of the study's best solver
    "TR6 n4 r3": (lambda draw: ring(6, 4, 3, 3, draw), "20/20"),
    "TR6 n3 r1-4": (lambda draw: ring(6, 3, 1, 4, draw), "20/20"),
    "TR8 n3 r1-4": (lambda draw: ring(8, 3, 1, 4, draw), "20/20"),
    "TR4 n8 r4": (lambda draw: ring(4, 8, 4, 4, draw), "20/20"),
    "TR4 n4 r2-4": (lambda draw: ring(4, 4, 2, 4, draw), "5/6"),
    "FCTN4 n8 r3": (lambda draw: full(4, 8, 3, 3, draw), "2/6"),
    "FCTN4 n4 r1-3": (lambda draw: full(4, 4, 1, 3, draw), "2/8"),
    "FCTN5 n4 r2": (lambda draw: full(5, 4, 2, 2, draw), "1/6"),
}
SOLVERS = {  # a solver, its start and the number of starts
    "als, no ridge": (ALS(ridge=0.0, **STOP), "random", 1),
    "als": (ALS(**STOP), "random", 1),
    "als, slow ridge": (ALS(ridge=1.0, decay=0.97, **STOP), "random", 1),
    "progressive": (Progressive(**STOP | {"target_error": None}), "svd", 1),
    "lbfgs": (LBFGS(**STOP), "random", 1),
    "lm": (LevenbergMarquardt(**STOP | {"max_sweeps": 60}), "random", 1),
    "als, 5 starts": (ALS(**STOP), "random", 5),
    "slow ridge, 30 starts": (ALS(ridge=1.0, decay=0.97, **STOP), "random", 30),
}


def row(name, seeds, chosen):
    """Return the cells of one problem: successes and median seconds per solver."""
    draw, study = PROBLEMS[name]
    cells = []
    for solver in chosen:
        engine, init, restarts = SOLVERS[solver]
        found, seconds = 0, []
        for seed in range(seeds):
            structure = draw(np.random.default_rng(seed))
            tensor = planted(structure, seed=seed)
            begun = time.process_time()
            result = fit(tensor, structure, solver=engine, init=init, restarts=restarts, seed=1000 + seed)
            seconds.append(time.process_time() - begun)
            found += result.relative_error <= TARGET
        cells.append(f"{found}/{seeds} ({statistics.median(seconds):.2f} s)")
    return [name, *cells, study]


def main():
    """Print the table; with ``--write`` also into docs/benchmarks/recovery.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--problems", nargs="*", default=list(PROBLEMS))
    parser.add_argument("--solvers", nargs="*", default=list(SOLVERS))
    parser.add_argument("--write", action="store_true", help="also write docs/benchmarks/recovery.md")
    options = parser.parse_args()
    torch.set_num_threads(1)
    lines = [f"| problem | {' | '.join(options.solvers)} | study's best |", "|---" * (len(options.solvers) + 2) + "|"]
    print("\n".join(lines), flush=True)
    for name in options.problems:
        lines.append(f"| {' | '.join(row(name, options.seeds, options.solvers))} |")
        print(lines[-1], flush=True)
    if options.write:
        write_between(DOCS / "benchmarks" / "recovery.md", "recovery", "\n".join([*lines, "", machine()]))


if __name__ == "__main__":
    main()
