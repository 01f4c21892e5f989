"""Run a search for tnlab search and tnlab resume: show progress, stop on a signal, print and save the result."""

import json
import logging
import math
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import typer
from typing_extensions import override

from tnlab.bounds.error_bound import rounded_up
from tnlab.cli.entry import MISSED
from tnlab.cli.inputs import table
from tnlab.cli.interruption import Interruption, last_code
from tnlab.cli.outputs import save_and_print, tell
from tnlab.cli.progress_bar import ProgressBar
from tnlab.cli.progress_line import ProgressLine
from tnlab.errors import DataError, ExecutorError
from tnlab.network import structure_json
from tnlab.structure_search.progress_log import ProgressLog, best_words
from tnlab.structure_search.run import Search, SearchResult
from tnlab.structure_search.studies.study import study_log
from tnlab.writing import check_place

KEEP = "With --study FILE a stopped search can be continued later."


def follow(
    run: Search, tensor: str, *, after: int = 0, log: Path | None = None, save: Path | None = None, as_json: bool
) -> None:
    """Run a search to its end, with a bar on a terminal, and print its result as a table or as JSON.

    Args:
        run: The search.
        tensor: Description of the tensor for the table.
        after: Number of evaluations that its study has already; the log leaves them out.
        log: File to which a line per evaluation is added.
        save: File for the best network (safetensors).
        as_json: Whether to print JSON.

    Raises:
        typer.Exit: The search was stopped, or has not reached its target; with the exit code.
        DataError: The log or the network cannot be written; or the study, and what was fitted is printed and saved.
        ExecutorError: The executor failed; what was fitted by then is printed and saved.
    """
    missed, failed = False, None
    with _log_of(log, after) as note, Interruption(run.stop) as interruption:
        try:
            _finish(run, note)
        except (ExecutorError, DataError) as error:
            if not run.fitted:
                raise
            failed = error
        if interruption.asked:
            best = "Stopped; this is the best found by then." if run.fitted else "Stopped."
            tell(f"{best} {_how(run)}")
        if run.fitted or not interruption.asked:
            result = run.result
            save_and_print(
                result.network, save, json.dumps(_record(result)) if as_json else table(_rows(tensor, result))
            )
            missed = not result.reached
        if failed is not None:
            raise failed
    raise typer.Exit(last_code() or (MISSED if missed else 0))


def resume_command(location: str | Path) -> str:
    """Return the shell command that continues a study, with the password of a database URL left out."""
    return f"tnlab resume {shlex.quote(study_log(location).location)}"


def _finish(run: Search, note: ProgressLog | None) -> None:
    """Run a search to its end or until it is stopped, showing and logging every snapshot."""
    line = ProgressLine()
    with ProgressBar() as bar:
        try:
            for progress in run:
                bar.show(progress)
                if not line.live:
                    line.show(f"{progress.counts.fitted:,} fitted: {best_words(progress)}")
                if note is not None:
                    note(progress)
        except ExecutorError as error:
            raise ExecutorError(f"{error} {_how(run)}") from None


def _how(run: Search) -> str:
    return f"Go on with: {resume_command(run.study.location)}" if run.study.location is not None else KEEP


@contextmanager
def _log_of(path: Path | None, after: int) -> Iterator[ProgressLog | None]:
    """Yield a ``ProgressLog`` that adds lines with a time in UTC to a file; None without a path."""
    if path is None:
        yield None
        return
    check_place(path, appended=True)
    try:
        handler = LogFile(path, encoding="utf-8")
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


class LogFile(logging.FileHandler):
    """A file of a log; where it can no longer be written, that is said once, and the search goes on."""

    _told = False

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._told:
            self._told = True
            tell(f"The log {self.baseFilename!r:.200} cannot be written any more: {error.strerror or error}.")

    @override
    def close(self) -> None:
        with suppress(OSError):  # what is left cannot be written, which was said
            super().close()


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
        rows["at least"] = str(result.bound).removeprefix("At least ")
        rows["gap"] = (
            "none: proved"
            if result.proved
            else f"at most {rounded_up(100 * result.gap, 3)} %"
            if result.reached
            else "unknown"
        )
    rows["proposed"] = f"{counts.proposed:,} structures: {counts.repeated:,} repeated, {counts.pruned:,} pruned"
    rows["fitted"] = f"{counts.fitted:,} structures in {counts.sweeps:,} sweeps"
    return rows | {"seconds": f"{result.seconds:.3g}", "status": result.status}
