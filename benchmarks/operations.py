"""Operations on networks, tnlab beside its peers: norms, rounding, entries, contraction, truncation of small tensors.

    python benchmarks/operations.py                 all rows, about four minutes
    python benchmarks/operations.py --only norm     the rows whose name contains a word
    python benchmarks/operations.py --write         also puts the table into docs/benchmarks.md

Times are CPU seconds on one thread. Contestants take turns; of every contestant the least time counts, and a ratio is
taken within the run. A result whose error is above the limit of its row is shown and does not count. tnlab is called as
a user would type it, without settings.
"""

import argparse
import logging
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from _common import DOCS, cpu_seconds, load, machine, say, table, write_between
from operation_runs import ROWS

ENOUGH = 0.01  # CPU seconds of one timing: short calls are repeated within it
ROUNDS = 4
MOST = 1.0  # CPU seconds of a contestant, after which it sits out further rounds
PEERS = ("quimb", "cotengra", "tntorch", "torchTT", "teneva", "tensorly", "pyttb")


@dataclass
class Measured:
    """One contestant of a row: its least time, or why there is none."""

    name: str
    seconds: float = float("inf")
    error: float | None = None
    note: str = ""
    spent: float = field(default=0.0, repr=False)


def measure(entries: Iterator[tuple[str, Callable, Callable[[object], float]]], limit: float) -> list[Measured]:
    """Time the contestants of a row in turns; ``entries`` yields name, call and judge of each."""
    found, calls = [], {}
    for name, call, judge in entries:
        one = Measured(name)
        found.append(one)
        try:
            one.error = judge(call())
            once = cpu_seconds(call)
        except Exception as error:  # noqa: BLE001, whatever a peer does, the others go on
            one.note = f"{type(error).__name__}: {error}".splitlines()[0][:70]
            continue
        one.note = "" if one.error <= limit else "misses the limit"
        calls[name] = call, max(1, int(ENOUGH / max(once, 1e-7)))
    for _ in range(ROUNDS):
        for one in found:
            if one.name in calls and one.spent < MOST:
                call, times = calls[one.name]
                spent = cpu_seconds(lambda call=call, times=times: [call() for _ in range(times)])
                one.seconds, one.spent = min(one.seconds, spent / times), one.spent + spent
    return found


def cells(title: str, found: list[Measured]) -> list[list[object]]:
    """Return the lines of a row: the contestants by time, with the ratio of the best peer's time to tnlab's."""
    ours = min((one.seconds for one in found if one.name.startswith("tnlab") and not one.note), default=float("nan"))
    lines = []
    for one in sorted(found, key=lambda one: one.seconds):
        mine = one.name.startswith("tnlab")
        ratio = None if mine or one.note else one.seconds / ours
        ms = one.seconds * 1e3 if one.seconds < float("inf") else None
        error = None if one.error is None else f"{one.error:.1e}"
        lines.append([title, f"**{one.name}**" if mine else one.name, ms, ratio, error, one.note])
    return lines


def main() -> None:
    """Measure the rows asked for and print them; with ``--write`` also into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", metavar="WORD", help="rows whose name contains it")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")  # the peers' own
    logging.disable(logging.WARNING)
    lines, behind, number = [], [], 0
    for title, limit, entries in ROWS:
        if options.only and not any(word in title for word in options.only):
            continue
        own = cells(title, measure(entries(), limit))
        lines, number = [*lines, *own], number + 1
        least = min((line[3] for line in own if line[3] is not None), default=None)
        behind += [] if least is None or least >= 1 else [f"{title} ({1 / least:.1f}x)"]
        for line in own:
            say(*(f"{cell:.3g}" if isinstance(cell, float) else cell for cell in line), sep=" | ")
    header = ("operation", "method", "least CPU ms", "times tnlab's", "relative error", "note")
    verdict = f"tnlab is the fastest on {number - len(behind)} of {number} rows."
    verdict += f" A peer is faster on: {', '.join(behind)}." if behind else ""
    about = f"{machine(('numpy', 'torch', 'opt_einsum', *PEERS))} Load at the end: {load():.1f}."
    text = f"{about}\n\n{verdict}\n\n{table(header, lines)}"
    say(f"\n{about}\n{verdict}")
    if options.write:
        write_between(DOCS / "benchmarks.md", "operations", text)


if __name__ == "__main__":
    main()
