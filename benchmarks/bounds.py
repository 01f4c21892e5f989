"""Cost of certificates: spectra against a matrix product with the tensor, bounds per structure, proved minima.

Run on a quiet machine: ``OMP_NUM_THREADS=1 python benchmarks/bounds.py``. Every ratio is taken within this run. The
column "study" holds what the feasibility study measured on another machine.
"""

import argparse
import itertools
import math
import time

from _common import DOCS, machine, say, write_between  # isort: skip  (fixes the number of threads)

import numpy as np
import torch

from tnlab import Bond, Core, Structure, fit
from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.error_bound import error_bound, error_bounds
from tnlab.bounds.parameter_bound import parameter_bound
from tnlab.data import datasets
from tnlab.data.planted_tensors import planted
from tnlab.formats import formats

TARGET = 1e-3
TENSORS = {  # study: milliseconds of all spectra, microseconds per structure in a batch
    (4,) * 6: ("13", "2.8"),
    (16,) * 4: ("12", "0.15"),
    (4,) * 8: ("150-350", "1.8-4.4"),
    (3,) * 10: ("750-1800", "11-18"),
    (8,) * 6: ("550", "0.9-1.9"),
    (10,) * 6: ("1100-1900", "0.5"),
    (32,) * 4: ("330-620", "0.16"),
}


def best_of(call, repeats):
    """Return the smallest wall time of several calls after a warm-up, in seconds."""
    call()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return min(times)


def all_spectra(tensor):
    """Return the spectra of all cuts."""
    spectra = CutSpectra(tensor)
    for _ in spectra.fill():
        pass
    return spectra


def spectra_row(modes):
    """Return the time for all cut spectra of a random tensor, and for the error bounds of random rings."""
    tensor = torch.randn(modes, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    matrix = tensor.reshape(math.prod(modes[: len(modes) // 2]), -1)
    other = matrix.T.contiguous()
    gemm = best_of(lambda: matrix @ other, 5) * 1e3
    large = tensor.numel() > 100_000
    whole = best_of(lambda: all_spectra(tensor), 1 if large else 5) * 1e3
    spectra = all_spectra(tensor)
    ring = formats["tensor_ring"].build(modes, 3)
    ranks = np.random.default_rng(0).integers(1, 7, (10_000, len(modes)))
    batch = best_of(lambda: error_bounds(spectra, ring, ranks), 5) * 1e6 / len(ranks)
    single = best_of(lambda: error_bound(spectra, ring), 50) * 1e6
    study, per = TENSORS[modes]
    return (
        f"| {modes[0]}^{len(modes)} | {len(spectra.known)} | {whole:.1f} | {gemm:.2f} | {whole / gemm:.1f} | {study} "
        f"| {batch:.2f} | {per} | {single:.0f} |"
    )


def random_ring(order, size, low, high, generator):
    """Return a ring with the modes in random order and ranks between two numbers."""
    turn = generator.permutation(order).tolist()
    pairs = [tuple(sorted((turn[k - 1], turn[k]))) for k in range(order)]
    return graph(order, size, {pair: int(generator.integers(low, high + 1)) for pair in pairs})


def random_full(order, size, high, generator):
    """Return a fully connected network with ranks from 1."""
    pairs = itertools.combinations(range(order), 2)
    return graph(order, size, {pair: int(generator.integers(1, high + 1)) for pair in pairs})


def graph(order, size, ranks):
    """Return one core per mode with the given ranks by pair."""
    bonds = tuple(Bond(pair, rank) for pair, rank in ranks.items())
    return Structure((size,) * order, tuple(Core((mode,)) for mode in range(order)), bonds)


PLANTED = {  # family, structure by generator, number of seeds, seconds in the study (fit included)
    "ring 3^6 r1-4": ("ring", lambda g: random_ring(6, 3, 1, 4, g), 6, "0.04-0.3"),
    "ring 4^6 r2-5": ("ring", lambda g: random_ring(6, 4, 2, 5, g), 5, "0.4-1.3"),
    "ring 3^8 r1-4": ("ring", lambda g: random_ring(8, 3, 1, 4, g), 4, "3.4-26"),
    "ring 4^4 r1-4": ("ring", lambda g: random_ring(4, 4, 1, 4, g), 6, "0.04-7.6"),
    "full 8^4 r1-3": ("any", lambda g: random_full(4, 8, 3, g), 4, "0.03-0.11"),
    "full 16^4 r1-3": ("any", lambda g: random_full(4, 16, 3, g), 4, "0.08-0.14"),
    "full 4^5 r1-2": ("any", lambda g: random_full(5, 4, 2, g), 4, "0.13-0.64"),
    "ring 3^6 r1-4, any graph": ("any", lambda g: random_ring(6, 3, 1, 4, g), 4, "1-5"),
    "ring 4^6 r2-5, any graph": ("any", lambda g: random_ring(6, 4, 2, 5, g), 4, "1-5"),
}


def planted_row(name):
    """Return planted parameters, the proved minimum, whether a fit of it reaches the target, the proof's seconds."""
    family, draw, seeds, study = PLANTED[name]
    pairs, seconds, reached = [], [], 0
    for seed in range(seeds):
        structure = draw(np.random.default_rng(seed))
        tensor = planted(structure, seed=seed)
        bound = parameter_bound(tensor, TARGET, family=family)
        pairs.append(f"{bound.parameters}{'' if bound.proved else '+'}/{structure.parameters}")
        seconds.append(bound.seconds)
        reached += fit(tensor, bound.structure, restarts=3, max_sweeps=1000).relative_error <= TARGET
    spread = f"{min(seconds):.3f}-{max(seconds):.3f}"
    return f"| {name} | {family} | {' '.join(pairs)} | {reached}/{seeds} | {spread} | {study} |"


def photograph_row(modes, order, target):
    """Return the parameter bounds of the camera picture by family."""
    rows = torch.as_tensor(datasets["camera"].load(), dtype=torch.float64)
    if order == "quantised":
        half = len(modes)
        step = round(modes[0] ** 0.5)
        rows = rows.reshape((step,) * (2 * half)).permute(*(k + j * half for k in range(half) for j in (0, 1)))
    spectra = all_spectra(rows.reshape(modes).contiguous())
    cells = []
    for family in ("tree", "ring", "degree3", "any"):
        bound = parameter_bound(spectra, target, family=family, max_seconds=10)
        rest = "" if bound.proved else f"-{bound.incumbent}"
        cells.append(f"{bound.parameters}{rest} ({bound.seconds:.2f} s)")
    return f"| {modes[0]}^{len(modes)} {order} | {target} | {' | '.join(cells)} |"


HEADS = {
    "costs": "| tensor | cuts | spectra ms | GEMM ms | ratio | study ms | batched us | study us | alone us |",
    "minima": "| planted | family | proved minimum / planted | reached by a fit | s | study s |",
    "camera": "| camera | target | tree | ring | degree3 | any |",
}


def main():
    """Print the tables of docs/certificates.md; with ``--write`` put them there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/certificates.md")
    write = parser.parse_args().write
    torch.set_num_threads(1)
    cases = itertools.product(((16,) * 4, (4,) * 8), ("plain", "quantised"), (0.1, 0.15))
    rows = {
        "costs": (spectra_row(modes) for modes in TENSORS),
        "minima": (planted_row(name) for name in PLANTED),
        "camera": (photograph_row(*case) for case in cases),
    }
    for name, head in HEADS.items():
        lines = [head, "|---" * (head.count("|") - 1) + "|"]
        say("\n".join(lines))
        for line in rows[name]:
            lines.append(line)
            say(line)
        if write:
            text = "\n".join(lines)
            write_between(DOCS / "certificates.md", f"bounds {name}", f"{text}\n\n{machine()}")


if __name__ == "__main__":
    main()
