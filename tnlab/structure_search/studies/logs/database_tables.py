"""The two tables of studies in a database: one row per study, which names its writer, and one row per line.

Needs SQLAlchemy: ``pip install 'tnlab[database]'``. Every method is one transaction, or none at all.
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

PATIENCE = 30  # seconds that others may keep a lock
SECRET = ("password", "passwd", "pwd", "secret", "token")
KEPT = MetaData()
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
    """The tables of one database, and what a log asks of them.

    Attributes:
        location: Its URL without the password.

    Raises:
        DataError: The URL makes no sense, or names a database that would be gone at once.
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
        """Make the tables where they are missing."""
        with self._asked() as connection:
            if self._file:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        if not self._made():
            for last in (False, True):  # somebody else may make them at this moment
                try:
                    KEPT.create_all(self._engine)
                    break
                except SQLAlchemyError as error:
                    if last:
                        raise self._unusable(error) from None

    def names(self) -> list[str]:
        """Return the names of the studies that are kept, in order."""
        if not self._made():
            return []
        with self._asked() as connection:
            return list(connection.scalars(select(STUDIES.c.name).order_by(STUDIES.c.name)))

    def lines(self, study: str, after: int) -> list[tuple[int, str]]:
        """Return the places and texts of the lines after a place."""
        if not self._made():
            return []
        asked = select(LINES.c.place, LINES.c.text).where(LINES.c.study == study, LINES.c.place > after)
        with self._asked() as connection:
            return [(place, text) for place, text in connection.execute(asked.order_by(LINES.c.place))]

    def last(self, study: str) -> int:
        """Return the place of the last line; 0 if there is none."""
        if not self._made():
            return 0
        with self._asked() as connection:
            return self._last(connection, study)

    def writer(self, study: str) -> tuple[str, float] | None:
        """Return who writes a study, empty for nobody, and the seconds since its last sign; None if there is none."""
        if not self._made():
            return None
        asked = select(STUDIES.c.writer, self._clock - STUDIES.c.seen).where(STUDIES.c.name == study)
        with self._asked() as connection:
            found = connection.execute(asked).one_or_none()
        return None if found is None else (found[0], float(found[1]))

    def enter(self, study: str) -> None:
        """Make the row of a study that nobody writes, unless there is one."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(STUDIES).values(name=study, writer="", seen=0.0))
        except IntegrityError:
            pass
        except SQLAlchemyError as error:
            raise self._unusable(error) from None

    def take(self, study: str, old: str, new: str) -> int | None:
        """Hand a study from one writer to another; return the place of its last line, None if it was another's."""
        with self._asked() as connection:
            return self._last(connection, study) if self._signed(connection, study, old, new) else None

    def sign(self, study: str, writer: str, after: str | None = None) -> bool:
        """Say that a writer is alive, or (``after``) who comes after it; return whether it was the writer."""
        with self._asked() as connection:
            return self._signed(connection, study, writer, writer if after is None else after)

    def add(self, study: str, writer: str, place: int, texts: list[str]) -> bool:
        """Add lines, from a place on, all or none; return whether this was the writer."""
        rows = [{"study": study, "place": place + k, "text": text} for k, text in enumerate(texts)]
        with self._asked() as connection:
            if not self._signed(connection, study, writer, writer):
                return False
            connection.execute(insert(LINES), rows)
            return True

    def remove(self, study: str, writer: str) -> bool:
        """Delete a study with its lines; return whether this was the writer."""
        with self._asked() as connection:
            if not self._signed(connection, study, writer, writer):
                return False
            connection.execute(delete(LINES).where(LINES.c.study == study))
            connection.execute(delete(STUDIES).where(STUDIES.c.name == study))
            return True

    def close(self) -> None:
        """Hang up; the next question calls again."""
        self._engine.dispose()

    @staticmethod
    def _last(connection: Connection, study: str) -> int:
        return connection.scalar(select(func.max(LINES.c.place)).where(LINES.c.study == study)) or 0

    def _signed(self, connection: Connection, study: str, old: str, new: str) -> bool:
        """Lock the row of a study for this transaction, if ``old`` writes it, and have ``new`` write it."""
        mine = (STUDIES.c.name == study) & (STUDIES.c.writer == old)
        return connection.execute(update(STUDIES).where(mine).values(writer=new, seen=self._clock)).rowcount == 1

    @property
    def _clock(self) -> ColumnElement[float]:
        """The time in seconds: that of the server where it has one, for machines may disagree."""
        if self._url.get_backend_name() == "postgresql":
            return cast(extract("epoch", func.clock_timestamp()), Double)
        return literal(time.time(), Double)

    def _made(self) -> bool:
        """Return whether there are tables; looking for a file does not make it."""
        if not self._found and not (self._file and not Path(str(self._url.database)).exists()):
            with self._asked() as connection:
                self._found = inspect(connection).has_table(LINES.name)
        return self._found

    @contextmanager
    def _asked(self) -> Iterator[Connection]:
        """A transaction, whose errors are said in one sentence."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: SQLAlchemyError) -> DataError:
        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0].rstrip(".")
        for secret in _secrets(self._url):
            said = said.replace(secret, "***").replace(quote_plus(secret), "***")
        return DataError(f"The database {self.location!r} cannot be used: {said:.300}.")


def without_password(url: URL | str) -> str:
    """Return a URL without its password."""
    url = make_url(url)
    return url.update_query_dict(dict.fromkeys(_hidden(url), "***")).render_as_string().replace("%2A", "*")


def _patient(connection: Any, _record: object) -> None:
    """Have a new connection to a file wait for others, and keep what was committed even if the power fails."""
    connection.execute(f"PRAGMA busy_timeout={1000 * PATIENCE}")
    connection.execute("PRAGMA synchronous=FULL")


def _brief(connection: Any, _record: object) -> None:
    """Have the server end a transaction of ours that stands still, so that a paused writer keeps nobody waiting."""
    cursor = connection.cursor()
    for name in ("idle_in_transaction_session_timeout", "lock_timeout"):
        cursor.execute(f"SET {name} = {1000 * PATIENCE}")
    cursor.close()
    connection.commit()


def _hidden(url: URL) -> dict[str, str]:
    """Return the settings behind the question mark that nobody should see."""
    return {name: str(value) for name, value in url.query.items() if any(word in name.lower() for word in SECRET)}


def _secrets(url: URL) -> list[str]:
    return [str(secret) for secret in (url.password, *_hidden(url).values()) if secret]
