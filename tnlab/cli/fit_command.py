"""``tnlab fit``: fit one structure to one tensor and print the result."""

import json
import threading
from pathlib import Path
from typing import Annotated, Any

import typer
from torch import Tensor

from tnlab.cli.entry import MISSED
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
from tnlab.cli.interruption import Interruption, last_code
from tnlab.cli.missing import Missing
from tnlab.cli.outputs import check_target, save_and_print, tell
from tnlab.cli.progress_line import ProgressLine
from tnlab.data import Source
from tnlab.data.observed import Observed
from tnlab.errors import DataError
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab.solvers.base import Status
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

    Ctrl-C ends the fit; the best network by then is printed and saved. The exit code is 3 where --target-error is not
    reached.
    """
    known = Missing(missing, mask=mask, part=observed, seed=seed)
    source, wanted = tensor_and_structure(
        data, shape, order, file=structure, name=format_, rank=rank, verb="fit", prepare=known.fill
    )
    if target_error is not None and not 0 < target_error < 1:
        raise DataError(f"--target-error must be above 0 and below 1, but is {target_error}.")
    check_target(save)
    settings = {"seed": seed, "max_sweeps": max_sweeps, "restarts": restarts, "target_error": target_error}
    tensor = known.entries(source)
    if observed is not None and isinstance(tensor, Observed) and len(tensor.values) < wanted.parameters:
        raise DataError(
            f"--observed {observed:g} leaves {len(tensor.values)} known entries, too few for the {wanted.parameters} "
            "parameters of the network: observe a larger part, or take a lower rank."
        )
    asked = threading.Event()
    with Interruption(asked.set) as interruption:
        result = _fit(tensor, wanted, solver=solver or None, cancel=asked.is_set, **settings)
        begun = result.status is not Status.STOPPED or any(bool(core.any()) for core in result.network.cores)
        told = _stopped(begun, save) if interruption.asked else ""
        if not begun:
            tell(told)
        else:
            text = json.dumps(_record(result)) if as_json else table(_rows(source, result))
            save_and_print(result.network, save, text, told=told)
    raise typer.Exit(last_code() or (MISSED if _missed(result, target_error) else 0))


def _fit(tensor: Tensor | Observed, structure: Structure, **settings: Any) -> Fit:
    line = ProgressLine()
    try:
        return fit_tensor(
            tensor,
            structure,
            callback=lambda now: line.show(f"sweep {now.sweep}  relative error {now.relative_error:.6f}"),
            **settings,
        )
    finally:
        line.end()


def _stopped(begun: bool, save: Path | None) -> str:
    if not begun:
        return "Stopped before there was a fit to keep."
    kept = f"It is saved as {save}." if save is not None else "With --save FILE its cores would be kept."
    return f"Stopped; this is the best fit by then. {kept}"


def _missed(result: Fit, target_error: float | None) -> bool:
    error = result.relative_error if result.held_out_error is None else result.held_out_error
    return target_error is not None and error > target_error


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
