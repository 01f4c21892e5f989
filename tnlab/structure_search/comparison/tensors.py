"""The tensors of a comparison: built-in ones, files, and planted ones with a known answer."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tnlab.data import Source, datasets, modes_text, parse_modes, planted, read_array
from tnlab.errors import DataError, TnlabError, UnknownNameError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.structure import Structure
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
    """Where a tensor comes from. It is small and hashable: the processes that need the entries load them.

    Attributes:
        label: What to call it.
        name: A built-in data set, the name of a format, or empty.
        path: An array or the JSON of a structure; None without.
        modes: Mode sizes; None for those it has of itself.
        order: "plain" or "quantised"; empty for the one it has of itself.
        ranks: Of a planted structure; empty if it is not planted.
        noise: Norm of the noise over that of the planted tensor.
        seed: Of a planted tensor.
        planted: Whether it is computed from a structure.
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
        """Return the entries; those loaded last are kept.

        Raises:
            TnlabError: They cannot be had.
        """
        return _load(self)

    def truth(self) -> Structure | None:
        """Return the planted structure; None if there is none.

        Raises:
            TnlabError: There is no such structure, or its file cannot be read.
        """
        if not self.planted:
            return None
        if self.path is not None:
            try:
                return structure_json.loads(self.path.read_bytes())
            except (OSError, UnicodeDecodeError) as error:
                raise DataError(f"The structure file {str(self.path)!r} cannot be read: {error}.") from None
        return formats[self.name].build(self.modes or (), self.ranks[0] if len(self.ranks) == 1 else self.ranks)

    def digest(self) -> str:
        """Return what tells these entries from others.

        Raises:
            TnlabError: They cannot be had.
        """
        array = self.load().tensor.contiguous().numpy()
        return hashlib.blake2b(f"{array.shape}{array.dtype}".encode() + array.tobytes(), digest_size=8).hexdigest()


def origin_of(table: Table, folder: Path) -> Origin:
    """Return the tensor that a table of ``datasets`` names; files are looked for from ``folder``.

    Raises:
        DataError: A key is wrong, or the tensor cannot be had.
    """
    kinds = [key for key in ("name", "file", "planted") if key in table.values]
    if len(kinds) != 1:
        raise DataError(f'{table.place}: say either name = "camera", file = "array.npy" or planted = "tensor_ring", '
                        f"and one of them; there is {' and '.join(kinds) or 'none'}.")  # fmt: skip
    origin = _planted(table, folder) if kinds == ["planted"] else _given(table, folder, kinds[0])
    try:
        origin.load()
    except TnlabError as error:
        raise DataError(f"{table.place}: {kinds[0]}: {error}") from None
    return origin


def _given(table: Table, folder: Path, key: str) -> Origin:
    given = table.take(key, TEXT)
    known = key == "name" and given in datasets
    path = None if known else folder / given
    if key == "name" and path is not None and not path.is_file():
        raise DataError(f"{table.place}: name: {UnknownNameError('data set', given, datasets)}")
    modes = _modes(table, None)
    order = table.take("order", one_of("plain", "quantised"), "")
    said = f" as {modes_text(modes)}" if modes else ""
    label = table.take("label", TEXT, f"{given}{said}{' quantised' if order == 'quantised' else ''}")
    return Origin(label, given if known else "", path, modes, order)


def _planted(table: Table, folder: Path) -> Origin:
    given = table.take("planted", TEXT)
    noise, seed = float(table.take("noise", NOISE, 0.0)), table.take("seed", SEED, 0)
    said = f", noise {noise:g}" + (f", seed {seed}" if "seed" in table.values else "")
    if given.endswith(".json"):
        label = table.take("label", TEXT, f"{given}{said}")
        return Origin(label, path=folder / given, noise=noise, seed=seed, planted=True)
    if given not in formats:
        raise DataError(f"{table.place}: planted: {UnknownNameError('format', given, formats)}")
    modes, ranks = _modes(table), table.take("ranks", RANKS)
    listed = tuple(ranks) if isinstance(ranks, list) else (ranks,)
    label = f"{given} {modes_text(modes or ())}, ranks {' '.join(map(str, listed))}{said}"
    return Origin(table.take("label", TEXT, label), given, None, modes, "", listed, noise, seed, planted=True)


def _modes(table: Table, *default: None) -> tuple[int, ...] | None:
    shape = table.take("shape", SHAPE, *default)
    if not isinstance(shape, str):
        return tuple(shape) if shape is not None else None
    try:
        return parse_modes(shape)
    except DataError as error:
        raise table.wrong("shape", f"cannot be read: {error}") from None


@lru_cache(maxsize=4)
def _load(origin: Origin) -> Source:
    truth = origin.truth()
    if truth is not None:
        return Source.of(planted(truth, noise=origin.noise, seed=origin.seed).numpy(), name=origin.label)
    if origin.path is None:
        source = datasets[origin.name].source()
    else:
        array = read_array(origin.path.name, origin.path, max_bytes=None, max_entries=None)
        source = Source.of(array, name=str(origin.path), max_entries=None)
    modes: Sequence[int] = origin.modes or source.modes
    if origin.order == "quantised":
        return source.with_modes(modes, "quantised")
    return source.with_modes(modes, "plain" if origin.order or origin.modes else source.order)
