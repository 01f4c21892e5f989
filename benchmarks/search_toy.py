"""The published engines on the authors' own toy: evaluations and seconds until the hidden ring is found.

An order-6 tensor ring of mode size 3 with 126 parameters, its modes permuted; ranks 1 to 7, target error 1e-4. The
authors' programs need 116 to 220 evaluations of about 10 s each (TnALE, four seeds of five) and 781 (TNLS, one of two),
where an evaluation is what is called a proposal here: repetitions included, nothing pruned.

    python benchmarks/search_toy.py --engines tnale,tnls --seeds 10
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from _common import DOCS, machine, median, say, table, write_between  # isort: split

import numpy as np
import torch

from tnlab.structure_search.run import Search

TOY = Path(__file__).resolve().parent / "data" / "tnale_ring_toy.npy"
TRUTH, TARGET, RANKS = 126, 1e-4, 7
HEADER = ("engine", "found", "fitted", "proposed", "repeated", "by size", "by certificate", "CPU s")


def run(engine: str, seed: int, seconds: float, ahead: int) -> tuple[bool, list[float]]:
    """Run one search; return whether it found the hidden ring, with its counts and CPU seconds."""
    X = torch.from_numpy(np.load(TOY))
    begun = time.process_time()
    found = False
    counts = None
    stop = {"max_seconds": seconds, "seed": seed, "ahead": ahead}
    for progress in Search(X, TARGET, engine=engine, family="ring", max_rank=RANKS, **stop):
        counts, best = progress.counts, progress.incumbent
        found = best is not None and best.relative_error <= TARGET and best.parameters <= TRUTH
        if found:
            break
    assert counts is not None
    work = [counts.fitted, counts.proposed, counts.repeated, counts.pruned_by_size, counts.pruned_by_certificate]
    return found, [*work, time.process_time() - begun]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run every engine with every seed, and print medians over the runs that found the truth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", default="greedy_tn,tnale,tnls,hill_climb,annealing", help="names, with commas")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each run")
    parser.add_argument("--ahead", type=int, default=8, help="proposals decided on before their answers are known")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    given = parser.parse_args(arguments)
    rows: list[Sequence[object]] = []
    for engine in given.engines.split(","):
        runs = [run(engine, seed, given.seconds, given.ahead) for seed in range(given.seeds)]
        for seed, (found, work) in enumerate(runs):
            say(engine, seed, "found" if found else "not found", *(round(value, 2) for value in work))
        hits = [work for found, work in runs if found]
        rows.append((engine, f"{len(hits)} of {len(runs)}", *(median(column) for column in zip(*hits, strict=True))))
    said = f"Medians over the runs that found it, ahead={given.ahead}. {machine(('numpy', 'torch'))}"
    text = f"{table(HEADER, rows)}\n\n{said}"
    say(text)
    if given.write:
        write_between(DOCS / "benchmarks.md", "search toy", text)


if __name__ == "__main__":
    main()
