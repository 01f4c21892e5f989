"""Time of one sweep against a matrix product of the same flops, and a fit against a plain Adam loop.

Run on a quiet machine: ``OMP_NUM_THREADS=1 python benchmarks/fit.py``. Every ratio is taken within this run.
"""

import itertools
import statistics
import time

import torch

from tnlab import Bond, Core, Network, Structure, fit
from tnlab.data import datasets
from tnlab.fitting.sweep.plan import plan_sweep
from tnlab.formats import formats
from tnlab.network.contraction import contract
from tnlab.solvers.als import ALS

SPIDER = Structure(  # a tree over six modes: one core with three bonds, two with two, three ends
    (8,) * 6,
    tuple(Core((mode,)) for mode in range(6)),
    tuple(Bond(joined, 6) for joined in ((0, 1), (1, 2), (2, 3), (2, 4), (4, 5))),
)
PROBLEMS = {
    "TR 4^8 r4": formats["tensor_ring"].build((4,) * 8, 4),
    "FCTN 16^4 r3": formats["fully_connected"].build((16,) * 4, 3),
    "tree 8^6 r6": SPIDER,
    "TT 4^8 r4": formats["tensor_train"].build((4,) * 8, 4),
    "TR 10^6 r5": formats["tensor_ring"].build((10,) * 6, 5),
}
STUDY = {"TR 4^8 r4": (0.96, 0.86), "FCTN 16^4 r3": (1.6, 1.1), "tree 8^6 r6": (1.65, 1.2), "TT 4^8 r4": (0.9, 0.8)}
STUDY["TR 10^6 r5"] = (5.3, 2.7)  # minimum ms of the feasibility study, float64 and float32, on another machine


def seconds_of(call, repeats):
    """Return the times of single calls after a warm-up."""
    call()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return times


def gemm_seconds(flops, dtype):
    """Return the best time of a square matrix product of 512, scaled to the given flops."""
    left, right = torch.randn(512, 512, dtype=dtype), torch.randn(512, 512, dtype=dtype)
    return min(seconds_of(lambda: left @ right, 20)) * flops / (2 * 512**3)


def sweep_times(structure, dtype):
    """Return milliseconds of one sweep (minimum, median), of its plan, and of a product of the same flops."""
    tensor = torch.randn(structure.modes, generator=torch.Generator().manual_seed(0), dtype=dtype)
    plan_sweep.cache_clear()
    begun = time.perf_counter()
    plan = plan_sweep(structure)
    planned = time.perf_counter() - begun
    stamps = [
        time.perf_counter()
        for _ in ALS(max_sweeps=200, tolerance=0).iterate(
            tensor, structure, init="random", generator=torch.Generator().manual_seed(0)
        )
    ]
    steps = [later - earlier for earlier, later in itertools.pairwise(stamps[1:])]
    return min(steps) * 1e3, statistics.median(steps) * 1e3, planned * 1e3, gemm_seconds(plan.flops, dtype) * 1e3


def adam(tensor, structure, target, limit, rate, seed):
    """Return seconds until a plain torch Adam loop reaches the target error, or None within the limit."""
    generator = torch.Generator().manual_seed(seed)
    start = Network.random(structure, generator=generator, dtype=tensor.dtype)
    scale = float(tensor.norm()) ** (1 / len(start.cores))
    cores = [(core * scale).requires_grad_() for core in start.cores]
    optimizer = torch.optim.Adam(cores, lr=rate)
    norm, begun = float(tensor.norm()), time.perf_counter()
    while time.perf_counter() - begun < limit:
        optimizer.zero_grad()
        loss = (contract(structure, cores) - tensor).square().sum()
        loss.backward()
        optimizer.step()
        if float(loss.detach()) ** 0.5 / norm <= target:
            return time.perf_counter() - begun
    return None


def race(name, structure, tensor, seeds=(0, 1, 2), limit=20.0):
    """Print the time to within 1 % of the best error, of tnlab and of Adam at two learning rates, per seed."""
    best = fit(tensor, structure, restarts=5, max_sweeps=2000).relative_error
    target = 1.01 * best
    for seed in seeds:
        ours = None
        begun = time.perf_counter()
        run = ALS(max_sweeps=5000, tolerance=0).iterate(
            tensor, structure, generator=torch.Generator().manual_seed(seed)
        )
        for snapshot in run:
            if snapshot.relative_error <= target:
                ours = time.perf_counter() - begun
                break
            if time.perf_counter() - begun > limit:
                break
        theirs = [adam(tensor.float(), structure, target, limit, rate, seed) for rate in (1e-2, 3e-3)]
        reached = [seconds for seconds in theirs if seconds is not None]
        ratio = f"{min(reached) / ours:.0f}x" if reached and ours else f"> {limit / ours:.0f}x" if ours else "-"
        shown = [f"{seconds * 1e3:.0f}" if seconds is not None else "-" for seconds in (ours, *theirs)]
        print(f"| {name} | {seed} | {best:.5f} | {' | '.join(shown)} | {ratio} |", flush=True)


def main():
    """Print both tables."""
    torch.set_num_threads(1)
    print("| problem | params | dtype | sweep min / median ms | GEMM of its flops ms | ratio | study ms | plan ms |")
    print("|---|---|---|---|---|---|---|---|")
    for name, structure in PROBLEMS.items():
        for dtype, column in ((torch.float64, 0), (torch.float32, 1)):
            low, middle, plan, gemm = sweep_times(structure, dtype)
            label = str(dtype).removeprefix("torch.")
            print(
                f"| {name} | {structure.parameters} | {label} | {low:.2f} / {middle:.2f} | {gemm:.3f} "
                f"| {low / gemm:.1f} | {STUDY[name][column]} | {plan:.1f} |",
                flush=True,
            )
    print("\n| problem | seed | best error | ALS ms | Adam 1e-2 ms | Adam 3e-3 ms | ratio |")
    print("|---|---|---|---|---|---|---|")
    ring = PROBLEMS["TR 4^8 r4"]
    generator = torch.Generator().manual_seed(0)
    clean = Network.random(ring, generator=generator).to_tensor()
    noise = torch.randn(clean.shape, generator=generator, dtype=torch.float64)
    race("planted ring 4^8 r4, noise 1e-2", ring, clean / clean.norm() + 1e-2 * noise / noise.norm())
    camera = torch.as_tensor(datasets["camera"].load())
    race("camera, TT 4^8 r4", PROBLEMS["TT 4^8 r4"], camera.reshape((4,) * 8).contiguous())
    race("camera, TR 4^8 r4", ring, camera.reshape((4,) * 8).contiguous())


if __name__ == "__main__":
    main()
