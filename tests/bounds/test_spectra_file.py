"""Stored spectra change no answer: what is damaged, poisoned, older or weaker is removed and computed again."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.error_bound import error_bound
from tnlab.bounds.parameter_bound import parameter_bound
from tnlab.bounds.spectra_file import DIGEST, SpectraFile, is_tail
from tnlab.formats import formats

SHAPE, WEAK = (4, 3, 4, 3), 5
X = torch.rand(SHAPE, generator=torch.Generator().manual_seed(5), dtype=torch.float64) ** 3
RING = formats["tr"].build(SHAPE, 2)


def answers(folder: Path | None) -> tuple[float, int, list[list[float]]]:
    """Return an error bound, a parameter bound and every tail, through the spectra stored in a folder."""
    spectra = CutSpectra(X, cache=folder)
    least = error_bound(spectra, RING).error_bound
    fewest = parameter_bound(spectra, 0.2, family="latent").parameters
    return least, fewest, [spectra.tail(cut).tolist() for cut in sorted(spectra.cuts())]


def stored(folder: Path) -> Path:
    """Store the spectra of ``X`` in a folder and return the file."""
    list(CutSpectra(X, cache=folder).fill())
    (file,) = folder.iterdir()
    return file


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: len(file.read_bytes()) // 2])


def flip(place: float) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        content = bytearray(file.read_bytes())
        content[int(place * (len(content) - 1))] ^= 0x40
        file.write_bytes(content)

    return damage


def empty(file: Path) -> None:
    file.write_bytes(b"")


def older(file: Path) -> None:
    """Write what the first version wrote, where this version looks."""
    tails: dict[str, Any] = {"0": np.ones(5), "1": np.ones(4), "2": np.ones(5), "3": np.ones(4)}
    with file.open("wb") as handle:
        np.savez(handle, **tails)


def of_another_tensor(file: Path) -> None:
    other = file.parent / "other"
    list(CutSpectra(torch.ones_like(X), cache=other).fill())
    next(other.iterdir()).replace(file)


def weaker(file: Path) -> None:
    other = file.parent / "other"
    list(CutSpectra(X, cache=other, max_side=WEAK).fill())
    next(other.iterdir()).replace(file)


def folder_in_place(file: Path) -> None:
    file.unlink()
    file.mkdir()


DAMAGE = [truncate, empty, older, of_another_tensor, weaker, folder_in_place, *map(flip, (0, 0.02, 0.3, 0.7, 1))]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_file_that_is_not_that_of_the_tensor_changes_no_answer(tmp_path: Path, damage: Callable[[Path], None]):
    file = stored(tmp_path)
    assert CutSpectra(X, cache=tmp_path).known
    damage(file)
    assert CutSpectra(X, cache=tmp_path).known == ()
    assert answers(tmp_path) == answers(None)
    if file.is_file():
        assert len(CutSpectra(X, cache=tmp_path).known) == 7, "the file has been written anew"


POISON: dict[str, Callable[[dict[tuple[int, ...], Any]], dict[tuple[int, ...], Any]]] = {
    "scaled up": lambda tails: {cut: 1e3 * tail for cut, tail in tails.items()},
    "scaled down": lambda tails: {cut: 0.5 * tail for cut, tail in tails.items()},
    "no tail falls": lambda tails: {cut: np.ones_like(tail) for cut, tail in tails.items()},
    "the last is not 0": lambda tails: {cut: np.linspace(1, 0.9, len(tail)) for cut, tail in tails.items()},
    "negative": lambda tails: {cut: tail - 0.01 for cut, tail in tails.items()},
    "not finite": lambda tails: {cut: tail * np.nan for cut, tail in tails.items()},
    "rising": lambda tails: {cut: tail[::-1].copy() for cut, tail in tails.items()},
    "ascending values": lambda tails: {cut: 1 - np.linspace(0, 1, len(tail)) ** 2 for cut, tail in tails.items()},
    "another length": lambda tails: {cut: np.append(tail, 0.0) for cut, tail in tails.items()},
    "float32": lambda tails: {cut: tail.astype(np.float32) for cut, tail in tails.items()},
    "swapped": lambda tails: {cut: tails[{0: (1,), 1: (0,), 2: (3,), 3: (2,)}[cut[0]]] for cut in tails},
    "the other side": lambda tails: {tuple(m for m in range(4) if m not in cut): tail for cut, tail in tails.items()},
    "no cut": lambda tails: {(): np.ones(2), (0, 1, 2, 3): np.ones(2), (9,): np.ones(5)},
}


@pytest.mark.parametrize("name", POISON)
def test_a_file_with_a_true_hash_is_believed_only_where_its_values_can_be(tmp_path: Path, name: str):
    stored(tmp_path)
    spectra = CutSpectra(X, cache=tmp_path)
    file = SpectraFile(tmp_path, next(tmp_path.iterdir()).stem.rpartition("-")[0], spectra.max_side)
    singles = {cut: spectra.tail(cut) for cut in spectra.known if len(cut) == 1}
    assert file.path.is_file()
    file.write(POISON[name](singles))
    assert answers(tmp_path) == answers(None)


def test_spectra_of_another_largest_side_have_their_own_file(tmp_path: Path):
    list(CutSpectra(X, cache=tmp_path, max_side=WEAK).fill())
    assert CutSpectra(X, cache=tmp_path).known == ()
    assert answers(tmp_path) == answers(None)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_written_costs_the_copy_alone(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    assert answers(tmp_path / "file" / "spectra") == answers(None)


def test_spectra_are_kept_where_the_caller_breaks_off(tmp_path: Path):
    for _ in CutSpectra(X, cache=tmp_path).fill():
        break
    assert len(CutSpectra(X, cache=tmp_path).known) == 1


def test_writers_at_the_same_time_leave_one_whole_file(tmp_path: Path):
    true = CutSpectra(X)
    list(true.fill())
    tails = {cut: true.tail(cut) for cut in true.known}
    file = SpectraFile(tmp_path, "data", 1500)
    writers = [threading.Thread(target=lambda: [file.write(tails) for _ in range(20)]) for _ in range(4)]
    for writer in writers:
        writer.start()
    read = [file.read() for _ in range(100)]
    for writer in writers:
        writer.join()
    assert {len(found) for found in [*read, file.read()]} <= {0, len(tails)}
    assert len(file.read()) == len(tails)
    assert [path.name for path in tmp_path.iterdir()] == [file.path.name]


def test_the_hash_covers_all_that_follows(tmp_path: Path):
    file = stored(tmp_path)
    content = file.read_bytes()
    shutil.copy(file, tmp_path / "copy")
    file.write_bytes(content[:DIGEST] + content[DIGEST:] + b" ")
    assert CutSpectra(X, cache=tmp_path).known == ()
    assert not file.exists()


@pytest.mark.parametrize(("first", "whole", "right"), [(1.0, True, True), (0.9, True, False), (0.9, False, True)])
def test_the_sum_of_a_compressed_tensor_may_be_less(first: float, whole: bool, right: bool):
    assert is_tail(np.array([first, 0.2, 0.0]), 2, whole=whole) is right
