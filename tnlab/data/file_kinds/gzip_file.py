"""Unpacking of a file that gzip has packed, within limits."""

import gzip
from dataclasses import replace
from io import BytesIO

from tnlab.data.file_kinds.opened import OpenedFile
from tnlab.errors import DataError
from tnlab.free_memory import free_memory

ENTRY = 32  # bytes that one entry may take, as text
SPARE = 2**20  # bytes for headers
STEP = 2**20  # bytes that are unpacked at a time


def unpacked(file: OpenedFile) -> OpenedFile:
    """Return the file inside a .gz file, under its name without the ending.

    Raises:
        DataError: It unpacks to more than an array may take that is read.
    """
    most = free_memory() // 2 if file.max_entries is None else file.max_entries * ENTRY + SPARE
    inside = BytesIO()
    with gzip.GzipFile(fileobj=file.stream) as stream:
        while part := stream.read(STEP):
            inside.write(part)
            if inside.tell() > most:
                raise DataError(f"{file} unpacks to more than {most:,} bytes; unpack it and crop it first.")
    length = inside.tell()
    inside.seek(0)
    name = file.name[:-3] if file.name.lower().endswith(".gz") else file.name
    return replace(file, name=name, stream=inside, length=length)
