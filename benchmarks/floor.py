"""Time of ALS sweeps against two floors: their flops at a matrix product's rate, and one read of X at a copy's."""

import math
import statistics
import time
from itertools import pairwise

import numpy as np
import torch
from _common import copy_rate, gemm_rate, table
from peer_runs.tree import STRUCTURE as TREE

from tnlab import Structure
from tnlab.fitting.sweep.plan import plan_sweep
from tnlab.formats import formats
from tnlab.solvers.base import solvers

PROBLEMS: dict[str, Structure] = {
    "W3 CP rank 10, 100^3": formats["cp"].build((100,) * 3, 10),
    "W4 ring of ranks 4, 4^8": formats["tensor_ring"].build((4,) * 8, 4),
    "W5 fully connected of ranks 3, 16^4": formats["fully_connected"].build((16,) * 4, 3),
    "W6 tree of ranks 6, 8^6": TREE,
    "W2a Tucker of ranks 10, 128^3": formats["tucker"].build((128,) * 3, 10),
}


def sweep_seconds(structure: Structure, dtype: torch.dtype, sweeps: int) -> float:
    """Return the median CPU seconds of a sweep of ALS, its error included."""
    tensor = torch.randn(structure.modes, generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(dtype)
    engine = solvers["als"](max_sweeps=sweeps, tolerance=0.0)
    stamps = [
        time.process_time()
        for _ in engine.iterate(tensor, structure, init="random", generator=torch.Generator().manual_seed(0))
    ]
    return statistics.median(later - earlier for earlier, later in pairwise(stamps[1:]))


def floor_table(*, quick: bool = False) -> str:
    """Return the table: measured sweeps beside both floors."""
    rates = {torch.float64: gemm_rate(np.float64), torch.float32: gemm_rate(np.float32)}
    copy, rows = copy_rate(), []
    for name, structure in PROBLEMS.items():
        for dtype, rate in rates.items():
            measured = sweep_seconds(structure, dtype, 10 if quick else 60)
            flops, width = plan_sweep(structure).flops, torch.finfo(dtype).bits // 8
            compute, read = flops / rate, math.prod(structure.modes) * width / copy
            part = f"{max(compute, read) / measured:.0%}"
            cells = (flops / 1e6, compute * 1e3, read * 1e3, measured * 1e3, part)
            rows.append((name, str(dtype).removeprefix("torch."), *(cells)))
    header = (
        "one sweep of ALS",
        "dtype",
        "Mflop",
        "at GEMM rate, ms",
        "one read of X, ms",
        "measured, ms",
        "floor / measured",
    )
    words = (
        f"GEMM of 1024: {rates[torch.float64] / 1e9:.0f} GFLOP/s in float64, "
        f"{rates[torch.float32] / 1e9:.0f} in float32; copy of 256 MiB: {copy / 1e9:.0f} GB/s, read and written."
    )
    return f"{words}\n\n{table(header, rows)}"
