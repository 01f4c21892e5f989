"""Planted structures: how often each engine gets down to the planted size, in how many fits and seconds.

    python benchmarks/search_planted.py --write            # every engine, 10 seeds, noise 0 and 1 %
    python benchmarks/search_planted.py --engines auto,tnls --cases "TR6 n3" --seeds 3

A run counts as a hit when a structure with at most the planted parameters has an error of at most 1e-3, or 1.1 times
the noise; it ends there. The tensors are those of the families in docs/benchmarks.md, drawn from the seed.
"""

import argparse
import random
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from _common import DOCS, machine, median, say, table, write_between  # isort: skip  (fixes the number of threads)

from tnlab import Search, engines
from tnlab.data import planted
from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.network.structure import Structure


def ring_of(order: int, size: int, low: int, high: int, seed: int) -> Structure:
    draw = random.Random(seed)
    around = draw.sample(range(order), order)
    return ring((size,) * order, around, [draw.randint(low, high) for _ in range(order)])


def full_of(order: int, size: int, low: int, high: int, seed: int) -> Structure:
    draw = random.Random(seed)
    return from_ranks((size,) * order, {(i, j): draw.randint(low, high) for i in range(order) for j in range(i)})


CASES = {
    "TR6 n3": ("ring", ring_of, (6, 3, 1, 4)),
    "TR6 n4": ("ring", ring_of, (6, 4, 2, 5)),
    "TR8 n3": ("ring", ring_of, (8, 3, 1, 4)),
    "TR4 n4": ("ring", ring_of, (4, 4, 1, 4)),
    "FCTN4 n8": ("any", full_of, (4, 8, 1, 3)),
    "FCTN4 n16": ("any", full_of, (4, 16, 1, 3)),
    "FCTN5 n4": ("any", full_of, (5, 4, 1, 2)),
}


def run(engine: str, case: str, noise: float, seed: int, seconds: float, ahead: int) -> dict:
    """Search one planted tensor until the planted size is reached or time is out."""
    family, make, arguments = CASES[case]
    truth = make(*arguments, seed)
    tensor = planted(truth, noise=noise, seed=1000 + seed)
    target = max(1e-3, 1.1 * noise)
    search = Search(tensor, target, engine=engine, family=family, max_seconds=seconds, seed=seed, ahead=ahead)
    begun, hit = time.perf_counter(), False
    for progress in search:
        best = progress.incumbent
        hit = best is not None and best.relative_error <= target and best.parameters <= truth.parameters
        if hit:
            break
    result = search.result
    return {
        "hit": hit,
        "fits": result.counts.fitted,
        "proposed": result.counts.proposed,
        "pruned": result.counts.pruned,
        "seconds": time.perf_counter() - begun,
        "eff": truth.parameters / result.parameters if result.reached else None,
        "proved": result.proved,
    }


def rows_of(results: dict) -> list[list[object]]:
    rows = []
    for (case, noise, engine), runs in results.items():
        hits = [one for one in runs if one["hit"]]
        rows.append([
            case, f"{noise:g}", engine, f"{len(hits)}/{len(runs)}", median([float(one["fits"]) for one in hits]),
            max((one["fits"] for one in hits), default=None), median([float(one["proposed"]) for one in hits]),
            median([one["seconds"] for one in hits]), max((one["seconds"] for one in hits), default=None),
            median([one["eff"] for one in runs if one["eff"]]), f"{sum(one['proved'] for one in runs)}",
        ])  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", default="")
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--noise", default="0,0.01")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=4.0, help="per run")
    parser.add_argument("--ahead", type=int, default=8, help="proposals decided on before their answers are known")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--mark", default="search-planted", help="where in docs/benchmarks.md")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    jobs = []
    for case in options.cases.split(","):
        able = [name for name, part in engines.items() if CASES[case][0] in part.families]
        for noise in map(float, options.noise.split(",")):
            for engine in (name for name in able if not options.engines or name in options.engines.split(",")):
                jobs += [(engine, case, noise, seed, options.seconds, options.ahead) for seed in range(options.seeds)]
    results: dict = {}
    with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as pool:
        for job, found in zip(jobs, pool.map(run, *zip(*jobs, strict=True)), strict=True):
            engine, case, noise, seed, *_ = job
            results.setdefault((case, noise, engine), []).append(found)
            if seed == options.seeds - 1:
                say(case, noise, engine, rows_of({(case, noise, engine): results[case, noise, engine]})[0][3:])
    header = ["tensor", "noise", "engine", "hits", "fits (median)", "fits (most)", "proposed", "s (median)", "s (most)",
              "planted / found", "proved"]  # fmt: skip
    text = table(header, rows_of(results))
    said = f"{options.seeds} seeds, at most {options.seconds:g} s each, {options.processes} runs at a time"
    said = f"{said}, ahead={options.ahead}. {machine()}"
    say(text)
    if options.write:
        write_between(DOCS / "benchmarks.md", options.mark, f"{said}\n\n{text}")


if __name__ == "__main__":
    main()
