"""Lines of a study, the logs that hold them, and a process that writes some."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from tnlab.structure_search.studies.logs.base import AbstractLog
from tnlab.structure_search.studies.logs.database import DatabaseLog
from tnlab.structure_search.studies.logs.file import FileLog

LINES = [b'{"tnlab_study": 2}\n', b'{"number": 2, "word": "\\u00e9"}\n', b'{"number": 3}\n']
SERVER = os.environ.get("TNLAB_TEST_DATABASE", "")  # such as postgresql+psycopg://user:password@host/database
PROCESSES = multiprocessing.get_context("spawn")


def log_of(location: str) -> AbstractLog:
    return DatabaseLog(location) if "://" in location else FileLog(Path(location))


def numbered(number: int) -> bytes:
    return LINES[0] if number == 0 else b'{"number": %d}\n' % number


def writing(place: str, told: Connection, pause: bool = False) -> None:
    """Append numbered lines for ever, and send the number of each after it; with ``pause``, stop after the first."""
    log = log_of(place)
    log.acquire()
    for number in range(1_000_000):
        log.append(numbered(number))
        told.send(number)
        if pause:
            os.kill(os.getpid(), signal.SIGSTOP)
