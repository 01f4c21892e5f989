import contextlib
import io
import pickle
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tnlab.data import read_array, read_source
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


def test_objects_are_never_unpickled():
    array = np.empty(1, dtype=object)
    array[0] = len
    with pytest.raises(DataError, match="pickled Python objects, and those are never opened"):
        read_array("x.npy", npy(array, allow_pickle=True))


@pytest.mark.parametrize("protocol", range(2, 6))
def test_a_pickle_disguised_as_npy(protocol):
    with pytest.raises(DataError, match=r"'x\.npy' is a Python pickle"):
        read_array("x.npy", pickle.dumps({"a": 1}, protocol))


def test_a_header_that_promises_too_much():
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (100000, 100), }"
    content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + b"\x00" * 80
    with pytest.raises(DataError, match=r"cut short: .*\(80,000,000 bytes\), but 80 bytes follow"):
        read_array("x.npy", content)
    with pytest.raises(DataError, match="10,000,000 entries, but at most 1,000"):
        read_array("x.npy", content, max_entries=1000)


@pytest.mark.parametrize("shape", [b"(-1, -4)", b"(10**9,)", b"'x'", b"(" * 3000])
def test_a_damaged_header(shape):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + b", }"
    content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + b"\x00" * 80
    with pytest.raises(DataError, match="damaged"):
        read_array("x.npy", content)


@pytest.mark.parametrize("descr", [b"'V0'", b"'<U4'", b"[('a', '<f8')]", b"'<M8[D]'"])
def test_an_array_of_something_else(descr):
    header = b"{'descr': " + descr + b", 'fortran_order': False, 'shape': (2,), }"
    content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + b"\x00" * 80
    with pytest.raises(DataError, match="must hold numbers"):
        read_array("x.npy", content)


def test_truncated_npy():
    whole = npy(np.ones((8, 8)))
    for length in range(1, len(whole)):
        with pytest.raises(DataError):
            read_array("x.npy", whole[:length])


def test_a_grey_picture():
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    np.testing.assert_array_equal(read_array("x", encoded(Image.fromarray(pixels))), pixels / 255)


def test_a_colour_picture_and_one_that_only_looks_so():
    colour = np.zeros((5, 4, 3), dtype=np.uint8)
    colour[..., 0] = 255
    assert read_array("x", encoded(Image.fromarray(colour))).shape == (5, 4, 3)
    grey = np.repeat(np.arange(20, dtype=np.uint8).reshape(5, 4, 1), 3, axis=2)
    np.testing.assert_array_equal(read_array("x", encoded(Image.fromarray(grey))), grey[..., 0] / 255)


def test_sixteen_bits_bits_palettes_and_transparency():
    deep = np.array([[0, 65535]], dtype=np.uint16)
    np.testing.assert_array_equal(read_array("x", encoded(Image.fromarray(deep))), [[0, 1]])
    bits = Image.fromarray(np.array([[True, False]]))
    np.testing.assert_array_equal(read_array("x", encoded(bits)), [[1, 0]])
    assert read_array("x", encoded(Image.new("P", (3, 2)))).shape == (2, 3)
    clear = Image.new("RGBA", (3, 2), (255, 0, 0, 0))
    np.testing.assert_array_equal(read_array("x", encoded(clear)), np.ones((2, 3)))


def test_jpeg_is_turned_upright():
    picture = Image.new("RGB", (8, 4), "red")
    exif = picture.getexif()
    exif[0x0112] = 6
    assert read_array("x", encoded(picture, "JPEG", exif=exif)).shape == (8, 4, 3)


def test_a_large_picture_is_shrunk():
    picture = Image.fromarray(np.tile(np.array([[0, 255], [255, 0]], dtype=np.uint8), (8, 8)))
    small = read_array("x", encoded(picture), max_entries=64)
    np.testing.assert_allclose(small, np.full((8, 8), 0.5))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_truncated_pictures(kind):
    whole = encoded(Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 40), dtype=np.uint8)), kind)
    for length in (9, 30, len(whole) // 2):
        with pytest.raises(DataError, match="damaged or cut short"):
            read_array("x", whole[:length])


def test_a_picture_bomb_is_not_opened():
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    for side in (9000, 100_000):
        header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
        body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
        with pytest.raises(DataError, match="pixels"):
            read_array("x.png", b"\x89PNG\r\n\x1a\n" + body)


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
        (b"PK\x03\x04rest", "zip archive"),
        (b"GIF89a", "GIF"),
        (b"<svg onload=alert(1)>", "markup"),
        (b"a,b\n1,2\n", "neither a .npy array nor a PNG or JPEG"),
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
