"""A study in a database that many machines share: its lines are rows, and one process at a time may add some.

The writer has a lease: it says every few seconds that it is alive. Who does not, or has died on this machine, loses the
lease to the next who asks, and from then on none of its lines is taken: every line is added in one transaction with
the question whose lease it is.
"""

import re
import threading
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING

from typing_extensions import override

from tnlab.errors import DataError, NotInstalledError, StudyBusyError
from tnlab.structure_search.studies.logs.base import AbstractLog
from tnlab.structure_search.studies.logs.writer import Writer

if TYPE_CHECKING:
    from tnlab.structure_search.studies.logs.database_tables import Tables

BEAT, SILENCE = 10.0, 60.0  # seconds between two signs of life, and after which there were none
NAME = re.compile(r"[\w .,+()=-]{1,200}")


class DatabaseLog(AbstractLog):
    """The lines of one study in a database.

    Args:
        location: The database and the name of the study in it, as in ``postgresql+psycopg://HOST/DATABASE#NAME``.

    Raises:
        DataError: The location makes no sense.
        NotInstalledError: SQLAlchemy is not installed, or not the driver of this database.
    """

    def __init__(self, location: str) -> None:
        url, _, self._name = location.rpartition("#")
        if not url or not NAME.fullmatch(self._name):
            raise DataError("A study in a database needs a name of letters, digits, spaces and . , + ( ) = - _ after "
                            "the URL, as in sqlite:///studies.db#camera; a # of the URL itself is %23.")  # fmt: skip
        self._tables = _tables_of(url)
        self.location = f"{self._tables.location}#{self._name}"
        self._me: Writer | None = None
        self._place = 0
        self._left = threading.Event()

    @staticmethod
    def names(url: str) -> list[str]:
        """Return the names of the studies in a database.

        Raises:
            DataError: It cannot be read.
            NotInstalledError: SQLAlchemy is not installed, or not the driver of this database.
        """
        tables = _tables_of(url)
        try:
            return tables.names()
        finally:
            tables.close()

    @override
    def acquire(self) -> None:
        if self._me is not None:
            return
        self._tables.create()
        me = Writer.here()
        held = self._tables.writer(self._name)
        if held is None:
            self._tables.enter(self._name)
            held = "", SILENCE
        found = None if _alive(*held) else self._tables.take(self._name, held[0], me.text)
        if found is None:
            raise StudyBusyError(f"The study {self.location!r} is being written by {self.busy() or 'another process'}. "
                                 "Watch it, or stop it there first.")  # fmt: skip
        self._me, self._place = me, found
        self._left = threading.Event()
        weakref.finalize(self, self._left.set)
        threading.Thread(target=_sign, args=(weakref.ref(self), self._left), daemon=True, name="study lease").start()

    @override
    def release(self) -> None:
        me, self._me = self._me, None
        self._left.set()
        if me is not None:
            with suppress(DataError):  # out of reach: the lease will end without us
                self._tables.sign(self._name, me.text, after="")
        self._tables.close()

    @override
    def append(self, line: bytes) -> None:
        assert self._me is not None, "acquire the log first"
        texts = [part.decode() for part in line.splitlines()]
        if not self._tables.add(self._name, self._me.text, self._place + 1, texts):
            raise self._lost()
        self._place += len(texts)

    @override
    def read(self, after: int = 0) -> tuple[list[bytes], int]:
        found = self._tables.lines(self._name, after)
        if found:
            return [text.encode() + b"\n" for _, text in found], found[-1][0]
        return [], after if self._tables.last(self._name) >= after else 0

    @override
    def delete(self) -> None:
        if self._tables.writer(self._name) is None:
            return
        self.acquire()
        assert self._me is not None
        try:
            if not self._tables.remove(self._name, self._me.text):
                raise self._lost()
        finally:
            self.release()

    @override
    def busy(self) -> str:
        writer, silent = self._tables.writer(self._name) or ("", SILENCE)
        mine = self._me is not None and writer == self._me.text
        return Writer.parsed(writer).words if _alive(writer, silent) and not mine else ""

    def sign(self) -> bool:
        """Say that the writer is alive; return whether it still is the writer."""
        try:
            return self._me is not None and self._tables.sign(self._name, self._me.text)
        except DataError:  # out of reach for now
            return True

    def _lost(self) -> StudyBusyError:
        return StudyBusyError(f"The study {self.location!r} has been taken over by {self.busy() or 'another process'}, "
                              "for this one had given no sign of life; what it found since is not kept.")  # fmt: skip


def _alive(writer: str, silent: float) -> bool:
    return writer != "" and silent < SILENCE and not Writer.parsed(writer).dead


def _sign(log: "weakref.ref[DatabaseLog]", left: threading.Event) -> None:
    """Give a sign of life from time to time, until the writer has left."""
    while not left.wait(BEAT):
        writer = log()
        if writer is None or not writer.sign():
            return
        del writer


def _tables_of(url: str) -> "Tables":
    try:
        from tnlab.structure_search.studies.logs.database_tables import Tables  # noqa: PLC0415  (optional)
    except ModuleNotFoundError as error:
        if error.name != "sqlalchemy":
            raise
        raise NotInstalledError("SQLAlchemy", "'tnlab[database]'") from None
    return Tables(url)
