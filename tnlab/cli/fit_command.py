"""``tnlab fit``: fit one tensor and print one answer."""

import json
import sys
from pathlib import Path
from typing import Annotated

import torch
import typer

from tnlab.cli.inputs import (
    ONE_THREAD,
    AsJson,
    Data,
    EntryOrder,
    FormatName,
    Rank,
    Shape,
    StructureFile,
    table,
    tensor_and_structure,
    tensor_text,
)
from tnlab.cli.outputs import check_target, save_network
from tnlab.data import Source
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab.solvers.base import Snapshot
from tnlab.solvers.fit import Fit
from tnlab.solvers.fit import fit as fit_tensor


def fit(
    data: Data,
    shape: Shape = "",
    order: EntryOrder = "",
    format_: FormatName = "",
    rank: Rank = "",
    structure: StructureFile = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Same seed, same floats.")] = 0,
    max_sweeps: Annotated[int, typer.Option(min=1, help="Sweeps per start.")] = 500,
    restarts: Annotated[int, typer.Option(min=1, help="Number of starts; the best is kept.")] = 1,
    save: Annotated[Path | None, typer.Option(help="Write the fitted network here (safetensors).")] = None,
    as_json: AsJson = False,
) -> None:
    """Fit one tensor network to one tensor and print the result.

    Without --shape and --order a built-in data set opens with its own modes, a file with the axes of its array;
    with --shape alone the order is plain.
    """
    source, wanted = tensor_and_structure(data, shape, order, file=structure, name=format_, rank=rank, verb="fit")
    check_target(save)
    if source.array.size <= ONE_THREAD:
        torch.set_num_threads(1)
    result = _fit(source, wanted, seed=seed, max_sweeps=max_sweeps, restarts=restarts)
    if save is not None:
        save_network(result.network, save)
    typer.echo(json.dumps(_record(result)) if as_json else table(_rows(source, result)))


def _fit(source: Source, structure: Structure, *, seed: int, max_sweeps: int, restarts: int) -> Fit:
    live = sys.stderr.isatty()
    try:
        return fit_tensor(
            source.tensor,
            structure,
            seed=seed,
            max_sweeps=max_sweeps,
            restarts=restarts,
            callback=_show_progress if live else None,
        )
    finally:
        if live:
            sys.stderr.write("\r\x1b[K")


def _show_progress(snapshot: Snapshot) -> None:
    sys.stderr.write(f"\rsweep {snapshot.sweep}  relative error {snapshot.relative_error:.6f}  ")
    sys.stderr.flush()


def _record(result: Fit) -> dict[str, object]:
    return {
        "relative_error": result.relative_error,
        "parameters": result.parameters,
        "compression_ratio": result.structure.compression_ratio,
        "sweeps": result.sweeps,
        "seconds": result.seconds,
        "status": result.status.name.lower(),
        "structure": structure_json.to_dict(result.structure),
    }


def _rows(source: Source, result: Fit) -> dict[str, str]:
    return {
        "tensor": tensor_text(source),
        "relative error": f"{result.relative_error:.6g}",
        "parameters": f"{result.parameters:,}",
        "compression ratio": f"{result.structure.compression_ratio:.4g}",
        "sweeps": f"{result.sweeps}",
        "seconds": f"{result.seconds:.3g}",
        "status": result.status.value,
    }
