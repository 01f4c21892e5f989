"""What keeps the lines of a study: they are only ever added, by one writer at a time, and read by anybody."""

from abc import ABC, abstractmethod

MARK = b'{"tnlab_study": '  # how the first line of every study begins


class AbstractLog(ABC):
    """The lines of one study, at one location.

    Attributes:
        location: Where it is, as a user writes it.
    """

    location: str

    @abstractmethod
    def acquire(self) -> None:
        """Become its only writer, and create it where it does not exist.

        Raises:
            StudyBusyError: Somebody else is.
            DataError: It cannot be read and written.
        """

    @abstractmethod
    def release(self) -> None:
        """Let others write."""

    @abstractmethod
    def append(self, line: bytes) -> None:
        r"""Add a line that ends with ``\n``, or several; they last when this returns, whatever happens then.

        All of them are added, or none.

        Raises:
            StudyBusyError: Somebody else has become its writer.
            DataError: It cannot be written.
        """

    @abstractmethod
    def read(self, after: int = 0) -> tuple[list[bytes], int]:
        """Return the whole lines from a place on, and the place after them; 0 is the beginning.

        A line that is being written is left for the next time. What does not exist has no lines; what was deleted, and
        may have begun anew, is to be read from its beginning: the place is 0.

        Raises:
            DataError: It cannot be read.
        """

    @abstractmethod
    def delete(self) -> None:
        """Remove it for good.

        Raises:
            StudyBusyError: It is being written.
            DataError: It cannot be removed.
        """

    @abstractmethod
    def busy(self) -> str:
        """Return who writes it, in a few words; empty if nobody does."""
