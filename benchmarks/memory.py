"""Peak memory of a fit of a large tensor, against the prediction and the size of the tensor.

``OMP_NUM_THREADS=1 python benchmarks/memory.py [ring100 ...]``: every case runs in a process of its own, since the
largest resident size of a process never falls. What importing takes is measured there too, and shown apart.
"""

import argparse
import itertools
import json
import resource
import subprocess
import sys
import time

import torch

from tnlab import fit
from tnlab.fitting.memory import predicted_memory
from tnlab.fitting.sweep.plan import plan_sweep
from tnlab.formats import formats
from tnlab.network.arithmetic import norm, select
from tnlab.network.network import Network
from tnlab.network.residual import slabs

CASES = {  # format, modes, rank, solver, init
    "ring100": ("tr", (100,) * 4, 6, "als", "svd"),
    "ring100_random": ("tr", (100,) * 4, 6, "als", "random"),
    "train10": ("tt", (10,) * 8, 5, "als", "svd"),
    "cp": ("cp", (464,) * 3, 10, "als", "svd"),
    "cp_compressed": ("cp", (464,) * 3, 10, "compressed", "svd"),
    "ring56": ("tr", (56,) * 4, 6, "als", "svd"),
}


def peak():
    """Return the largest resident size so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def planted(structure, noise=0.01):
    """Return a float32 tensor of a structure with noise, made in slabs: no second array of its size is formed."""
    generator = torch.Generator().manual_seed(0)
    network = Network.random(structure, generator=generator, dtype=torch.float32)
    size = noise * norm(network) / structure.size**0.5
    tensor = torch.empty(structure.modes)
    for slab in slabs(structure.modes):
        part = tensor[slab]
        part.copy_(select(network, dict(enumerate(slab))).to_tensor())
        part.add_(torch.randn(part.shape, generator=generator), alpha=size)
    return tensor


def run(case):
    """Print one case as JSON."""
    name, modes, rank, solver, init = CASES[case]
    structure = formats[name].build(modes, rank)
    fit(torch.ones(4, 4, 4), formats["cp"].build((4, 4, 4), 1), max_sweeps=2)  # what a first fit loads
    imported = peak()
    tensor = planted(structure)
    made = peak()
    stamps, begun = [], time.process_time()
    found = fit(
        tensor,
        structure,
        solver=solver,
        init=init,
        max_sweeps=10,
        callback=lambda _: stamps.append(time.process_time()),
    )
    size = tensor.numel() * tensor.element_size()
    told = predicted_memory(plan_sweep(structure), tensor.dtype, svd=init == "svd")
    print(
        json.dumps(
            {
                "case": case,
                "imported": imported,
                "made": made,
                "tensor": size,
                "peak": peak(),
                "told": told.peak,
                "error": found.relative_error,
                "start": stamps[0] - begun,
                "sweep": min((b - a for a, b in itertools.pairwise(stamps)), default=0.0),
            }
        )
    )


def main():
    """Print a table of every case asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; all by default")
    parser.add_argument("--one", choices=CASES, help="print this case as JSON, measured in this process")
    asked = parser.parse_args()
    if asked.one:
        torch.set_num_threads(1)
        run(asked.one)
        return
    print("| case | tensor MB | made | peak | with the import | predicted, in tensors | start s | sweep s | error |")
    print("|---|---|---|---|---|---|---|---|---|")
    for case in asked.cases or CASES:
        command = [sys.executable, __file__, "--one", case]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"| {case} | {done.stderr.splitlines()[-1] if done.stderr else done.returncode} |")
            continue
        r = json.loads(done.stdout)
        size = r["tensor"]
        ratios = [(r[key] - r["imported"]) / size for key in ("made", "peak")]
        ratios += [r["peak"] / size, r["told"] / size]
        print(
            f"| {case} | {size / 1e6:.0f} | {' | '.join(f'{ratio:.2f}' for ratio in ratios)} "
            f"| {r['start']:.2f} | {r['sweep']:.3f} | {r['error']:.5f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
