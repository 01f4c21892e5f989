"""Sweeps of ALS on the CPU and on a CUDA device, where there is one: ``python benchmarks/gpu.py``."""

import argparse
import statistics
import time
from itertools import pairwise

import torch
from _common import machine, say, table

from tnlab.formats import formats
from tnlab.solvers.base import solvers

PROBLEMS = {
    "ring of ranks 4, 4^8": ("tensor_ring", (4,) * 8, 4),
    "ring of ranks 16, 16^6": ("tensor_ring", (16,) * 6, 16),
    "fully connected of ranks 4, 48^4": ("fully_connected", (48,) * 4, 4),
    "CP rank 32, 300^3": ("cp", (300,) * 3, 32),
    "Tucker of ranks 32, 300^3": ("tucker", (300,) * 3, 32),
}


def sweep_milliseconds(name: str, modes: tuple[int, ...], rank: int, device: str, dtype: torch.dtype) -> float:
    """Return the median wall time of a sweep; a snapshot's error is a number on the host, so the device is done."""
    structure = formats[name].build(modes, rank)
    generator = torch.Generator().manual_seed(0)
    tensor = torch.randn(modes, generator=generator, dtype=dtype).to(device)
    stamps = [
        time.perf_counter()
        for _ in solvers["als"](max_sweeps=12, tolerance=0.0).iterate(
            tensor, structure, init="random", generator=generator
        )
    ]
    return 1e3 * statistics.median(later - earlier for earlier, later in pairwise(stamps[2:]))


def main() -> None:
    """Print the table; without a CUDA device, say so."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    say(machine())
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    if len(devices) == 1:
        say("No CUDA device here: CPU only.")
    rows = []
    for label, (name, modes, rank) in PROBLEMS.items():
        for dtype in (torch.float64, torch.float32):
            times = [sweep_milliseconds(name, modes, rank, device, dtype) for device in devices]
            rows.append((label, str(dtype).removeprefix("torch."), *times, times[0] / times[-1]))
    say(table(("one sweep of ALS", "dtype", *(f"{device} ms" for device in devices), "ratio"), rows))


if __name__ == "__main__":
    main()
