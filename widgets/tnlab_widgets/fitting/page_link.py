"""Links to a page of the Explorer: data, cut, structure and seed as a short text."""

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from typing import Any

from tnlab.data import Source, datasets
from tnlab.errors import DataError
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab_widgets.base.structures import presentable, structure_from_page
from tnlab_widgets.fitting.options import seed_of, target_of
from tnlab_widgets.fitting.page_source import built_in

VERSION = 1  # of the fields below
MAX_LINK = 1 << 16  # characters of a link; browsers carry some 64 thousand everywhere
MAX_CONTENT = 1 << 20  # bytes of its JSON; 2048 bonds have some 200,000
NO_LINK = "This is no link of an Explorer, or a part of it was lost: copy it again."


@dataclass(frozen=True)
class Linked:
    """What a link carries.

    Attributes:
        source: Built-in data, with mode sizes and order of entries.
        structure: The drawn structure, with the names and places of its cores.
        seed: Seed of random starts.
        target_error: The relative error to reach.
    """

    source: Source
    structure: Structure
    seed: int
    target_error: float


def write_link(linked: Linked) -> str:
    """Return the link as letters, digits, - and _.

    Raises:
        DataError: The data are not built in, so that a link cannot carry them, or the structure is too large.
    """
    source = linked.source
    if not built_in(source):
        raise DataError(f"{source.label!r:.80} is data of your own, which no link carries: save the session as a file.")
    record = {
        "version": VERSION,
        "data": source.name,
        "modes": source.modes,
        "order": source.order,
        "structure": structure_json.to_dict(linked.structure),
        "seed": linked.seed,
        "target_error": linked.target_error,
    }
    packed = zlib.compress(json.dumps(record, separators=(",", ":")).encode(), 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(text) > MAX_LINK:
        raise DataError(f"A link would have {len(text):,} characters, at most {MAX_LINK:,} fit: save a file instead.")
    return text


def read_link(text: object) -> Linked:
    """Return what a link carries; each field is checked.

    Raises:
        DataError: It is no link, or is damaged.
        StructureError: The structure breaks a rule, or has other modes than the data.
        UnknownNameError: There is no such data set.
    """
    record = _unpack(text)
    version, modes, order = record.get("version"), record.get("modes"), record.get("order")
    if version != VERSION or isinstance(version, bool):
        raise DataError(f"The link has version {version!r:.20}, but this tnlab reads {VERSION}.")
    if not isinstance(modes, list) or order not in ("plain", "quantised"):
        raise DataError(NO_LINK)
    source = datasets[str(record.get("data"))].source().with_modes(modes, order)
    structure = presentable(structure_from_page(record.get("structure")))
    if structure.modes != source.modes:
        raise DataError(f"The link's structure has modes {structure.modes}, but its data {source.modes}.")
    return Linked(
        source, structure, seed=seed_of(record.get("seed")), target_error=target_of(record.get("target_error"))
    )


def _unpack(text: object) -> dict[str, Any]:
    if not isinstance(text, str) or len(text) > MAX_LINK:
        raise DataError(NO_LINK)
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        opened = zlib.decompressobj()
        content = opened.decompress(packed, MAX_CONTENT)
        record = json.loads(content) if opened.eof else None
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise DataError(NO_LINK)
    return record
