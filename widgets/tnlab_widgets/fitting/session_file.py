"""Sessions of the Explorer as files: tensor and cores as safetensors, the rest as JSON in the metadata, no pickle."""

import json
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from tnlab.data import Source
from tnlab.errors import DataError, TnlabError
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab_widgets.fitting.pin import MAX_PINS, Pin, check_name, check_room
from tnlab_widgets.fitting.visited import MAX_VISITS

VERSION = "2"  # of the layout below
READ = ("1", VERSION)  # versions that are read; 1 has no pins
SUFFIX = ".tnlab"


@dataclass(frozen=True, eq=False)
class SavedSession:
    """The state of an Explorer that a file stores.

    Attributes:
        source: The data, with mode sizes and order of entries.
        structure: The drawn structure.
        network: Its fitted cores; None before the first sweep.
        seed: Seed of random starts.
        target_error: The relative error to reach.
        visited: The structures fitted before, as (structure, best relative error, status).
        pins: The structures kept to compare, with their cores.
    """

    source: Source
    structure: Structure
    network: Network | None
    seed: int
    target_error: float
    visited: tuple[tuple[Structure, float, str], ...] = ()
    pins: tuple[Pin, ...] = ()


def write_session(session: SavedSession) -> bytes:
    """Return the bytes of a .tnlab file that holds the session."""
    arrays = {"tensor": torch.from_numpy(np.array(session.source.array, order="C"))}
    if session.source.known is not None:
        arrays["known"] = torch.from_numpy(np.array(session.source.known, order="C"))
    if session.network is not None:
        arrays |= _arrays(session.network, "core")
    for number, pin in enumerate(session.pins):
        arrays |= _arrays(pin.network, f"pin.{number}.core") if pin.network is not None else {}
    source = session.source
    record = {
        "data": {"name": source.name, "label": source.label, "modes": list(source.modes), "order": source.order}
        | {"axes": list(source.axes), "note": source.note},
        "seed": session.seed,
        "target_error": session.target_error,
        "visited": [
            {"structure": structure_json.to_dict(structure), "relative_error": error, "status": status}
            for structure, error, status in session.visited
        ],
        "pins": [
            {
                "name": pin.name,
                "structure": structure_json.to_dict(pin.structure),
                "relative_error": pin.relative_error,
                "status": pin.status,
            }
            for pin in session.pins
        ],
    }
    metadata = {
        "tnlab_session": VERSION,
        "structure": structure_json.dumps(session.structure),
        "session": json.dumps(record, allow_nan=False),
    }
    return save(arrays, metadata)


def write_cores(network: Network) -> bytes:
    """Return a safetensors file with the cores of a network, named core.0, core.1, ..., and its structure."""
    return save(_arrays(network, "core"), {"structure": structure_json.dumps(network.structure)})


def read_session(name: str, content: bytes) -> SavedSession:
    """Return the session that a .tnlab file holds.

    Args:
        name: Name of the file, for error messages.
        content: Its bytes.

    Raises:
        DataError: The bytes are no session file or one of another version, or structure, cores and tensor do not match.
    """
    try:
        arrays = load(content)
        metadata = _metadata(content)
        if "tnlab_session" not in metadata:
            raise DataError("it holds no tnlab session")
        if metadata["tnlab_session"] not in READ:
            raise DataError(f"it has version {metadata['tnlab_session']!r:.20}, and only {' and '.join(READ)} are read")
        return _session(arrays, metadata["structure"], json.loads(metadata["session"]))
    except (
        SafetensorError,
        RuntimeError,
        TnlabError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ) as error:
        why = f"the field {error} is missing" if isinstance(error, KeyError) else str(error)
        raise DataError(f"{name!r:.80} cannot be opened as a session: {why.rstrip('.')}.") from None


def _metadata(content: bytes) -> dict[str, str]:
    length = int.from_bytes(content[:8], "little")  # safetensors has checked it
    return json.loads(content[8 : 8 + length]).get("__metadata__", {})


def _session(arrays: dict[str, Tensor], structure_text: str, record: dict[str, Any]) -> SavedSession:
    data = record["data"]
    source = Source.of(
        arrays["tensor"].numpy(),
        str(data["name"])[:255],
        tuple(data["modes"]),
        data["order"],
        label=str(data["label"]),
        axes=tuple(str(axis)[:40] for axis in data.get("axes", ())),
        note=str(data.get("note", ""))[:1000],
    )
    if "known" in arrays:
        source = replace(source, known=arrays["known"].numpy())
    structure = structure_json.loads(structure_text)
    if structure.modes != source.modes:
        raise DataError(f"its structure has modes {structure.modes}, but its tensor {source.modes}")
    seed, target = record["seed"], record["target_error"]
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**63:
        raise DataError(f"its seed is {seed!r:.40}")
    if not isinstance(target, float) or not 0 < target <= 1:
        raise DataError(f"its target error is {target!r:.40}")
    return SavedSession(
        source=source,
        structure=structure,
        network=_network(arrays, structure, "core"),
        seed=seed,
        target_error=target,
        visited=_visited(record, structure),
        pins=_pins(arrays, record, structure.modes),
    )


def _arrays(network: Network, stem: str) -> dict[str, Tensor]:
    return {f"{stem}.{place}": core.detach().cpu().contiguous().clone() for place, core in enumerate(network.cores)}


def _network(arrays: dict[str, Tensor], structure: Structure, stem: str) -> Network | None:
    if f"{stem}.0" not in arrays:
        return None
    cores = tuple(arrays[f"{stem}.{place}"] for place in range(len(structure.cores)))
    for core in cores:
        if core.dtype not in (torch.float32, torch.float64) or not bool(torch.isfinite(core).all()):
            raise DataError("its cores are not all finite real numbers")
    return Network(structure, cores)


def _visited(record: dict[str, Any], structure: Structure) -> tuple[tuple[Structure, float, str], ...]:
    visits = []
    for visit in record["visited"][-MAX_VISITS:]:
        tried, error = structure_json.from_dict(visit["structure"]), visit["relative_error"]
        if tried.modes != structure.modes or not isinstance(error, float) or not 0 <= error < math.inf:
            raise DataError("a structure in its history does not belong to its tensor")
        visits.append((tried, error, str(visit["status"])[:200]))
    return tuple(visits)


def _pins(arrays: dict[str, Tensor], record: dict[str, Any], modes: tuple[int, ...]) -> tuple[Pin, ...]:
    pins = []
    for number, saved in enumerate(record.get("pins", ())[:MAX_PINS]):
        structure, error = structure_json.from_dict(saved["structure"]), saved["relative_error"]
        if structure.modes != modes:
            raise DataError("the structure of a pin does not belong to its tensor")
        network = _network(arrays, structure, f"pin.{number}.core")
        if network is not None and not (isinstance(error, float) and 0 <= error < math.inf):
            raise DataError(f"the relative error of a pin is {error!r:.40}")
        pins.append(
            Pin(
                id=number + 1,
                name=check_name(saved["name"]),
                structure=structure,
                network=network,
                relative_error=error if network is not None else None,
                status=str(saved["status"])[:200],
            )
        )
    check_room(tuple(pins))
    return tuple(pins)
