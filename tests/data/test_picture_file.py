"""Pictures become upright arrays in [0, 1]; damaged ones and bombs are refused."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from tnlab.data import read_array
from tnlab.data.files import read_file_array
from tnlab.errors import DataError


def encoded(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


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


@pytest.mark.parametrize("shape", [(1, 1000), (1000, 1), (3, 400)])
def test_a_thin_picture_is_shrunk_along_its_long_side(shape):
    small = read_array("x", encoded(Image.fromarray(np.full(shape, 255, dtype=np.uint8))), max_entries=64)
    assert 0 < small.size <= 64
    assert small.min() == 1


def test_colours_of_sixteen_bits_are_refused_instead_of_halved():
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0))
    picture = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(7))) + chunk(b"IEND", b"")
    with pytest.raises(DataError, match="16 bits per channel"):
        read_array("x.png", picture)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_a_moving_picture_has_frames(kind):
    frames = [Image.fromarray(np.full((20, 30, 3), [level, 0, 99], dtype=np.uint8)) for level in (0, 120, 240)]
    options = {"lossless": True} if kind == "WEBP" else {}
    found = read_file_array("x", encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options))
    assert (found.array.shape, found.axes) == ((3, 20, 30, 3), ("frame", "row", "column", "colour"))
    np.testing.assert_allclose(found.array[:, 0, 0, 0] * 255, [0, 120, 240], atol=1)
    small = read_file_array("x", encoded(frames[0], kind, save_all=True, append_images=frames[1:]), max_entries=2000)
    assert small.array.size <= 2000
    assert "shrunk by 2 x 2" in small.note


@pytest.mark.parametrize("kind", ["BMP", "WEBP", "GIF"])
def test_more_kinds_of_pictures(kind):
    grey = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5
    options = {"lossless": True} if kind == "WEBP" else {}
    found = read_file_array("x", encoded(Image.fromarray(grey), kind, **options))
    np.testing.assert_array_equal(found.array, grey / 255)
    assert found.axes == ("row", "column")


def test_what_became_of_transparency_is_said():
    assert "became white" in read_file_array("x", encoded(Image.new("RGBA", (3, 2), (255, 0, 0, 0)))).note
    assert read_file_array("x", encoded(Image.new("RGB", (3, 2), "red"))).note == ""
