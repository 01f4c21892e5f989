"""Run engines on planted structures and print one Markdown row per case and engine."""

import argparse
from collections.abc import Callable, Sequence

from _common import DOCS, Stopwatch, machine, median, say, table, write_between

# isort: split
from torch import Tensor

from tnlab.network.structure import Structure
from tnlab.structure_search.engines.base import engines
from tnlab.structure_search.run import Search

HEADER = ("case", "engine", "truth", "found (each seed)", "exact or below", "fits", "relative error", "CPU s")


def options(text: str | None, default: Sequence[str], target: float) -> argparse.ArgumentParser:
    """Return a parser of the options of all benchmarks of planted structures."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", nargs="+", choices=list(engines), default=list(default))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--target", type=float, default=target)
    parser.add_argument("--max-seconds", type=float, default=20.0)
    parser.add_argument("--ahead", type=int, default=8, help="proposals decided on before their answers are known")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    return parser


def report(mark: str, cases: dict[str, Callable[[int], tuple[Structure, Tensor]]], asked: argparse.Namespace) -> None:
    """Print the table of all cases and engines; with ``--write`` put it between the markers of docs/benchmarks.md."""
    said = f"Relative error to reach: {asked.target:g}; at most {asked.max_seconds:g} s a run; medians over seeds"
    said = f"{said}, ahead={asked.ahead}."
    say(f"{machine()}\n\n{said}\n\n{table(HEADER, [])}")
    rows: list[list[object]] = []
    for name, draw in cases.items():
        for engine in asked.engines:
            rows.append([name, engine, *_row(draw, engine, asked)])
            say(table(HEADER, rows[-1:]).splitlines()[-1])
    if asked.write:
        write_between(DOCS / "benchmarks.md", mark, f"{table(HEADER, rows)}\n\n{said} {machine(('numpy', 'torch'))}")


def _row(draw: Callable[[int], tuple[Structure, Tensor]], engine: str, asked: argparse.Namespace) -> list[object]:
    truths, found, good, fits, errors, seconds = [], [], 0, [], [], []
    for seed in range(asked.seeds):
        truth, X = draw(seed)
        watch = Stopwatch()
        run = Search(X, asked.target, engine=engine, max_seconds=asked.max_seconds, seed=seed, ahead=asked.ahead)
        for _ in run:
            pass
        truths.append(str(truth.parameters))
        seconds.append(watch.seconds)
        if not run.fitted:
            found.append("nothing fitted")
            continue
        result = run.result
        found.append(str(result.parameters) if result.reached else f"{result.parameters}*")
        good += result.reached and result.parameters <= truth.parameters
        fits.append(result.counts.fitted)
        errors.append(result.relative_error)
    truth_text = truths[0] if len(set(truths)) == 1 else " ".join(truths)
    return [truth_text, " ".join(found), f"{good} of {asked.seeds}", median(fits), median(errors), median(seconds)]
