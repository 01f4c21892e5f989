"""Opening of files that a user names: missing ones, folders, devices and pipes are refused, for they may never end."""

import os
import stat
from io import BufferedReader
from pathlib import Path

from tnlab.errors import DataError
from tnlab.writing import of_the_kernel


def open_file(path: str | Path) -> BufferedReader:
    """Open a file for reading.

    Raises:
        DataError: It is missing, a folder, a device, a pipe or a file of /proc or /sys, or may not be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise DataError(f"There is no file {str(path)!r:.200}.") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{str(path)!r:.200} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    file = os.fdopen(handle, "rb") if stat.S_ISREG(os.fstat(handle).st_mode) and not of_the_kernel(path) else None
    if file is None:
        folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        os.close(handle)
        what = "it is a directory" if folder else "it is a device or a pipe, whose end is not known; copy it to a file"
        raise DataError(f"{str(path)!r:.200} cannot be read: {what}.")
    return file


def read_file(path: str | Path) -> bytes:
    """Return the content of a file.

    Raises:
        DataError: It is missing, a folder, a device, a pipe or a file of /proc or /sys, or cannot be read.
    """
    with open_file(path) as file:
        try:
            return file.read()
        except OSError as error:
            raise DataError(f"{str(path)!r:.200} cannot be read: {error.strerror or error}.") from None
