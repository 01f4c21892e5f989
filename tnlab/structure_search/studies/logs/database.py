"""A log of lines in a database that several machines share: lines are rows, and one process at a time adds rows.

The writer holds a lease, which a thread renews every ``BEAT`` seconds. A writer that has not renewed it for ``SILENCE``
seconds, or has died on this machine, loses the lease to the next process that asks for it. Every append checks the
lease in its own transaction, so that a writer that lost it can add nothing.
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

BEAT = 10.0  # seconds between renewals of the lease
SILENCE = 60.0  # seconds without a renewal after which the lease has ended: several renewals may be lost
NAME = re.compile(r"[\w .,+()=-]{1,200}")  # names of studies: as long as their column in the database


class DatabaseLog(AbstractLog):
    """The lines of one study in a database.

    Args:
        location: Database URL and name of the study in it, as in ``postgresql+psycopg://HOST/DATABASE#NAME``.

    Raises:
        DataError: The URL is none, the name is missing or has other characters, or the database is in memory.
        NotInstalledError: SQLAlchemy, or the driver of this database, is not installed.
    """

    def __init__(self, location: str) -> None:
        url, _, self._name = location.rpartition("#")
        if not url or not NAME.fullmatch(self._name):
            raise DataError(
                "A study in a database needs a name of letters, digits, spaces and . , + ( ) = - _ after "
                "the URL, as in sqlite:///studies.db#camera; a # of the URL itself is %23."
            )
        self._tables = _tables_of(url)
        self.location = f"{self._tables.location}#{self._name}"
        self._me: Writer | None = None
        self._place = 0
        self._left = threading.Event()

    @staticmethod
    def names(url: str) -> list[str]:
        """Return the names of the studies in a database.

        Raises:
            DataError: The database cannot be read.
            NotInstalledError: SQLAlchemy, or the driver of this database, is not installed.
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
            raise StudyBusyError(
                f"The study {self.location!r} is being written by {self.busy() or 'another process'}. "
                "Watch it, or stop it there first."
            )
        self._me, self._place = me, found
        self._left = threading.Event()
        weakref.finalize(self, self._left.set)
        threading.Thread(target=_sign, args=(weakref.ref(self), self._left), daemon=True, name="study lease").start()

    @override
    def release(self) -> None:
        me, self._me = self._me, None
        self._left.set()
        if me is not None:
            with suppress(DataError):  # the database cannot be reached: the lease runs out by itself
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
        """Renew the lease; return False if this process is not the writer any more."""
        try:
            return self._me is not None and self._tables.sign(self._name, self._me.text)
        except DataError:  # the database cannot be reached now; the next renewal tries again
            return True

    def _lost(self) -> StudyBusyError:
        """Return the error of a writer whose lease another process has taken."""
        return StudyBusyError(
            f"The study {self.location!r} has been taken over by {self.busy() or 'another process'}, "
            "as this one did not renew its lease; what it found since is not kept."
        )


def _alive(writer: str, silent: float) -> bool:
    """Return whether a writer, given as JSON and seconds since its last renewal, still holds the lease."""
    return writer != "" and silent < SILENCE and not Writer.parsed(writer).dead


def _sign(log: "weakref.ref[DatabaseLog]", left: threading.Event) -> None:
    """Renew the lease of a log every ``BEAT`` seconds, until it is released, lost or garbage collected."""
    while not left.wait(BEAT):
        writer = log()
        if writer is None or not writer.sign():
            return
        del writer


def _tables_of(url: str) -> "Tables":
    """Return the tables of a database; import SQLAlchemy only now, and say how to install it if it is missing."""
    try:
        from tnlab.structure_search.studies.logs.database_tables import Tables  # noqa: PLC0415  (optional)
    except ModuleNotFoundError as error:
        if error.name != "sqlalchemy":
            raise
        raise NotInstalledError("SQLAlchemy", "'tnlab[database]'") from None
    return Tables(url)
