"""Data for the Explorer: from a name, an array or a path, and described for the page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tnlab.data import Source, datasets, modes_text, read_source


def as_source(data: object, modes: Sequence[int] | None, order: Any) -> Source:
    """Return the source that ``data`` names or is, cut into ``modes`` where they are given.

    Raises:
        DataError: It cannot be fitted, or the modes do not multiply to the number of entries.
        UnknownNameError: It is a text, but names neither a data set nor a file.
    """
    if isinstance(data, Source):
        source = data
    elif isinstance(data, Path) or (isinstance(data, str) and data not in datasets and Path(data).is_file()):
        source = read_source(Path(data).name, Path(data))
    elif isinstance(data, str):
        source = datasets[data].source()
    else:
        source = Source.of(data)
        if modes is None and order is None:
            return source.with_modes(*source.suggested_modes[0])
    if modes is None and order is None:
        return source
    return source.with_modes(source.modes if modes is None else tuple(modes), order)


def catalogue() -> list[dict[str, str]]:
    """Return the built-in data sets as a menu shows them."""
    return [{"name": name, "label": entry.label, "licence": entry.licence} for name, entry in datasets.items()]


def describe(source: Source) -> dict[str, Any]:
    """Return what the page shows and offers for a source."""
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
        "size": int(source.array.size),
        "suggestions": [
            {"modes": list(modes), "order": order, "label": f"{modes_text(modes)} {order}"}
            for modes, order in suggested
        ],
    }
