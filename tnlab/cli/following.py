"""What ``tnlab search`` and ``tnlab resume`` share: run to the end, show how it goes, stop when asked, answer."""

import json
import logging
import math
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from tnlab.cli.inputs import table
from tnlab.cli.interruption import Interruption
from tnlab.cli.outputs import save_network
from tnlab.cli.progress_bar import ProgressBar
from tnlab.errors import DataError, ExecutorError
from tnlab.network import structure_json
from tnlab.structure_search.progress_log import ProgressLog
from tnlab.structure_search.run import Search, SearchResult
from tnlab.structure_search.studies.study import study_log

KEEP = "With --study FILE a search can be gone on with later."


def follow(
    run: Search, tensor: str, *, after: int = 0, log: Path | None = None, save: Path | None = None, as_json: bool
) -> None:
    """Run a search to its end, with a bar where somebody watches, and print what it found.

    Args:
        run: The search.
        tensor: What it searches, for people.
        after: Evaluations that its study has already.
        log: File to which progress is added.
        save: File for the best network.
        as_json: Whether to print JSON.
    """
    with _log_of(log, after) as note:
        interrupted = _followed(run, note)
    if interrupted:
        typer.echo(
            ("Stopped. " if not run.fitted else "Stopped; this is the best found by then. ") + _how(run), err=True
        )
        if not run.fitted:
            raise typer.Exit(130)
    result = run.result
    if save is not None:
        save_network(result.network, save)
    typer.echo(json.dumps(_record(result)) if as_json else table(_rows(tensor, result)))


def resume_command(location: str | Path) -> str:
    """Return the command that goes on with a study; a password is not repeated."""
    return f"tnlab resume {shlex.quote(study_log(location).location)}"


def _followed(run: Search, note: ProgressLog | None) -> bool:
    """Iterate to the end; return whether somebody stopped it."""
    with ProgressBar() as bar, Interruption(run.stop) as interruption:
        try:
            for progress in run:
                bar.show(progress)
                if note is not None:
                    note(progress)
        except KeyboardInterrupt:
            return True
        except ExecutorError as error:
            raise ExecutorError(f"{error} {_how(run)}") from None
    return interruption.asked


def _how(run: Search) -> str:
    return f"Go on with: {resume_command(run.study)}" if run.study is not None else KEEP


@contextmanager
def _log_of(path: Path | None, after: int) -> Iterator[ProgressLog | None]:
    """Yield what adds progress to a file: one line each, with the time in UTC."""
    if path is None:
        yield None
        return
    try:
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise DataError(f"The log {str(path)!r:.200} cannot be written: {error.strerror or error}.") from None
    form = logging.Formatter("%(asctime)sZ %(message)s", "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    handler.setFormatter(form)
    logger = logging.Logger("tnlab.search", logging.DEBUG)
    logger.addHandler(handler)
    try:
        yield ProgressLog(logger, after)
    finally:
        handler.close()


def _record(result: SearchResult) -> dict[str, object]:
    return {
        "parameters": result.parameters,
        "relative_error": result.relative_error,
        "reached": result.reached,
        "evaluations": result.counts.fitted,
        "proposed": result.counts.proposed,
        "repeated": result.counts.repeated,
        "pruned": result.counts.pruned,
        "sweeps": result.counts.sweeps,
        "lower_bound": result.bound.parameters if result.bound is not None else None,
        "scope": result.bound.scope if result.bound is not None else None,
        "gap": result.gap if math.isfinite(result.gap) else None,
        "proved": result.proved,
        "seconds": result.seconds,
        "engine": result.engine,
        "family": result.family,
        "status": result.status,
        "pareto": [[one.parameters, one.relative_error] for one in result.pareto],
        "structure": structure_json.to_dict(result.structure),
    }


def _rows(tensor: str, result: SearchResult) -> dict[str, str]:
    bonds = [bond for bond in range(len(result.structure.bonds)) if result.structure.bonds[bond].rank > 1]
    ranks = ", ".join(f"{result.structure.bond_label(bond)} {result.structure.bonds[bond].rank}" for bond in bonds)
    counts = result.counts
    rows = {
        "tensor": tensor,
        "parameters": f"{result.parameters:,} (compression ratio {result.structure.compression_ratio:.4g})",
        "relative error": f"{result.relative_error:.6g}" + ("" if result.reached else ": the target was not reached"),
        "ranks above 1": ranks or "none",
    }
    if result.bound is not None:
        rows["at least"] = f"{result.bound.parameters:,} parameters. {result.bound.scope}"
        rows["gap"] = "none: proved" if result.proved else f"{100 * result.gap:.1f} %" if result.reached else "unknown"
    rows["proposed"] = f"{counts.proposed:,} structures: {counts.repeated:,} repeated, {counts.pruned:,} pruned"
    rows["fitted"] = f"{counts.fitted:,} structures in {counts.sweeps:,} sweeps"
    return rows | {"seconds": f"{result.seconds:.3g}", "status": result.status}
