"""Photographs: parameters that each engine needs for errors 0.05, 0.1 and 0.15 at equal seconds, and the proved bound.

python benchmarks/search_photographs.py --write
python benchmarks/search_photographs.py --engines auto,tnale --pictures camera --shapes 16^4 --errors 0.1
"""

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from _common import DOCS, machine, say, table, write_between  # isort: skip  (fixes the number of threads)

from tnlab import Search, engines
from tnlab.data import datasets, parse_modes

SHAPES = {"16^4": "plain", "4^8": "quantised"}
EXTRA = {"tnale": ("ring", "any"), "tnls": ("ring",)}  # families to run besides the widest that an engine searches


def run(
    engine: str, family: str, picture: str, shape: str, error: float, seconds: float, seed: int, ahead: int
) -> dict:
    """Search one picture until time is out; return the best parameters, the proved bound, fits and seconds."""
    tensor = datasets[picture].source().with_modes(parse_modes(shape), SHAPES[shape]).tensor
    begun = time.perf_counter()
    search = Search(tensor, error, engine=engine, family=family, max_seconds=seconds, seed=seed, ahead=ahead)
    bound = None
    for progress in search:
        bound = progress.bound
    if not search.fitted:
        seconds = time.perf_counter() - begun
        return {"parameters": None, "bound": bound and bound.parameters, "fits": 0, "seconds": seconds}
    result = search.result
    return {
        "parameters": result.parameters if result.reached else None,
        "bound": result.bound.parameters if result.bound else None,
        "fits": result.counts.fitted,
        "seconds": time.perf_counter() - begun,
    }


def families(engine: str) -> tuple[str, ...]:
    able = engines[engine].families
    return EXTRA.get(engine, ("any",) if "any" in able else able[:1])


def fewest(rows: list[list], errors: list[float]) -> str:
    """Return a sentence with the engines that need the fewest parameters at each error."""
    parts = []
    for column, error in enumerate(errors, 1):
        least = min((row[column] for row in rows if row[column]), default=None)
        names = [row[0] for row in rows if least and row[column] == least]
        parts.append(f"{', '.join(names) or 'none'} at {error:g}")
    return f"Fewest parameters: {'; '.join(parts)}."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", default=",".join(engines))
    parser.add_argument("--pictures", default="camera,astronaut,coffee")
    parser.add_argument("--shapes", default=",".join(SHAPES))
    parser.add_argument("--errors", default="0.05,0.1,0.15")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ahead", type=int, default=8, help="proposals decided on before their answers are known")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a JSON file of runs to add these to, such as those of other engines")
    parser.add_argument("--mark", default="search-photographs", help="where in docs/benchmarks.md")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    errors = list(map(float, options.errors.split(",")))
    jobs = [
        (engine, family, picture, shape, error, options.seconds, options.seed, options.ahead)
        for shape in options.shapes.split(",")
        for picture in options.pictures.split(",")
        for engine in options.engines.split(",")
        for family in families(engine)
        for error in errors
    ]
    runs = json.loads(options.keep.read_text()) if options.keep and options.keep.is_file() else []
    with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as pool:
        for job, found in zip(jobs, pool.map(run, *zip(*jobs, strict=True)), strict=True):
            runs.append([*job[:5], found])
            say(json.dumps(runs[-1]))
    if options.keep:
        options.keep.write_text(json.dumps(runs))
    cells: dict = {}
    for engine, family, picture, shape, error, found in runs:
        cells.setdefault((shape, picture), {}).setdefault(f"{engine} ({family})", {})[error] = found
    parts = [
        f"At most {options.seconds:g} s a run, {options.processes} runs at a time, seed {options.seed}, "
        f"ahead={options.ahead}. {machine()} "
        "A dash: the target was not reached in that time."
    ]
    for (shape, picture), by_engine in cells.items():
        rows = sorted(
            (
                [name, *(by_error.get(error, {}).get("parameters") for error in errors)]
                for name, by_error in by_engine.items()
            ),
            key=lambda row: tuple(cell or 10**9 for cell in row[2:3]) + tuple(cell or 10**9 for cell in row[1:]),
        )
        widest = next((found for name, found in by_engine.items() if name.endswith("(any)")), {})
        best = fewest(rows, errors)
        rows.append(["proved bound, any graph", *(widest.get(error, {}).get("bound") for error in errors)])
        parts.append(
            f"**{picture} as {shape}, {SHAPES[shape]}**\n\n"
            + table(["engine", *map(str, errors)], rows)
            + f"\n\n{best}"
        )
    text = "\n\n".join(parts)
    say(text)
    if options.write:
        write_between(DOCS / "benchmarks.md", options.mark, text)


if __name__ == "__main__":
    main()
