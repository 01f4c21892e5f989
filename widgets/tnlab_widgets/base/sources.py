"""Data of the widgets: a source from a name, an array or a path, and its description for the page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

import torch

from tnlab.data import Source, datasets, modes_text, read_source
from tnlab.data.dataset import GROUPS
from tnlab.data.files import MAX_BYTES, SUFFIXES, split_key
from tnlab.data.tensor_hash import tensor_hash

KINDS = {"curve": "a series", "image": "a picture", "slices": "a stack of slices"}  # of data of one's own

_sources: "WeakValueDictionary[tuple[Any, ...], Source]" = WeakValueDictionary()  # by content, while in use
_tensors: "WeakKeyDictionary[Source, torch.Tensor]" = WeakKeyDictionary()


def as_source(data: object, modes: Sequence[int] | None, order: Any) -> Source:
    """Return data as a source, reshaped to the given modes.

    Equal data are held once: while a source is in use, the same one is returned again, and its array is read-only. A
    ``Source`` that is given as it is stays the caller's.

    Args:
        data: A source, the name of a built-in data set, an array or tensor, or the path of a file; one of several
            arrays in a file is named behind a colon, as in ``"x.npz:key"``. NaN are missing entries.
        modes: Mode sizes; None keeps those of the source, and takes the first suggestion for an array.
        order: "plain" or "quantised"; None keeps that of the source.

    Raises:
        DataError: The data cannot be fitted, or the modes do not multiply to the number of entries.
        UnknownNameError: A text names neither a data set nor a file.
    """
    if isinstance(data, Source):
        return data if modes is None and order is None else _shaped(data, modes, order)
    path, key = split_key(str(data)) if isinstance(data, str | Path) else (Path(), None)
    if isinstance(data, Path) or (isinstance(data, str) and data not in datasets and path.is_file()):
        source = read_source(path.name, path, key=key)
    elif isinstance(data, str):
        source = datasets[data].source()
    else:
        source = Source.of(data, gaps=True)
        if modes is None and order is None:
            modes, order = source.suggested_modes[0]
    return _held_once(_shaped(source, modes, order))


def shared_tensor(source: Source) -> torch.Tensor:
    """Return the tensor of a source, the same one at every call while the source is in use; it must not be changed."""
    tensor = _tensors.get(source)
    return _tensors.setdefault(source, source.tensor) if tensor is None else tensor


def _shaped(source: Source, modes: Sequence[int] | None, order: Any) -> Source:
    if modes is None and order is None:
        return source
    return source.with_modes(source.modes if modes is None else tuple(modes), order)


def _held_once(source: Source) -> Source:
    array, known = source.array, source.known
    form = (source.name, source.label, source.modes, source.order, source.axes, source.note)
    form += (None if known is None else known.tobytes(),)
    key = tensor_hash(torch.from_numpy(array)), array.shape, array.dtype.str, *form
    array.setflags(write=False)
    return _sources.setdefault(key, source)


def catalogue() -> list[dict[str, str]]:
    """Return {name, label, licence, group, find} of every built-in data set, for the page's menu, group by group."""
    ordered = sorted(datasets.items(), key=lambda item: GROUPS.index(item[1].group))
    return [
        {"name": name, "label": entry.label, "licence": entry.licence, "group": entry.group, "find": entry.find}
        for name, entry in ordered
    ]


def files_taken(suffixes: Sequence[str], words: str) -> dict[str, Any]:
    """Return {suffixes, words, max_bytes} of the files that a page sends: those with data, and a piece's own.

    Args:
        suffixes: Endings of a piece's own files.
        words: What these are, as after "or".
    """
    data = "an array, a picture, a volume or a table of numbers"
    return {
        "suffixes": [*SUFFIXES, *suffixes],
        "words": f"{data}, or {words}" if words else data,
        "max_bytes": MAX_BYTES,
    }


def describe(source: Source) -> dict[str, Any]:
    """Return the name, shape, modes and kind of a source for the page, and the modes that it suggests."""
    known = datasets.get(source.name)
    suggested = list(source.suggested_modes)
    if (source.modes, source.order) not in suggested:
        suggested.insert(0, (source.modes, source.order))
    return {
        "name": source.name,
        "label": source.label,
        "shape": list(source.shape),
        "modes": list(source.modes),
        "order": source.order,
        "kind": source.kind,
        "what": known.what if known is not None else KINDS[source.kind],
        "find": known.find if known is not None else "",
        "size": int(source.array.size),
        "note": source.note,
        "missing": 0 if source.known is None else int(source.known.size - source.known.sum()),
        "suggestions": [
            {"modes": list(modes), "order": order, "label": f"{modes_text(modes)} {order}"}
            for modes, order in suggested
        ],
    }
