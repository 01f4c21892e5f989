"""A packed file is read as what is inside; a bomb is refused."""

import gzip

import numpy as np
import pytest

from tests.data.file_kinds.opened_bytes import check_damage
from tnlab.data.files import read_array
from tnlab.errors import DataError


def test_a_packed_table_is_read():
    content = gzip.compress(b"1,2\n3,4\n")
    np.testing.assert_array_equal(read_array("x.csv.gz", content), [[1, 2], [3, 4]])
    check_damage("x.csv.gz", content)


def test_bombs():
    with pytest.raises(DataError, match="unpacks to more than"):
        read_array("x.csv.gz", gzip.compress(b"1," * 2_000_000), max_entries=100)
    with pytest.raises(DataError, match="no file that can be read"):
        read_array("x.txt.gz", gzip.compress(b"words"))
