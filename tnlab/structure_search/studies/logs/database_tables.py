"""The two database tables of studies, and queries on them: one row per study, with its writer, and one per line.

Needs SQLAlchemy: ``pip install 'tnlab[database]'``. Every method makes at most one transaction.
"""

import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Double,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    cast,
    create_engine,
    delete,
    event,
    extract,
    func,
    insert,
    inspect,
    literal,
    make_url,
    select,
    update,
)
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from tnlab.errors import DataError, NotInstalledError

PATIENCE = 30  # seconds to wait for a lock of another transaction
SECRET = ("password", "passwd", "pwd", "secret", "token")  # a URL setting with one of these in its name is hidden
KEPT = MetaData()
# Lengths are in characters. A key of 200 fits into the index of every database, of which MySQL's is the smallest.
STUDIES = Table(
    "tnlab_studies",
    KEPT,
    Column("name", String(200), primary_key=True),
    Column("writer", String(1000), nullable=False),
    Column("seen", Double, nullable=False),
)
LINES = Table(
    "tnlab_lines",
    KEPT,
    Column("study", String(200), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("text", Text().with_variant(LONGTEXT(), "mysql", "mariadb"), nullable=False),
)


class Tables:
    """Queries on the tables ``tnlab_studies`` and ``tnlab_lines`` of one database.

    Args:
        url: Database URL, as SQLAlchemy reads it.

    Attributes:
        location: The URL without passwords.

    Raises:
        DataError: The text is no database URL, or names an SQLite database in memory.
        NotInstalledError: The driver of this database is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            self._url = make_url(url)
            self._engine = create_engine(self._url, pool_pre_ping=True)
        except (ArgumentError, ValueError):
            raise DataError(
                "That is not the URL of a database; it looks like sqlite:///FILE or postgresql+psycopg://HOST/DATABASE."
            ) from None
        except ModuleNotFoundError as error:
            raise NotInstalledError(f"the driver {error.name}", f"{error.name}") from None
        weakref.finalize(self, self._engine.dispose)
        self._file = self._url.get_backend_name() == "sqlite"
        self._found = False
        self.location = without_password(self._url)
        if self._file:
            if self._url.database in (None, "", ":memory:"):
                raise DataError("A study needs a database that lasts; name its file, as in sqlite:///studies.db#NAME.")
            event.listen(self._engine, "connect", _patient)
        elif self._url.get_backend_name() == "postgresql":
            event.listen(self._engine, "connect", _brief)

    def create(self) -> None:
        """Create the tables that are missing."""
        with self._asked() as connection:
            if self._file:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        if not self._made():
            for last in (False, True):  # again, if another process was creating them
                try:
                    KEPT.create_all(self._engine)
                    break
                except SQLAlchemyError as error:
                    if last:
                        raise self._unusable(error) from None

    def names(self) -> list[str]:
        """Return the names of all studies, sorted."""
        if not self._made():
            return []
        with self._asked() as connection:
            return list(connection.scalars(select(STUDIES.c.name).order_by(STUDIES.c.name)))

    def lines(self, study: str, after: int) -> list[tuple[int, str]]:
        """Return place and text of the lines of a study after a place, in order."""
        if not self._made():
            return []
        asked = select(LINES.c.place, LINES.c.text).where(LINES.c.study == study, LINES.c.place > after)
        with self._asked() as connection:
            return [(place, text) for place, text in connection.execute(asked.order_by(LINES.c.place))]

    def last(self, study: str) -> int:
        """Return the place of the last line of a study; 0 if it has none."""
        if not self._made():
            return 0
        with self._asked() as connection:
            return self._last(connection, study)

    def writer(self, study: str) -> tuple[str, float] | None:
        """Return the writer of a study, empty for none, and the seconds since its renewal; None without a study."""
        if not self._made():
            return None
        asked = select(STUDIES.c.writer, self._clock - STUDIES.c.seen).where(STUDIES.c.name == study)
        with self._asked() as connection:
            found = connection.execute(asked).one_or_none()
        return None if found is None else (found[0], float(found[1]))

    def enter(self, study: str) -> None:
        """Insert the row of a study, without a writer, unless there is one."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(STUDIES).values(name=study, writer="", seen=0.0))
        except IntegrityError:
            pass
        except SQLAlchemyError as error:
            raise self._unusable(error) from None

    def take(self, study: str, old: str, new: str) -> int | None:
        """Replace the writer ``old`` by ``new``; return the last line's place, None if ``old`` was not the writer."""
        with self._asked() as connection:
            return self._last(connection, study) if self._signed(connection, study, old, new) else None

    def sign(self, study: str, writer: str, after: str | None = None) -> bool:
        """Renew the lease of a writer, or replace the writer by ``after``; return whether it was the writer."""
        with self._asked() as connection:
            return self._signed(connection, study, writer, writer if after is None else after)

    def add(self, study: str, writer: str, place: int, texts: list[str]) -> bool:
        """Insert lines from a place on if ``writer`` is the writer; return whether it was."""
        rows = [{"study": study, "place": place + k, "text": text} for k, text in enumerate(texts)]
        with self._asked() as connection:
            if not self._signed(connection, study, writer, writer):
                return False
            connection.execute(insert(LINES), rows)
            return True

    def remove(self, study: str, writer: str) -> bool:
        """Delete a study with its lines if ``writer`` is the writer; return whether it was."""
        with self._asked() as connection:
            if not self._signed(connection, study, writer, writer):
                return False
            connection.execute(delete(LINES).where(LINES.c.study == study))
            connection.execute(delete(STUDIES).where(STUDIES.c.name == study))
            return True

    def close(self) -> None:
        """Close the database connections; the next query opens one."""
        self._engine.dispose()

    @staticmethod
    def _last(connection: Connection, study: str) -> int:
        """Return the place of the last line of a study, within a transaction; 0 if it has none."""
        return connection.scalar(select(func.max(LINES.c.place)).where(LINES.c.study == study)) or 0

    def _signed(self, connection: Connection, study: str, old: str, new: str) -> bool:
        """Replace the writer ``old`` of a study by ``new``, with a new lease; return False if ``old`` did not hold it.

        The update locks the row of the study until the end of the transaction.
        """
        mine = (STUDIES.c.name == study) & (STUDIES.c.writer == old)
        return connection.execute(update(STUDIES).where(mine).values(writer=new, seen=self._clock)).rowcount == 1

    @property
    def _clock(self) -> ColumnElement[float]:
        """The time in seconds since 1970: on PostgreSQL that of the server, as the clocks of writers may differ."""
        if self._url.get_backend_name() == "postgresql":
            return cast(extract("epoch", func.clock_timestamp()), Double)
        return literal(time.time(), Double)

    def _made(self) -> bool:
        """Return whether the tables exist, without creating the file of an SQLite database."""
        if not self._found and not (self._file and not Path(str(self._url.database)).exists()):
            with self._asked() as connection:
                self._found = inspect(connection).has_table(LINES.name)
        return self._found

    @contextmanager
    def _asked(self) -> Iterator[Connection]:
        """Open a transaction; database errors in it become a DataError of one sentence."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: SQLAlchemyError) -> DataError:
        """Return a DataError that quotes the first line of a database error, with secrets replaced by ***."""
        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0].rstrip(".")
        for secret in _secrets(self._url):
            said = said.replace(secret, "***").replace(quote_plus(secret), "***")
        return DataError(f"The database {self.location!r} cannot be used: {said:.300}.")


def without_password(url: URL | str) -> str:
    """Return a database URL with its password, and secret settings after the question mark, replaced by ***."""
    url = make_url(url)
    return url.update_query_dict(dict.fromkeys(_hidden(url), "***")).render_as_string().replace("%2A", "*")


def _patient(connection: Any, _record: object) -> None:
    """Set up an SQLite connection: wait ``PATIENCE`` seconds for locks, and flush every commit to disk."""
    connection.execute(f"PRAGMA busy_timeout={1000 * PATIENCE}")
    connection.execute("PRAGMA synchronous=FULL")


def _brief(connection: Any, _record: object) -> None:
    """Set up a PostgreSQL connection: the server ends its transactions that idle, or wait, ``PATIENCE`` seconds.

    So a writer that is paused within a transaction does not block others for ever.
    """
    cursor = connection.cursor()
    for name in ("idle_in_transaction_session_timeout", "lock_timeout"):
        cursor.execute(f"SET {name} = {1000 * PATIENCE}")
    cursor.close()
    connection.commit()


def _hidden(url: URL) -> dict[str, str]:
    """Return the settings after the question mark of a URL whose names contain a word of ``SECRET``."""
    return {name: str(value) for name, value in url.query.items() if any(word in name.lower() for word in SECRET)}


def _secrets(url: URL) -> list[str]:
    """Return the password and the secret settings of a URL."""
    return [str(secret) for secret in (url.password, *_hidden(url).values()) if secret]
