"""A .npy file is read without unpickling, and its header is checked against its length."""

import io
import struct

import numpy as np
import pytest

from tnlab.data import read_array
from tnlab.errors import DataError


def npy(array, **options) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def test_objects_are_never_unpickled():
    array = np.empty(1, dtype=object)
    array[0] = len
    with pytest.raises(DataError, match="pickled Python objects, and those are never opened"):
        read_array("x.npy", npy(array, allow_pickle=True))


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


def test_an_array_of_65_axes_is_refused():
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (" + b"1, " * 65 + b"), }"
    content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + b"\x00" * 8
    with pytest.raises(DataError, match="has 65 axes, but at most 32"):
        read_array("x.npy", content)
