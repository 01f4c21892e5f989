"""Recipes: JSON descriptions of a source by data set or file and modes, from which a study loads its data again."""

from collections.abc import Mapping
from typing import Any

from tnlab.data.dataset import datasets
from tnlab.data.files import read_file_array, split_key
from tnlab.data.source import Source
from tnlab.errors import DataError

LONGEST = 160  # characters of a label that are kept


def recipe_of(source: Source) -> dict[str, Any] | None:
    """Return the recipe of a source, or None if its name is neither a data set nor the path of an existing file.

    The recipe of a file holds its absolute path.

    Example:
        >>> from tnlab.data import datasets
        >>> recipe_of(datasets["camera"].source())["name"]
        'camera'
    """
    name = source.name
    if name not in datasets:
        path, key = split_key(name)
        if not path.is_file():
            return None
        name = str(path.absolute()) if key is None else f"{path.absolute()}:{key}"
    return {"name": name, "modes": list(source.modes), "order": source.order, "label": source.label}


def source_from_recipe(recipe: Mapping[str, Any], *, max_entries: int | None = None) -> Source:
    """Load the data set or the file of a recipe and return it as a source.

    Raises:
        DataError: The recipe lacks a part, there is no such data set or file, or the file does not fit the modes.
    """
    name, modes, order = (recipe.get(part) for part in ("name", "modes", "order"))
    if not isinstance(name, str) or not isinstance(modes, list | tuple) or order not in ("plain", "quantised"):
        raise DataError(f"A recipe for data needs a name, modes and an order, but is {dict(recipe)!r:.200}.")
    if name in datasets:
        return datasets[name].source().with_modes(modes, order)
    path, key = split_key(name)
    if not path.is_file():
        raise DataError(f"The data is gone: there is no file {name!r:.200}, and no data set of that name.")
    found = read_file_array(str(path), path, key=key, max_bytes=None, max_entries=max_entries)
    label = str(recipe.get("label") or path.name)[:LONGEST]
    source = Source.of(found.array, name, label=label, axes=found.axes, gaps=True, max_entries=max_entries)
    return source.with_modes(modes, order)
