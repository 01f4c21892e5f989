"""``tnlab fit``: fit one structure to one tensor and print the result."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from torch import Tensor

from tnlab.cli.inputs import (
    AsJson,
    EntryOrder,
    FormatName,
    Input,
    Rank,
    Shape,
    StructureFile,
    table,
    tensor_and_structure,
    tensor_text,
)
from tnlab.cli.missing import Missing
from tnlab.cli.outputs import check_target
from tnlab.data import Source
from tnlab.data.observed import Observed
from tnlab.errors import DataError
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab.solvers.base import Snapshot
from tnlab.solvers.fit import Fit
from tnlab.solvers.fit import fit as fit_tensor


def fit(
    data: Input,
    shape: Shape = "",
    order: EntryOrder = "",
    format_: FormatName = "",
    rank: Rank = "",
    structure: StructureFile = None,
    seed: Annotated[
        int, typer.Option(min=0, max=2**63 - 1, help="Seed of the random start; the same seed gives the same result.")
    ] = 0,
    max_sweeps: Annotated[int, typer.Option(min=1, help="Sweeps per start.")] = 500,
    restarts: Annotated[int, typer.Option(min=1, help="Number of starts; the best is kept.")] = 1,
    solver: Annotated[
        str, typer.Option(help="Name of a solver (see tnlab solvers); by default one that fits the structure.")
    ] = "",
    target_error: Annotated[float | None, typer.Option(help="Relative error at which the fit stops.")] = None,
    missing: Annotated[str, typer.Option(metavar="nan", help="With nan: a NaN in the file is a missing entry.")] = "",
    mask: Annotated[
        Path | None, typer.Option(help="A .npy file of the array's shape, nonzero where the entry is known.")
    ] = None,
    observed: Annotated[
        float | None, typer.Option(help="Fit only this part of the entries, between 0 and 1, chosen at random.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Write the fitted network here (safetensors).")] = None,
    as_json: AsJson = False,
) -> None:
    """Fit one tensor network to one tensor and print the result.

    Without --shape and --order a built-in data set has its own modes, and the modes of a file are the axes of its
    array; with --shape alone the order is plain.

    Where entries are missing (--missing, --mask, --observed), a tenth of the known ones is held out; their error
    estimates the error at the missing entries.
    """
    known = Missing(missing, mask=mask, part=observed, seed=seed)
    source, wanted = tensor_and_structure(
        data, shape, order, file=structure, name=format_, rank=rank, verb="fit", prepare=known.fill
    )
    if target_error is not None and not 0 < target_error < 1:
        raise DataError(f"--target-error must be above 0 and below 1, but is {target_error}.")
    check_target(save)
    settings = {"seed": seed, "max_sweeps": max_sweeps, "restarts": restarts, "target_error": target_error}
    result = _fit(known.entries(source), wanted, solver=solver or None, **settings)
    if save is not None:
        result.network.save(save)
    typer.echo(json.dumps(_record(result)) if as_json else table(_rows(source, result)))


def _fit(tensor: Tensor | Observed, structure: Structure, **settings: Any) -> Fit:
    live = sys.stderr.isatty()
    try:
        return fit_tensor(tensor, structure, callback=_show_progress if live else None, **settings)
    finally:
        if live:
            sys.stderr.write("\r\x1b[K")


def _show_progress(snapshot: Snapshot) -> None:
    sys.stderr.write(f"\rsweep {snapshot.sweep}  relative error {snapshot.relative_error:.6f}  ")
    sys.stderr.flush()


def _record(result: Fit) -> dict[str, object]:
    held_out = {} if result.held_out_error is None else {"held_out_error": result.held_out_error}
    return {
        "relative_error": result.relative_error,
        "parameters": result.parameters,
        "compression_ratio": result.structure.compression_ratio,
        "sweeps": result.sweeps,
        "seconds": result.seconds,
        "status": result.status.name.lower(),
        "structure": structure_json.to_dict(result.structure),
        **held_out,
    }


def _rows(source: Source, result: Fit) -> dict[str, str]:
    held_out = {} if result.held_out_error is None else {"held-out error": f"{result.held_out_error:.6g}"}
    return {
        "tensor": tensor_text(source),
        "relative error": f"{result.relative_error:.6g}",
        **held_out,
        "parameters": f"{result.parameters:,}",
        "compression ratio": f"{result.structure.compression_ratio:.4g}",
        "sweeps": f"{result.sweeps}",
        "seconds": f"{result.seconds:.3g}",
        "status": result.status.value,
    }
