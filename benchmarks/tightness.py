"""Tightness of the error bound: quantiles of bound over best fitted error, per tensor and family of structures.

Run: ``OMP_NUM_THREADS=1 python benchmarks/tightness.py`` (some minutes; the same numbers each time). The fitted error
is the best of several starts: a poor fit makes a bound look looser than it is, never tighter. A ratio above 1 stops the
run: it would be a bug.
"""

import argparse
import itertools
import time
from collections.abc import Iterator

from _common import DOCS, machine, say, table, write_between  # isort: skip  (fixes the number of threads)

import networkx as nx
import numpy as np
import torch

from tnlab import Bond, Core, CutSpectra, Structure, error_bound, fit
from tnlab.data import datasets
from tnlab.data.planted_tensors import fully_connected, planted

STRUCTURES = 20  # per tensor and family
STARTS, SWEEPS = 5, 150  # of every fit
NOISE = 1e-2
TENSORS = 3  # of every planted kind
Edges = list[tuple[int, int]]


def tree(order: int, generator: np.random.Generator) -> Edges:
    """Return a random labelled tree."""
    code = generator.integers(order, size=order - 2).tolist()
    return [(min(edge), max(edge)) for edge in nx.from_prufer_sequence(code).edges]


def ring(order: int, generator: np.random.Generator) -> Edges:
    """Return a cycle over the modes in a random order."""
    cycle = generator.permutation(order).tolist()
    return [(min(a, b), max(a, b)) for a, b in zip(cycle, cycle[1:] + cycle[:1], strict=True)]


def graph(order: int, generator: np.random.Generator) -> Edges:
    """Return the bonds of a random tree, and half as many extra bonds as there are modes."""
    edges = tree(order, generator)
    others = [pair for pair in itertools.combinations(range(order), 2) if pair not in edges]
    chosen = generator.permutation(len(others))[: order // 2]
    return edges + [others[k] for k in chosen]


FAMILIES = {"tree": tree, "ring": ring, "graph": graph}


def with_ranks(modes: tuple[int, ...], edges: Edges, low: int, high: int, generator: np.random.Generator) -> Structure:
    """Return a structure with random ranks, both ends included."""
    ranks = generator.integers(low, high + 1, len(edges)).tolist()
    cores = tuple(Core((mode,)) for mode in range(len(modes)))
    return Structure(modes, cores, tuple(Bond(*bond) for bond in zip(sorted(edges), ranks, strict=True)))


def planted_rings(size: int, low: int, high: int) -> list[torch.Tensor]:
    """Return tensors with rings of order 6 in them, modes in a random order."""
    generator = np.random.default_rng(1)
    rings = [with_ranks((size,) * 6, ring(6, generator), low, high, generator) for _ in range(TENSORS)]
    return [planted(structure, noise=NOISE, seed=seed) for seed, structure in enumerate(rings)]


def tensors() -> Iterator[tuple[str, list[torch.Tensor], tuple[int, int, int]]]:
    """Yield a name, the tensors of that name, and the largest rank that is drawn for a tree, a ring, a graph."""
    yield "TR6 n3 r1-4", planted_rings(3, 1, 4), (5, 4, 3)
    yield "TR6 n4 r2-5", planted_rings(4, 2, 5), (6, 5, 3)
    full = fully_connected(4, 8, 2)
    yield "FCTN4 n8 r2", [planted(full, noise=NOISE, seed=seed) for seed in range(TENSORS)], (6, 5, 3)
    for name in ("camera", "astronaut", "coffee"):
        source = datasets[name].source()
        yield f"{name} 16^4", [source.with_modes((16,) * 4, "quantised").tensor], (12, 6, 4)
        yield f"{name} 4^8", [source.with_modes((4,) * 8, "quantised").tensor], (6, 5, 3)


def ratios(several: list[torch.Tensor], family: str, most: int) -> tuple[list[float], list[float]]:
    """Return bound over best error of random structures, and for trees the upper bound over it."""
    generator, spectra = np.random.default_rng(7), [CutSpectra(tensor) for tensor in several]
    lower, upper = [], []
    for turn in range(STRUCTURES):
        tensor = several[turn % len(several)]
        modes = tuple(tensor.shape)
        least = 1 if family == "tree" else 2  # a bond of rank 1 closes no loop
        structure = with_ranks(modes, FAMILIES[family](len(modes), generator), least, most, generator)
        certificate = error_bound(spectra[turn % len(several)], structure)
        best = fit(tensor, structure, max_sweeps=SWEEPS, restarts=STARTS, tolerance=1e-5).relative_error
        assert certificate.error_bound <= best * (1 + 1e-9), (structure, certificate, best)
        lower.append(certificate.error_bound / best)
        if certificate.upper_bound is not None:
            upper.append(certificate.upper_bound / best)
    return lower, upper


def main() -> None:
    """Print the table of docs/certificates.md; with ``--write`` put it there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into docs/certificates.md")
    write = parser.parse_args().write
    torch.set_num_threads(1)
    begun = time.perf_counter()
    header, rows = (
        ("tensor", "family", "bound / best error: p10, p50, p90", "largest", "bound is 0", "upper / best: p50"),
        [],
    )
    for name, several, most in tensors():
        for family, largest_rank in zip(FAMILIES, most, strict=True):
            lower, upper = ratios(several, family, largest_rank)
            quantiles = ", ".join(f"{value:.2f}" for value in np.quantile(lower, (0.1, 0.5, 0.9)))
            silent = sum(ratio == 0 for ratio in lower)
            above = f"{np.median(upper):.2f}" if upper else ""
            rows.append((name, family, quantiles, f"{max(lower):.3f}", f"{silent} / {len(lower)}", above))
            say(*rows[-1], sep=" | ")
    say(f"\n{time.perf_counter() - begun:.0f} s")
    if write:
        write_between(DOCS / "certificates.md", "tightness", f"{table(header, rows)}\n\n{machine()}")


if __name__ == "__main__":
    main()
