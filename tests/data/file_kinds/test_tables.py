"""Tables and sparse tensors in text come back; a wrong cell is named by its line."""

import numpy as np
import pytest

from tnlab.data.files import read_array, read_file_array
from tnlab.errors import DataError


@pytest.mark.parametrize(
    ("name", "text", "array", "axes", "note"),
    [
        ("x.csv", "1,2,3\n4,5,6\n", [[1, 2, 3], [4, 5, 6]], ("row", "column"), ""),
        ("x.csv", "\ufeffcity,jan,feb\nParis,1,2\n\nOslo,3,4", [[1, 2], [3, 4]], ("city", "column"), "header"),
        ("x.csv", "t;a\n1,5;2\n2,5;3\n", [[1.5, 2], [2.5, 3]], ("row", "column"), "header"),
        ("x.tsv", "1\t2\r\n3\t4\r\n", [[1, 2], [3, 4]], ("row", "column"), ""),
        ("x.csv", "value\n1\n2\n3\n", [1, 2, 3], ("row",), "header"),
        ("x.csv", '"a","b"\n"1","2"\n', [[1, 2]], ("row", "column"), "header"),
        ("X.CSV", "1,,3\n4,NA,nan", [[1, np.nan, 3], [4, np.nan, np.nan]], ("row", "column"), ""),
    ],
)
def test_a_table_comes_back(name, text, array, axes, note):
    found = read_file_array(name, text.encode())
    np.testing.assert_array_equal(found.array, array)
    assert found.axes == axes
    assert note in found.note


def test_other_encodings():
    np.testing.assert_array_equal(read_array("x.csv", "höhe,b\n1,2\n".encode("utf-16")), [[1, 2]])
    np.testing.assert_array_equal(read_array("x.csv", "höhe,b\n1,2\n".encode("latin-1")), [[1, 2]])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1,2\n3\n", "Line 2 of 'x.csv' has 1 cells, but the first row of numbers has 2"),
        ("a,b\n1,2\n3,x\n", "Cell 2 of line 3 of 'x.csv' must be a number, but is 'x'"),
        ("a,b\n", "no row of numbers"),
        ("\n \n", "no row of numbers"),
        ("1,\0", "must hold text"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(text, sentence):
    with pytest.raises(DataError, match=sentence):
        read_array("x.csv", text.encode())


def test_a_long_table_ends_at_the_limit():
    with pytest.raises(DataError, match="at most 1,000"):
        read_array("x.csv", b"1,2\n" * 5000, max_entries=1000)
    with pytest.raises(DataError, match="at most 1,000"):
        read_array("x.csv", b"1,2\n" * 600, max_entries=1000)


def test_a_sparse_tensor_comes_back():
    found = read_file_array("x.tns", b"# a comment\n1 1 2 5.0\n3 2 1 -1.5\n3 2 1 0.5\n")
    full = np.zeros((3, 2, 2))
    full[0, 0, 1], full[2, 1, 0] = 5, -1
    np.testing.assert_array_equal(found.array, full)
    assert "are zero: 83.3% of all" in found.note


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0 1 5\n", "the first of every axis being 1"),
        ("1.5 1 5\n", "whole indices"),
        ("1 1 5\n1 5\n", "cannot be read as a sparse tensor"),
        ("7\n", "at least an index"),
        ("", "empty"),
        ("999999 999999 999999 1\n", "entries, but at most"),
        ("1e300 1 1\n", "entries, but at most"),
    ],
)
def test_a_wrong_sparse_tensor_is_refused(text, sentence):
    with pytest.raises(DataError, match=sentence):
        read_array("x.tns", text.encode())
