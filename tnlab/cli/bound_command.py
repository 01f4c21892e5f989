"""``tnlab bound``: the error bound of a structure, or the parameter bound of a family for a target error."""

import json
import math
import time
from typing import Annotated

import typer

from tnlab.bounds.error_bound import Certificate, error_bound, rounded_down, rounded_up
from tnlab.bounds.families import FAMILIES
from tnlab.bounds.parameter_bound import ParameterBound, parameter_bound
from tnlab.cli.inputs import (
    AsJson,
    EntryOrder,
    FormatName,
    Input,
    Rank,
    Shape,
    StructureFile,
    source_of,
    table,
    tensor_and_structure,
    tensor_text,
)
from tnlab.data import Source
from tnlab.errors import FormatError
from tnlab.network import structure_json
from tnlab.network.structure import Structure

TargetError = Annotated[
    float | None, typer.Option(help="Instead of a structure: bound the parameters that reach this relative error.")
]
FamilyName = Annotated[
    str, typer.Option(help="With --target-error: family of structures: ring (default), tree, degree3, any or latent.")
]
MaxRank = Annotated[int | None, typer.Option(min=1, help="With --target-error: largest rank of a bond.")]
MaxSeconds = Annotated[float, typer.Option(help="Seconds after which the best bound so far is printed.")]


def bound(
    data: Input,
    shape: Shape = "",
    order: EntryOrder = "",
    format_: FormatName = "",
    rank: Rank = "",
    structure: StructureFile = None,
    target_error: TargetError = None,
    family: FamilyName = "",
    max_rank: MaxRank = None,
    max_seconds: MaxSeconds = 30.0,
    as_json: AsJson = False,
) -> None:
    """Print an error that no fit of a structure can beat, or the fewest parameters that a target error needs.

    Nothing is fitted. With a structure, the bound holds for the relative error, whatever its cores. With --target-error
    and --family, it holds for the number of parameters of every structure of the family that reaches the error.
    """
    if not max_seconds > 0:
        raise FormatError(f"--max-seconds must be above 0, but is {max_seconds!r}.")
    if target_error is None:
        if family or max_rank is not None:
            raise FormatError("--family and --max-rank go with --target-error, for instance --target-error 0.1.")
        if structure is None and not format_:
            raise FormatError(
                "Say what to bound: --format NAME with --rank R, --structure FILE.json, or --target-error E."
            )
        source, wanted = tensor_and_structure(data, shape, order, file=structure, name=format_, rank=rank, verb="bound")
        record, rows = _of_structure(source, wanted, max_seconds)
    else:
        _check_question(target_error, others=bool(structure or format_ or rank))
        source = source_of(data, shape, order)
        found = parameter_bound(
            source.tensor, target_error, family=family or "ring", max_rank=max_rank, max_seconds=max_seconds
        )
        record, rows = _parameter_record(found), _parameter_rows(source, found)
    typer.echo(json.dumps(record) if as_json else table(rows))


def _check_question(target_error: float, *, others: bool) -> None:
    if others:
        raise FormatError(
            "Give a structure or --target-error, but not both: the first bounds an error, the second bounds parameters."
        )
    if not 0 < target_error < 1:
        raise FormatError(f"--target-error must lie between 0 and 1, but is {target_error!r}.")


def _of_structure(source: Source, structure: Structure, max_seconds: float) -> tuple[dict[str, object], dict[str, str]]:
    begun = time.perf_counter()
    certificate = error_bound(source.tensor, structure, max_seconds=max_seconds)
    seconds = time.perf_counter() - begun
    record = {
        "error_bound": certificate.error_bound,
        "binding_cut": list(certificate.cut),
        "cut_rank": certificate.cut_rank,
        "upper_bound": certificate.upper_bound,
        "cuts": certificate.cuts,
        "all_cuts": certificate.all_cuts,
        "seconds": seconds,
    }
    return record, _structure_rows(source, structure, certificate) | {"seconds": f"{seconds:.3g}"}


def _structure_rows(source: Source, structure: Structure, certificate: Certificate) -> dict[str, str]:
    rows = {"tensor": tensor_text(source)}
    if certificate.error_bound > 0:
        rest = [mode for mode in range(structure.order) if mode not in certificate.cut]
        rows["no fit of this structure is below"] = rounded_down(certificate.error_bound, 6)
        rows["binding cut"] = f"modes {_list(certificate.cut)} | {_list(rest)}"
        rows["cut rank"] = f"{certificate.cut_rank} of {len(certificate.spectrum)}"
    else:
        rows["no fit of this structure is below"] = "0: no cut that was looked at limits it, so the bound says nothing"
    if certificate.upper_bound is not None:
        rows["the best reaches"] = rounded_up(certificate.upper_bound, 6)
    rows["cuts"] = f"{certificate.cuts:,} of {certificate.all_cuts:,}"
    return rows


def _parameter_record(found: ParameterBound) -> dict[str, object]:
    return {
        "parameters": found.parameters,
        "incumbent": found.incumbent,
        "gap": found.gap if math.isfinite(found.gap) else None,
        "proved": found.proved,
        "structure": None if found.structure is None else structure_json.to_dict(found.structure),
        "family": found.family,
        "max_rank": found.max_rank,
        "latent_cores": found.latent_cores,
        "scope": found.scope,
        "seconds": found.seconds,
    }


def _parameter_rows(source: Source, found: ParameterBound) -> dict[str, str]:
    rows = {
        "tensor": tensor_text(source),
        "at least": f"{found.parameters:,} parameters, for {FAMILIES[found.family].kind}",
    }
    if found.incumbent is None or found.structure is None:
        rows["candidate"] = "none found in this time"
    else:
        ranks = ", ".join(f"{found.structure.bond_label(k)} {rank}" for k, rank in enumerate(found.structure.ranks))
        rows["candidate"] = f"{found.incumbent:,} parameters satisfy every cut (ranks {ranks}); only a fit can say more"
        rows["gap"] = (
            "none: nothing cheaper satisfies every cut"
            if found.proved
            else f"at most {rounded_up(100 * found.gap, 3)} %"
        )
    rows["scope"] = found.scope
    rows["seconds"] = f"{found.seconds:.3g}"
    return rows


def _list(modes: tuple[int, ...] | list[int]) -> str:
    return ", ".join(map(str, modes))
