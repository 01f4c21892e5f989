"""``tnlab search``: find the structure of one tensor, and say what the answer is worth. ``tnlab engines`` lists how."""

import json
import math
import sys
from pathlib import Path
from typing import Annotated

import torch
import typer

from tnlab.cli.inputs import ONE_THREAD, AsJson, Data, EntryOrder, Shape, source_of, table, tensor_text
from tnlab.cli.outputs import check_target, save_network
from tnlab.data import Source
from tnlab.errors import FormatError
from tnlab.network import structure_json
from tnlab.search.engine import engines
from tnlab.search.progress import Progress
from tnlab.search.run import Search, SearchResult


def search(
    data: Data,
    target_error: Annotated[float, typer.Option(help="Relative error to reach with the fewest parameters.")],
    shape: Shape = "",
    order: EntryOrder = "",
    engine: Annotated[str, typer.Option(help="How to search (see tnlab engines).")] = "auto",
    family: Annotated[
        str, typer.Option(help="ring, tree, degree3, any or latent; by default what the engine is meant for.")
    ] = "",
    max_rank: Annotated[int | None, typer.Option(min=1, help="Largest rank of a bond.")] = None,
    max_evaluations: Annotated[int, typer.Option(min=1, help="Structures that may be fitted.")] = 10_000,
    max_seconds: Annotated[float, typer.Option(min=0.01, help="Wall time.")] = 60.0,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Same seed, same search, unless time ends it.")] = 0,
    save: Annotated[Path | None, typer.Option(help="Write the fitted network here (safetensors).")] = None,
    study: Annotated[
        Path | None, typer.Option(help="Keep every evaluation here; the same command goes on from there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search for the structure with the fewest parameters that reaches a target error.

    Ctrl-C ends the search, and what was found by then is printed and saved. With --study,
    seconds and evaluations recorded there count as spent: allow more to go on after the budget has ended.
    """
    if not 0 < target_error < 1:
        raise FormatError(f"--target-error must lie between 0 and 1, but is {target_error!r}.")
    source = source_of(data, shape, order)
    check_target(save)
    if source.array.size <= ONE_THREAD:
        torch.set_num_threads(1)
    run = Search(
        source.tensor, target_error, engine=engine, family=family or None, max_rank=max_rank,
        max_evaluations=max_evaluations, max_seconds=max_seconds, seed=seed, study=study,
    )  # fmt: skip
    result = _followed(run)
    if save is not None:
        save_network(result.network, save)
    typer.echo(json.dumps(_record(result)) if as_json else table(_rows(source, result)))


def list_engines() -> None:
    """List the search engines with the families they search and their papers."""
    for name, engine in engines.items():
        summary = (engine.__doc__ or "").strip().splitlines()[0]
        typer.echo(f"{name:14} {summary}\n{'':14} searches {', '.join(engine.families)}; {engine.paper}")


def _followed(run: Search) -> SearchResult:
    """Run to the end, with a line of progress where somebody watches; Ctrl-C keeps what was found."""
    live = sys.stderr.isatty()
    try:
        for progress in run:
            if live:
                _show(run, progress)
    except KeyboardInterrupt:
        if not run.fitted:
            raise
        how = f" The same command goes on from {run.study}." if run.study is not None else ""
        typer.echo(f"\nStopped; this is the best found by then.{how}", err=True)
    finally:
        if live:
            sys.stderr.write("\r\x1b[K")
    return run.result


def _show(run: Search, progress: Progress) -> None:
    done = max(progress.seconds / run.max_seconds, progress.counts.fitted / run.max_evaluations)
    bar = "#" * round(20 * min(1.0, done))
    best, least = progress.incumbent, progress.bound
    found = f"{best.parameters:,} parameters at error {best.relative_error:.4g}" if best is not None else "nothing yet"
    bound = f", at least {least.parameters:,}" if least is not None else ""
    counts = progress.counts
    text = f"[{bar:20}] {progress.seconds:5.1f} s  {counts.fitted} fitted, {counts.pruned} pruned  best: {found}{bound}"
    sys.stderr.write(f"\r\x1b[K{text}")
    sys.stderr.flush()


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


def _rows(source: Source, result: SearchResult) -> dict[str, str]:
    bonds = [bond for bond in range(len(result.structure.bonds)) if result.structure.bonds[bond].rank > 1]
    ranks = ", ".join(f"{result.structure.bond_label(bond)} {result.structure.bonds[bond].rank}" for bond in bonds)
    counts = result.counts
    rows = {
        "tensor": tensor_text(source),
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
