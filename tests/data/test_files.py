"""A file is read by its first bytes; every refusal is a DataError."""

import contextlib
import io
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tnlab.data import read_array, read_source
from tnlab.data.files import KINDS, SUFFIXES, kind_of, split_key
from tnlab.data.recipe import recipe_of, source_from_recipe
from tnlab.data.source import Source
from tnlab.errors import DataError


def npy(array, **options) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def encoded(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    "array",
    [np.arange(6.0).reshape(2, 3), np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3)), np.ones(3, dtype=bool)],
)
def test_npy_comes_back(array):
    np.testing.assert_array_equal(read_array("x.npy", npy(array)), array)


def test_the_name_does_not_decide(tmp_path):
    path = tmp_path / "x.png"
    path.write_bytes(npy(np.arange(4)))
    assert read_array(path.name, path).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("protocol", range(2, 6))
def test_a_pickle_disguised_as_npy(protocol):
    with pytest.raises(DataError, match=r"'x\.npy' is a Python pickle"):
        read_array("x.npy", pickle.dumps({"a": 1}, protocol))


PICTURE = Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8))


@pytest.mark.filterwarnings("ignore:Reading `.npy`")
@settings(max_examples=300)
@given(st.sampled_from([npy(np.arange(8.0)), encoded(PICTURE), encoded(PICTURE, "JPEG")]), st.data())
def test_a_damaged_byte_never_ends_in_another_error(content, data):
    place = data.draw(st.integers(0, len(content) - 1))
    damaged = content[:place] + bytes([data.draw(st.integers(0, 255))]) + content[place + 1 :]
    with contextlib.suppress(DataError):
        read_array("x", damaged)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "damaged or cut short: it cannot be read as an archive of arrays"),
        (b"GIF89a", "damaged or cut short: it cannot be read as a picture"),
        (b"<svg onload=alert(1)>", "markup"),
        (b"a,b\n1,2\n", r"no file that can be read; those end in \.npy, \.npz.*\.webp"),
        (b"%PDF-1.7", "PDF"),
        (b"\x93NUMPY\x03\x00" + b"\x00" * 20, "version"),
    ],
)
def test_other_files_are_refused_by_name(content, sentence):
    with pytest.raises(DataError, match=sentence):
        read_array("<b>x</b>", content)


def test_missing_long_and_unreadable_files(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        read_array("x", tmp_path / "x")
    with pytest.raises(DataError, match="directory"):
        read_array("x", tmp_path)
    long = tmp_path / "long.npy"
    with long.open("wb") as file:
        file.truncate(2 * 2**30)
    with pytest.raises(DataError, match="2,048 MiB long, but at most 64 MiB"):
        read_array(long.name, long)


def test_read_source_takes_the_first_suggestion():
    source = read_source("x.npy", npy(np.random.default_rng(0).random((16, 16))))
    assert (source.modes, source.order) == source.suggested_modes[0]


def test_a_source_keeps_axes_gaps_and_notes(tmp_path):
    source = read_source("x.csv", b"1,2\n3,\n")
    assert (source.axes, source.known.tolist()) == (("row", "column"), [[True, True], [True, False]])
    assert "1 of 4 entries are missing" in source.note


def test_a_key_stands_behind_a_colon(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, a=np.eye(2), b=np.ones(3))
    assert split_key(f"{path}:a") == (path, "a")
    assert split_key(str(path)) == (path, None)
    assert read_source("x.npz", path, key="b").name == "x.npz:b"
    (tmp_path / "x.npz:a").write_bytes(b"1")
    assert split_key(f"{path}:a") == (tmp_path / "x.npz:a", None)
    again = source_from_recipe(recipe_of(Source.of(np.ones(3), f"{path}:b")))
    assert again.array.tolist() == [1, 1, 1]


def test_every_suffix_has_a_kind():
    assert len(set(SUFFIXES)) == len(SUFFIXES) == 21
    for kind in KINDS:
        assert kind.starts or kind_of(f"x{kind.suffixes[0]}", b"words") is kind
