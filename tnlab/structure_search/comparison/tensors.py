"""The tensors of a comparison: built-in data sets, array files, and tensors planted from a known structure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tnlab.data import Source, datasets, modes_text, parse_modes, planted, read_array
from tnlab.data.files import split_key
from tnlab.data.tensor_hash import tensor_hash
from tnlab.errors import DataError, TnlabError, UnknownNameError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab.reading import read_file
from tnlab.structure_search.comparison.toml_tables import COUNT, NOISE, SEED, TEXT, Requirement, Table, one_of

SHAPE = Requirement(
    'mode sizes, such as [16, 16, 3] or "16x16x3"',
    lambda value: TEXT.holds(value) or (isinstance(value, list) and bool(value) and all(map(COUNT.holds, value))),
)
RANKS = Requirement(
    "a whole number of at least 1, or a list of them",
    lambda value: COUNT.holds(value) or (isinstance(value, list) and bool(value) and all(map(COUNT.holds, value))),
)


@dataclass(frozen=True)
class Origin:
    """Recipe of a tensor: a built-in data set, an array file, or a structure to plant.

    It holds no entries and is hashable; each process that needs the entries loads them.

    Attributes:
        label: Name in tables and figures.
        name: Name of a built-in data set or, for a planted tensor, of a format; empty if there is a path.
        path: Array file or, for a planted tensor, JSON file of a structure; None if there is a name.
        modes: Mode sizes to reshape to; None for those of the data set or file.
        order: How entries are laid out in the modes, "plain" or "quantised"; empty for that of the data set or file.
        ranks: Ranks of a planted format: one for all bonds, or one per bond; empty otherwise.
        noise: Norm of the noise divided by the norm of the planted tensor.
        seed: Seed of a planted tensor.
        planted: Whether the tensor is computed from a structure.
    """

    label: str
    name: str = ""
    path: Path | None = None
    modes: tuple[int, ...] | None = None
    order: str = ""
    ranks: tuple[int, ...] = ()
    noise: float = 0.0
    seed: int = 0
    planted: bool = False

    def load(self) -> Source:
        """Return the tensor as a source, loaded or computed; the last four are cached.

        Raises:
            TnlabError: The file cannot be read, or the modes or the structure do not fit.
        """
        return _load(self)

    def truth(self) -> Structure | None:
        """Return the structure that the tensor is planted from; None if it is not planted.

        Raises:
            TnlabError: The format has no structure with these modes and ranks, or the file cannot be read.
        """
        if not self.planted:
            return None
        if self.path is not None:
            try:
                return structure_json.loads(read_file(self.path))
            except UnicodeDecodeError as error:
                raise DataError(f"The structure file {str(self.path)!r} cannot be read: {error}.") from None
        return formats[self.name].build(self.modes or (), self.ranks[0] if len(self.ranks) == 1 else self.ranks)

    def digest(self) -> str:
        """Return the tensor's shape and dtype with a hash of its entries, as text.

        Raises:
            TnlabError: The tensor cannot be loaded.
        """
        tensor = self.load().tensor
        return f"{modes_text(tensor.shape)} {tensor.dtype} {tensor_hash(tensor)}"


def origin_of(table: Table, folder: Path) -> Origin:
    """Return the origin that one table of ``datasets`` in a comparison file describes, after loading its tensor.

    Relative paths in the table are relative to ``folder``.

    Raises:
        DataError: A key is missing or has a wrong value, or the tensor cannot be loaded.
    """
    kinds = [key for key in ("name", "file", "planted") if key in table.values]
    if len(kinds) != 1:
        raise DataError(
            f'{table.place}: say either name = "camera", file = "array.npy" or planted = "tensor_ring", '
            f"and one of them; there is {' and '.join(kinds) or 'none'}."
        )
    origin = _planted(table, folder) if kinds == ["planted"] else _given(table, folder, kinds[0])
    try:
        origin.load()
    except TnlabError as error:
        raise DataError(f"{table.place}: {kinds[0]}: {error}") from None
    return origin


def _given(table: Table, folder: Path, key: str) -> Origin:
    """Return the origin in a table with a ``name`` (data set or file) or ``file``."""
    given = table.take(key, TEXT)
    known = key == "name" and given in datasets
    path = None if known else folder / given
    if key == "name" and path is not None and not split_key(str(path))[0].is_file():
        raise DataError(f"{table.place}: name: {UnknownNameError('data set', given, datasets)}")
    modes = _modes(table, None)
    order = table.take("order", one_of("plain", "quantised"), "")
    said = f" as {modes_text(modes)}" if modes else ""
    label = table.take("label", TEXT, f"{given}{said}{' quantised' if order == 'quantised' else ''}")
    return Origin(label=label, name=given if known else "", path=path, modes=modes, order=order)


def _planted(table: Table, folder: Path) -> Origin:
    """Return the origin in a table with ``planted``: a format with shape and ranks, or the JSON file of a structure."""
    given = table.take("planted", TEXT)
    noise, seed = float(table.take("noise", NOISE, 0.0)), table.take("seed", SEED, 0)
    said = f", noise {noise:g}" + (f", seed {seed}" if "seed" in table.values else "")
    if given.lower().endswith(".json"):
        label = table.take("label", TEXT, f"{given}{said}")
        return Origin(label, path=folder / given, noise=noise, seed=seed, planted=True)
    if given not in formats:
        raise DataError(f"{table.place}: planted: {UnknownNameError('format', given, formats)}")
    modes, ranks = _modes(table), table.take("ranks", RANKS)
    listed = tuple(ranks) if isinstance(ranks, list) else (ranks,)
    label = f"{given} {modes_text(modes or ())}, ranks {' '.join(map(str, listed))}{said}"
    return Origin(
        label=table.take("label", TEXT, label),
        name=given,
        path=None,
        modes=modes,
        order="",
        ranks=listed,
        noise=noise,
        seed=seed,
        planted=True,
    )


def _modes(table: Table, *default: None) -> tuple[int, ...] | None:
    """Return the mode sizes under the key ``shape``; None if it is missing and a default was passed."""
    shape = table.take("shape", SHAPE, *default)
    if not isinstance(shape, str):
        return tuple(shape) if shape is not None else None
    try:
        return parse_modes(shape)
    except DataError as error:
        raise table.wrong("shape", f"cannot be read: {error}") from None


@lru_cache(maxsize=4)  # tensors: runs go case by case, so that few are in use at a time
def _load(origin: Origin) -> Source:
    truth = origin.truth()
    if truth is not None:
        return Source.of(planted(truth, noise=origin.noise, seed=origin.seed).numpy(), name=origin.label)
    if origin.path is None:
        source = datasets[origin.name].source()
    else:
        path, key = split_key(str(origin.path))
        array = read_array(path.name, path, key=key, max_bytes=None, max_entries=None)
        source = Source.of(array, name=str(origin.path), max_entries=None)
    modes: Sequence[int] = origin.modes or source.modes
    if origin.order == "quantised":
        return source.with_modes(modes, "quantised")
    return source.with_modes(modes, "plain" if origin.order or origin.modes else source.order)
