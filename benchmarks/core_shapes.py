"""Core shapes of Tucker decompositions at budgets of 0.5 % and 5 % of the entries, every method, as a Markdown table.

    python benchmarks/core_shapes.py [--slow] [--data NAME ...]

Errors are squared relative errors (the paper's RRE). The published methods in the middle columns are those of Ghadiri
2023 (https://arxiv.org/abs/2302.03886) on tensorly's data sets, bang-for-buck with its fault mended; ``true greedy``,
a fit per step, runs with ``--slow`` only.
"""

import argparse

from _common import DOCS, Stopwatch, machine, say, table, write_between

# isort: split
import numpy as np
import torch
from tensorly import datasets

from tnlab.structure_search.parts.core_shape import core_shape

SOURCES = {
    "IL2": datasets.load_IL2data,
    "covid19": datasets.load_covid19_serology,
    "kinetic": datasets.load_kinetic,
    "indian_pines": datasets.load_indian_pines,
}
CASES = (
    ("IL2", 0.05), ("covid19", 0.05), ("kinetic", 0.005), ("kinetic", 0.05), ("indian_pines", 0.005),
    ("indian_pines", 0.05),
)  # fmt: skip
METHODS = ("greedy", "bang_for_buck", "exact", "portfolio")


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slow", action="store_true", help="also the greedy method on the true loss")
    parser.add_argument("--data", nargs="+", choices=list(SOURCES), default=list(SOURCES))
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    asked = parser.parse_args()
    methods = (*METHODS, "true_greedy") if asked.slow else METHODS
    say(machine())
    rows = []
    for name, part in CASES:
        if name not in asked.data:
            continue
        X = torch.as_tensor(np.nan_to_num(np.asarray(SOURCES[name]().tensor, dtype=float)))
        row = [f"{name} {'x'.join(map(str, X.shape))}", int(part * X.numel())]
        for method in methods:
            watch = Stopwatch()
            found = core_shape(X, budget=int(part * X.numel()), method=method)
            row.append(f"{found.squared_error:.6f} {found.shape} {watch.seconds:.2g} s")
        rows.append(row)
    text = table(["data", "budget", *methods], rows)
    say(text)
    if asked.write:
        write_between(DOCS / "benchmarks.md", "search core shapes", f"{text}\n\n{machine(('numpy', 'torch'))}")


if __name__ == "__main__":
    main()
