"""A log of lines in a file. Its writer locks a second file beside it; the system frees the lock when it dies."""

import errno
import os
from contextlib import suppress
from io import FileIO
from pathlib import Path

from filelock import FileLock, Timeout
from typing_extensions import override

from tnlab.errors import DataError, StudyBusyError
from tnlab.structure_search.studies.logs.base import MARK, AbstractLog
from tnlab.structure_search.studies.logs.writer import Writer
from tnlab.writing import of_the_kernel

PIECE = 2**20  # bytes read at a time while the last newline is looked for
PATIENCE = 0.5  # seconds to wait for the lock, which ``busy`` of another process holds for an instant


class FileLog(AbstractLog):
    """The lines of one study in a file.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.location = str(path)
        self._path = path
        self._file: FileIO | None = None
        real = os.path.realpath(path)  # a link and its target share one lock
        self._lock = FileLock(f"{real}.lock", timeout=PATIENCE, thread_local=False)

    @override
    def acquire(self) -> None:
        self._check()
        try:
            self._lock.acquire()
            self._file = FileIO(self._path, "a+")
            self._cut(self._file)
            self._sign()
        except Timeout:
            raise StudyBusyError(
                f"The study {self.location!r} is being written by {self._writer()}. Watch it, or stop it there first."
            ) from None
        except OSError as error:
            self.release()
            raise self._unusable(error) from None

    @override
    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        self._lock.release()

    @override
    def append(self, line: bytes) -> None:
        assert self._file is not None, "acquire the log first"
        found = os.fstat(self._file.fileno())
        try:
            if not found.st_nlink:
                raise FileNotFoundError(errno.ENOENT, "it was removed")
            left = memoryview(line)
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):  # take back what was written of it
                self._file.truncate(found.st_size)
            raise self._unusable(error) from None

    @override
    def read(self, after: int = 0) -> tuple[list[bytes], int]:
        self._check_kind()
        try:
            with self._path.open("rb") as file:
                if after > file.seek(0, os.SEEK_END):
                    return [], 0
                file.seek(after)
                content = file.read()
        except FileNotFoundError:
            return [], 0
        except OSError as error:
            raise self._unusable(error) from None
        whole = content[: content.rfind(b"\n") + 1]
        return whole.splitlines(keepends=True), after + len(whole)

    @override
    def delete(self) -> None:
        self.acquire()
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unusable(error) from None
        finally:
            with suppress(OSError):  # while it is held: a waiting process then locks a new file
                Path(self._lock.lock_file).unlink()
            self.release()

    @override
    def busy(self) -> str:
        if self._file is not None or not Path(self._lock.lock_file).exists():
            return ""
        try:
            with FileLock(self._lock.lock_file, timeout=0):
                return ""
        except Timeout:
            return self._writer()
        except OSError:
            return ""

    def _check_kind(self) -> None:
        if self._path.exists() and (not self._path.is_file() or of_the_kernel(self._path)):
            raise DataError(f"A study must be a file, but {self.location!r} is a folder or a device.")

    def _check(self) -> None:
        """Raise a DataError, before anything is changed, if the path is a folder, a device or no study."""
        self._check_kind()
        if not self._path.parent.is_dir():
            raise DataError(f"The study {self.location!r} cannot be read and written: there is no such folder.")
        try:
            with self._path.open("rb") as file:
                head = file.read(len(MARK))
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unusable(error) from None
        if not MARK.startswith(head):
            raise DataError(f"{self.location!r} is not a study; name another file, which need not exist.")

    @staticmethod
    def _cut(file: FileIO) -> None:
        """Truncate a file after its last newline: a writer that died left an incomplete line."""
        size = end = file.seek(0, os.SEEK_END)
        while end:
            begin = max(0, end - PIECE)
            file.seek(begin)
            found = file.read(end - begin).rfind(b"\n")
            if found >= 0:
                end = begin + found + 1
                break
            end = begin
        if end < size:
            file.truncate(end)

    def _sign(self) -> None:
        """Write the writer into the locked file, so that other processes can name it."""
        with suppress(OSError):  # not every system lets a locked file be written
            Path(self._lock.lock_file).write_text(Writer.here().text)

    def _writer(self) -> str:
        """Return the writer that the lock file names, in words."""
        try:
            return Writer.parsed(Path(self._lock.lock_file).read_text()).words
        except (OSError, UnicodeDecodeError):
            return "another process"

    def _unusable(self, error: OSError) -> DataError:
        """Return the DataError for an error of the file system."""
        return DataError(f"The study {self.location!r} cannot be read and written: {error.strerror or error}.")
