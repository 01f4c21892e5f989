"""Readers of numbers in text: tables of .csv and .tsv files, and the entries of sparse tensors in .tns files."""

import csv
import io
import itertools
import math
from array import array

import numpy as np

from tnlab.data.file_kinds.opened import FileArray, OpenedFile
from tnlab.errors import DataError

MISSING = frozenset(
    {"", "nan", "na", "n/a", "null", "none", "-", "?", "#n/a"}
)  # cells without a number, in small letters
STEP = 1024  # rows after which their number is compared with the limit


def read_table(file: OpenedFile) -> FileArray:
    """Return the numbers of a .csv or .tsv file as rows x columns, or as one axis if it has one column.

    Cells stand between commas, semicolons or tabs. A first row with words is a header, a first column with words holds
    names of rows; both are left out. Empty cells and words such as NA become NaN.

    Raises:
        DataError: A row has another number of cells, or a cell is no number; the message says where.
    """
    file.only()
    text = _text(file)
    head = text[: text.find("\n")] if "\n" in text else text
    mark = max("\t;,", key=head.count)
    comma = mark == ";"  # then numbers may be written 1,5
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    lines = ((rows.line_num, row) for row in rows if any(cell.strip() for cell in row))
    top = next(lines, (0, [""]))
    header = [cell.strip() for cell in top[1]] if any(_number(cell, comma) is None for cell in top[1]) else []
    if header:
        top = next(lines, (0, [""]))
    named = len(top[1]) > 1 and _number(top[1][0], comma) is None  # the first column has words
    if not any(top[1]):
        raise DataError(f"{file} has no row of numbers.")
    width, numbers, count = len(top[1]), array("d"), 0
    for line, row in itertools.chain([top], lines):
        numbers.extend(_row(file, line, row, width=width, skip=named, comma=comma))
        count += 1
        if count % STEP == 0:
            file.check((count, width - named))
    file.check((count, width - named))
    table = np.array(numbers).reshape(count, width - named)
    notes = ["Its header was left out."] * bool(header) + ["Its first column, of names, was left out."] * named
    axis = header[0][:40] if named and header and header[0] else "row"
    if table.shape[1] == 1:
        return FileArray(table[:, 0], axes=(axis,), note=" ".join(notes))
    return FileArray(table, axes=(axis, "column"), note=" ".join(notes))


def read_tns(file: OpenedFile) -> FileArray:
    """Return the sparse tensor of a .tns file (FROSTT) as a full array; entries that are not listed are zero.

    Every row holds the indices of an entry, from 1, and its value; # begins a comment. Entries that are listed twice
    add up.

    Raises:
        DataError: A row has another number of columns, an index is no whole number from 1, or the array is too large.

    References:
        The FROSTT file format: http://frostt.io/tensors/file-formats.html
    """
    file.only()
    try:
        rows = np.loadtxt(io.StringIO(_text(file)), comments="#", ndmin=2)
    except ValueError as error:
        raise DataError(f"{file} cannot be read as a sparse tensor: {str(error).rstrip('.')}.") from None
    if rows.size == 0 or rows.shape[1] < 2:
        raise DataError(f"{file} must have rows of at least an index and a value.")
    indices, values = rows[:, :-1], rows[:, -1]
    if not (np.isfinite(indices).all() and (indices == np.floor(indices)).all() and indices.min() >= 1):
        raise DataError(f"{file} must have whole indices, the first of every axis being 1.")
    shape = tuple(int(length) for length in indices.max(axis=0))
    file.check(shape)
    full = np.zeros(shape)
    np.add.at(full, tuple(indices.astype(np.int64).T - 1), values)
    zeros = 1 - np.count_nonzero(full) / full.size
    return FileArray(full, note=f"Entries that it does not list are zero: {zeros:.1%} of all.")


def _text(file: OpenedFile) -> str:
    content = file.content()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    if b"\0" in content:
        raise DataError(f"{file} must hold text, but has bytes that no text has.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _number(cell: str, comma: bool) -> float | None:
    """Return the number in a cell, NaN for a missing one, None for a word."""
    word = cell.strip().lower()
    if word in MISSING:
        return math.nan
    try:
        return float(word.replace(",", ".") if comma else word)
    except ValueError:
        return None


def _row(file: OpenedFile, line: int, row: list[str], *, width: int, skip: bool, comma: bool) -> list[float]:
    if len(row) != width:
        raise DataError(f"Line {line} of {file} has {len(row)} cells, but the first row of numbers has {width}.")
    numbers = []
    for place, cell in enumerate(row[skip:], start=1 + skip):
        number = _number(cell, comma)
        if number is None:
            raise DataError(f"Cell {place} of line {line} of {file} must be a number, but is {cell!r:.40}.")
        numbers.append(number)
    return numbers
