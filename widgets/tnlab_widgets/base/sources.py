"""Data of the widgets: a source from a name, an array or a path, and its description for the page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

import torch

from tnlab.data import Source, datasets, modes_text, read_source
from tnlab.data.dataset import GROUPS
from tnlab.data.tensor_hash import tensor_hash

KINDS = {"curve": "a series", "image": "a picture", "slices": "a stack of slices"}  # of data of one's own

_sources: "WeakValueDictionary[tuple[Any, ...], Source]" = WeakValueDictionary()  # by content, while in use
_tensors: "WeakKeyDictionary[Source, torch.Tensor]" = WeakKeyDictionary()


def as_source(data: object, modes: Sequence[int] | None, order: Any) -> Source:
    """Return data as a source, reshaped to the given modes.

    Equal data are held once: while a source is in use, the same one is returned again, and its array is read-only. A
    ``Source`` that is given as it is stays the caller's.

    Args:
        data: A source, the name of a built-in data set, the path of a .npy, PNG or JPEG file, or an array or tensor.
        modes: Mode sizes; None keeps those of the source, and takes the first suggestion for an array.
        order: "plain" or "quantised"; None keeps that of the source.

    Raises:
        DataError: The data cannot be fitted, or the modes do not multiply to the number of entries.
        UnknownNameError: A text names neither a data set nor a file.
    """
    if isinstance(data, Source):
        return data if modes is None and order is None else _shaped(data, modes, order)
    if isinstance(data, Path) or (isinstance(data, str) and data not in datasets and Path(data).is_file()):
        source = read_source(Path(data).name, Path(data))
    elif isinstance(data, str):
        source = datasets[data].source()
    else:
        source = Source.of(data)
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
    array, form = source.array, (source.name, source.label, source.modes, source.order)
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
        "suggestions": [
            {"modes": list(modes), "order": order, "label": f"{modes_text(modes)} {order}"}
            for modes, order in suggested
        ],
    }
