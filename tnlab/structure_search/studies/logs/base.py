"""The interface of an append-only log of lines, which has one writer at a time and any number of readers."""

from abc import ABC, abstractmethod

MARK = b'{"tnlab_study": '  # the first bytes of every study


class AbstractLog(ABC):
    """The lines of one study, at one location.

    Attributes:
        location: Path, or ``DATABASE_URL#NAME`` with the password hidden.
    """

    location: str

    @abstractmethod
    def acquire(self) -> None:
        """Become the only writer, and create the log if it does not exist.

        Raises:
            StudyBusyError: Another process is the writer.
            DataError: The log cannot be read and written.
        """

    @abstractmethod
    def release(self) -> None:
        """Stop being the writer, so that another process can be; do nothing if this process is not."""

    @abstractmethod
    def append(self, line: bytes) -> None:
        r"""Add one or more lines, each ending in ``\n``, atomically: all of them or none.

        When this returns they are on disk, and survive a crash of the process or the machine.

        Raises:
            StudyBusyError: Another process has become the writer.
            DataError: The log cannot be written.
        """

    @abstractmethod
    def read(self, after: int = 0) -> tuple[list[bytes], int]:
        """Return the complete lines after a position, and the position after them.

        A last line that is not complete yet is left out. A log that does not exist has no lines. If the log was deleted
        since ``after`` was returned, there are no lines and the position is 0: read it again from the beginning.

        Args:
            after: Position that an earlier call returned; 0 is the beginning.

        Raises:
            DataError: The log cannot be read.
        """

    @abstractmethod
    def delete(self) -> None:
        """Delete the log with all its lines.

        Raises:
            StudyBusyError: Another process is the writer.
            DataError: The log cannot be deleted.
        """

    @abstractmethod
    def busy(self) -> str:
        """Return which other process writes the log, such as "process 12 on host"; empty if none does."""
