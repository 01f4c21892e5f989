"""How a tensor can be had again: which data set or file, cut into which modes. What a study remembers of its data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tnlab.data.dataset import datasets
from tnlab.data.files import read_array
from tnlab.data.source import Source
from tnlab.errors import DataError

LONGEST = 160  # letters of a label


def recipe_of(source: Source) -> dict[str, Any] | None:
    """Return where a source can be had from again, as JSON can hold it; None if it is neither a data set nor a file.

    A file is remembered by its whole path. Its name is that of the source, so that the file must still be there.

    Example:
        >>> from tnlab.data import datasets
        >>> recipe_of(datasets["camera"].source())["name"]
        'camera'
    """
    name = source.name
    if name not in datasets:
        path = Path(name).absolute()
        if not path.is_file():
            return None
        name = str(path)
    return {"name": name, "modes": list(source.modes), "order": source.order, "label": source.label}


def source_from_recipe(recipe: Mapping[str, Any], *, max_entries: int | None = None) -> Source:
    """Return the source that a recipe tells of.

    Raises:
        DataError: Its file is gone or has other entries, there is no such data set any more, or it is no recipe.
    """
    name, modes, order = (recipe.get(part) for part in ("name", "modes", "order"))
    if not isinstance(name, str) or not isinstance(modes, list | tuple) or order not in ("plain", "quantised"):
        raise DataError(f"A recipe for data needs a name, modes and an order, but is {dict(recipe)!r:.200}.")
    if name in datasets:
        return datasets[name].source().with_modes(modes, order)
    path = Path(name)
    if not path.is_file():
        raise DataError(f"The data is gone: there is no file {name!r:.200}, and no data set of that name.")
    array = read_array(name, path, max_bytes=None, max_entries=max_entries)
    label = str(recipe.get("label") or path.name)[:LONGEST]
    return Source.of(array, name=name, label=label, max_entries=max_entries).with_modes(modes, order)
