"""tnlab beside its peers on everything that both can do, in one run on one thread.

    python benchmarks/peers.py                      all workloads, about seven minutes of CPU
    python benchmarks/peers.py --only W4 --only W5  some of them
    python benchmarks/peers.py --quick              one repeat, one seed, short caps: does everything still run?
    python benchmarks/peers.py --write              also puts the tables into docs/benchmarks.md

Times are CPU seconds (on one thread of an idle core the same as wall time), contestants take turns A B C A B C, and
ratios are within this run. A peer that is not installed is listed as such. None of them is a dependency of tnlab:

    pip install tensorly quimb tntorch torchTT teneva pyttb tensap tensorkrowch cotengra

With a GPU: ``python benchmarks/gpu.py`` compares sweeps of ALS on CPU and CUDA.
"""

import argparse
import contextlib
import logging
import math
import time
import warnings
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from _common import DOCS, interleaved, load, machine, median, say, table, write_between
from floor import floor_table
from peer_runs import WORKLOADS, paths
from peer_runs.base import DEFECTS, Contestant, Row, TimeUpError, Trace, Workload

PACKAGES = ("tensorly", "quimb", "tntorch", "torchTT", "teneva", "pyttb", "tensap", "tensorkrowch", "cotengra")
MARKS = (0.25, 0.5, 1, 2, 4)  # CPU seconds at which the error of a traced run is read
WITHIN = 1.01  # of the best error: as good
ASKED = {"W1a": 0.1, "W1b": 1e-6, "W1c": 0.1}


def prepared(workload: Workload, call) -> tuple[dict[str, object], list[Row]]:
    """Return ``call(contestant)`` for every installed contestant, and a row with a note for each that is missing."""
    ready, rows = {}, []
    for contestant in workload.contestants:
        if contestant.missing:
            rows.append(Row(contestant.name, note=f"not installed ({', '.join(contestant.missing)})"))
            continue
        try:
            ready[contestant.name] = call(contestant)
        except Exception as error:  # noqa: BLE001, whatever a peer does, the others go on
            rows.append(failed(contestant, error))
    return ready, rows


def failed(contestant: Contestant, error: Exception) -> Row:
    lines = str(error).splitlines() or [""]
    return Row(contestant.name, note=f"failed: {type(error).__name__}: {lines[0][:90]}")


def direct(workload: Workload, quick: bool) -> list[Row]:
    """Time the contestants of a workload that is solved in one call."""
    data = workload.data()

    def first(contestant: Contestant):
        run, judge = contestant.call(data)
        error, parameters, *sweeps = judge(run())
        say(f"  {contestant.name}: error {error:.6g}, {parameters} parameters")
        return run, Row(contestant.name, error, int(parameters), more={"sweeps": (sweeps or [None])[0] or None})

    ready, rows = prepared(workload, first)
    times = interleaved({name: run for name, (run, _) in ready.items()}, 1 if quick else 5)
    for name, (_, row) in ready.items():
        row.times = times[name]
        row.seconds = median(row.times) or math.nan
        rows.append(row)
    asked = ASKED.get(workload.key)
    limit = asked * 1.0001 if asked else WITHIN * min((row.error for row in rows if row.times), default=math.nan)
    for row in rows:
        if row.times and row.error > limit:
            row.note = row.note or ("misses the error asked for" if asked else "not as good")
    return rows


def lottery(workload: Workload, quick: bool) -> list[Row]:
    """Run every seed once; a row holds the expected time until a seed has found the best fit."""
    data, errors = workload.data(), {}
    seeds = range(2 if quick else workload.seeds)
    done: dict[str, Row] = {}
    absent: list[Row] = []
    for seed in seeds:

        def one(contestant: Contestant, seed=seed):
            run, judge = contestant.call(data, seed)
            if seed == 0:
                run()  # what is done once
            begun = time.process_time()
            model = run()
            seconds = time.process_time() - begun
            error, parameters, sweeps = judge(model)
            row = done.setdefault(contestant.name, Row(contestant.name, parameters=int(parameters)))
            row.times.append(seconds)
            errors.setdefault(contestant.name, []).append(error)
            row.more.setdefault("sweeps", []).append(sweeps)
            return row

        _, absent = prepared(workload, one)
    best = min(min(found) for found in errors.values())
    for name, row in done.items():
        hits = sum(error <= WITHIN * best for error in errors[name])
        row.error, sweeps = median(errors[name]), row.more["sweeps"]
        row.more = {
            "hits": hits / len(errors[name]),
            "of": len(errors[name]),
            "sweeps": f"{min(sweeps)} to {max(sweeps)}",
        }
        row.seconds = sum(row.times) / hits if hits else math.inf
        say(f"  {name}: {hits} of {len(errors[name])}, {row.seconds:.3f} s to a hit")
    return [*done.values(), *absent]


def traced(workload: Workload, quick: bool) -> list[Row]:
    """Record error against CPU seconds of iterative contestants, over seeds, up to a cap of seconds."""
    data, rows = workload.data(), {}
    cap = 1.0 if quick else workload.cap
    absent: list[Row] = []
    prepared(
        workload, lambda contestant: stopped(contestant, data, 0, Trace(0.0))
    )  # what is done once: imports, caches
    for seed in range(1 if quick else workload.seeds):

        def one(contestant: Contestant, seed=seed):
            trace = Trace(cap)
            stopped(contestant, data, seed, trace)
            row = rows.setdefault(contestant.name, Row(contestant.name, parameters=trace.parameters))
            row.runs.append([point for point in trace.points if math.isfinite(point[1])])
            least = min((error for _, error in row.runs[-1]), default=math.nan)
            say(f"  seed {seed} {contestant.name}: {len(trace.points)} points, best {least:.6g}")

        _, absent = prepared(workload, one)
    runs = [run for row in rows.values() for run in row.runs if run]
    best = max(min((error for run in runs for _, error in run), default=math.nan), workload.floor / WITHIN)
    for row in rows.values():
        summarise(row, WITHIN * best, cap, workload.floor)
    names = {row.name for row in rows.values()}
    return [*rows.values(), *(row for row in absent if row.name not in names)]


def stopped(contestant: Contestant, data: object, seed: int, trace: Trace) -> None:
    with contextlib.suppress(TimeUpError):
        contestant.call(data, seed, trace)


def summarise(row: Row, threshold: float, cap: float, floor: float) -> None:
    """Fill in the columns of a traced row: times to good errors, errors at given times, time per iteration."""
    bests = [min((error for _, error in run), default=math.nan) for run in row.runs]
    row.times = [reached(run, threshold) for run in row.runs]
    own = [reached(run, max(WITHIN * best, floor)) for run, best in zip(row.runs, bests, strict=True)]
    steps = [later[0] - earlier[0] for run in row.runs for earlier, later in pairwise(run)]
    row.error, row.seconds = min(bests), median(row.times)
    row.more = {
        "bests": bests,
        "hits": sum(map(math.isfinite, row.times)) / len(row.times),
        "of": len(row.times),
        "own": median(own),
        "step": median(steps) if steps else math.nan,
        "at": {mark: median([error_at(run, mark) for run in row.runs]) for mark in MARKS if mark <= cap},
    }


def reached(run: Sequence[tuple[float, float]], error: float) -> float:
    return next((seconds for seconds, found in run if found <= error), math.inf)


def error_at(run: Sequence[tuple[float, float]], mark: float) -> float:
    return min((error for seconds, error in run if seconds <= mark), default=math.nan)


def report(workload: Workload, rows: list[Row]) -> str:
    """Return the section of a workload: table, verdict and aims."""
    rows = sorted(rows, key=lambda row: (not row.times and row.note != "", row.seconds))
    peers = [row for row in rows if not row.ours and row.times and math.isfinite(row.seconds) and not row.note]
    champion = min(peers, key=lambda row: row.seconds, default=None)
    build = {"direct": direct_table, "lottery": lottery_table, "traced": traced_table, "paths": paths_table}
    parts = [f"### {workload.key}: {workload.title}", build[workload.kind](workload, rows, champion)]
    parts += path_verdicts(rows) if workload.kind == "paths" else [verdict(rows, champion)]
    if workload.kind == "direct" and workload.key not in ASKED:
        parts.append(at_the_best_error(rows))
    if workload.kind == "traced" and not workload.floor:
        parts.append(catching_up(rows))
    if workload.goals:
        parts.append(aims(workload, rows))
    return "\n\n".join(parts)


def ratio(row: Row, champion: Row | None) -> float | None:
    counts = champion and row.times and not row.note and math.isfinite(row.seconds)
    return row.seconds / champion.seconds if counts and champion else None


def named(row: Row) -> str:
    return f"**{row.name}**" if row.ours else row.name


def direct_table(_: Workload, rows: list[Row], champion: Row | None) -> str:
    cells = [
        (named(row), seconds_text(row.seconds), ratio(row, champion), f"{row.error:.4g}" if row.times else "-",
         row.parameters or None, row.more.get("sweeps"), noted(row))
        for row in rows
    ]  # fmt: skip
    return table(("method", "CPU s, median", "of the best peer", "error", "parameters", "sweeps", "note"), cells)


def lottery_table(_: Workload, rows: list[Row], champion: Row | None) -> str:
    cells = [
        (named(row), seconds_text(median(row.times) or math.nan),
         f"{row.more['hits'] * row.more['of']:.0f} of {row.more['of']}" if row.more else None,
         row.more.get("sweeps"), seconds_text(row.seconds), ratio(row, champion), f"{row.error:.5g}", noted(row))
        for row in rows
    ]  # fmt: skip
    header = ("method", "CPU s a run", "seeds that hit", "sweeps", "CPU s to a hit", "of the best peer",
              "median error", "note")  # fmt: skip
    return table(header, cells)


def traced_table(workload: Workload, rows: list[Row], champion: Row | None) -> str:
    marks = sorted({mark for row in rows for mark in row.more.get("at", ())})
    cells = [
        (named(row), row.parameters or None, f"{row.error:.5g}", f"{median(row.more['bests']):.5g}",
         seconds_text(row.seconds), f"{row.more['hits'] * row.more['of']:.0f} of {row.more['of']}",
         ratio(row, champion), seconds_text(row.more["own"]), row.more["step"] * 1e3,
         *(f"{row.more['at'].get(mark, math.nan):.4g}".replace("nan", "-") for mark in marks), noted(row))
        if row.more
        else (named(row), *("-" for _ in range(8 + len(marks))), row.note)
        for row in rows
    ]  # fmt: skip
    goal = f"CPU s to {workload.floor:g}" if workload.floor else "CPU s to 1 %"
    header = ("method", "parameters", "best error", "median", goal, "seeds", "of the best peer",
              "to 1 % of its own", "ms a step", *(f"at {mark:g} s" for mark in marks), "note")  # fmt: skip
    return table(header, cells)


def paths_table(_: Workload, rows: list[Row], __: Row | None) -> str:
    cells = [(named(row), row.more["first"] * 1e3, row.seconds * 1e3) for row in rows]
    return table(("method", "first call, search and contraction, ms", "every further call, ms"), cells)


def noted(row: Row) -> str:
    """Return the note of a row, with the known defect of a peer that misses, does not get there, or wastes."""
    missed = row.note or not math.isfinite(row.seconds) or "inflate" in DEFECTS.get(row.name, "")
    return "; ".join(filter(None, (row.note, DEFECTS.get(row.name, "") if missed else "")))


def path_verdicts(rows: list[Row]) -> list[str]:
    """Return a verdict on the first call and one on every further call."""
    firsts = [replace(row, seconds=row.more["first"], times=[row.more["first"]]) for row in rows]
    parts = []
    for when, timed in (
        ("First call", firsts),
        ("Every further call", [replace(row, times=[row.seconds]) for row in rows]),
    ):
        champion = min((row for row in timed if not row.ours), key=lambda row: row.seconds, default=None)
        parts.append(f"{when}: {verdict(timed, champion)}")
    return parts


def seconds_text(seconds: float) -> str:
    if math.isnan(seconds):
        return "-"
    return f"{seconds:.2g}" if math.isfinite(seconds) else "never"


def verdict(rows: list[Row], champion: Row | None) -> str:
    """Return a sentence on the fastest tnlab method beside the champion, the fastest peer, and one on what is typed."""
    able = sorted((row for row in rows if row.ours and row.times and not row.note), key=lambda row: row.seconds)
    if not able:
        return f"**{champion.name} wins**: tnlab has no result here." if champion else "tnlab has no result here."
    typed = next((row for row in able if row.typed), None)
    parts = [beside(able[0], champion)]
    if typed and typed is not able[0]:
        parts.append(f"Without settings: {beside(typed, champion)}")
    return " ".join(parts)


def beside(ours: Row, champion: Row | None) -> str:
    """Return a sentence on one tnlab method beside the fastest peer."""
    name = f"tnlab ({ours.name.removeprefix('tnlab ')})"
    if champion is None:
        also = "does" if math.isfinite(ours.seconds) else "does not either"
        return f"No peer gets there with half of its seeds; {name} {also}."
    if not math.isfinite(ours.seconds):
        return f"**{champion.name} wins**: it gets there in {champion.seconds:.2g} s, {name} does not."
    times = champion.seconds / ours.seconds
    if times >= 1:
        return f"{name} is {times:.1f}x as fast as the best peer, {champion.name}."
    return f"**{champion.name} wins**: it is {1 / times:.1f}x as fast as {name}."


def at_the_best_error(rows: list[Row]) -> str:
    """Return a sentence on the fastest among the contestants whose error is within 0.1 % of the least."""
    least = min((row.error for row in rows if row.times), default=math.nan)
    rows = [replace(row, note="") for row in rows if row.times and row.error <= 1.001 * least]
    champion = min((row for row in rows if not row.ours), key=lambda row: row.seconds, default=None)
    return f"At the least error of all, {least:.4g} to within 0.1 %: {verdict(rows, champion)}"


def catching_up(rows: list[Row]) -> str:
    """Return a sentence on the time tnlab takes to within 1 % of the final median error of the best peer."""
    peers = [row for row in rows if not row.ours and row.more]
    if not peers:
        return "No peer took part."
    leader = min(peers, key=lambda row: median(row.more["bests"]) or math.inf)
    error = WITHIN * (median(leader.more["bests"]) or math.nan)
    theirs = median([reached(run, error) for run in leader.runs]) or math.nan
    ours = {
        row.name: median([reached(run, error) for run in row.runs]) or math.inf for row in rows if row.runs and row.ours
    }
    name = min(ours, key=lambda each: ours[each], default="tnlab")
    seconds = ours.get(name, math.inf)
    text = f"To within 1 % of the median error that the best peer reached at all ({error / WITHIN:.4f}): {leader.name}"
    faster = f", {theirs / seconds:.1f}x as fast" if math.isfinite(seconds) else ""
    return f"{text} {seconds_text(theirs)} s, {name} {seconds_text(seconds)} s{faster}."


def aims(workload: Workload, rows: list[Row]) -> str:
    ours = [row for row in rows if row.ours and row.times]
    cells = []
    for goal in workload.goals:
        by = [row.name.removeprefix("tnlab ") for row in ours if _met(goal, row)]
        cells.append((goal.name, goal.text, f"met ({', '.join(by)})" if by else "**not met**"))
    return table(("aim", "what", "tnlab"), cells)


def _met(goal, row: Row) -> bool:
    with contextlib.suppress(KeyError, TypeError):
        return bool(goal.met(row))
    return False


def run(workload: Workload, quick: bool) -> list[Row]:
    kinds = {"direct": direct, "lottery": lottery, "traced": traced}
    if workload.kind == "paths":
        return paths.measure(3 if quick else 9)
    return kinds[workload.kind](workload, quick)


def main() -> None:
    """Measure the workloads asked for and print their sections; with ``--write`` also into docs/benchmarks.md."""
    options = arguments()
    warnings.filterwarnings("ignore")  # the peers' own
    logging.disable(logging.WARNING)
    chosen = [
        each for key, each in sorted(WORKLOADS.items()) if not options.only or key.startswith(tuple(options.only))
    ]
    begun, document = time.perf_counter(), DOCS / "benchmarks.md"
    about = f"{machine(('numpy', 'torch', 'opt_einsum', 'scipy', *PACKAGES))}"
    say(about)
    if options.write:
        note = f"{about} Load when the run began: {load():.1f}."
        write_between(document, "peers machine", note)
    for workload in chosen:
        say(f"\n{workload.key} {workload.title}")
        started = time.perf_counter()
        text = report(workload, run(replace(workload), options.quick))
        say(f"\n{text}\n({time.perf_counter() - started:.0f} s, load {load():.1f})")
        if options.write:
            write_between(document, f"peers {workload.key}", text)
    if not options.only or "floor" in options.only:
        text = floor_table(quick=options.quick)
        say(f"\n{text}")
        if options.write:
            write_between(document, "peers floor", text)
    say(f"\n{time.perf_counter() - begun:.0f} s in all, {time.process_time():.0f} s of it CPU")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    keys = ", ".join((*WORKLOADS, "floor"))
    parser.add_argument("--only", action="append", metavar="KEY", help=f"{keys}, or the beginning of one")
    parser.add_argument("--quick", action="store_true", help="one repeat, one seed, short caps")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
