"""Writing of files: whole or not at all, through links, with the permissions of the file that is replaced.

The content goes to a temporary file beside the target, which then takes the target's place in one step. A failure or a
power cut leaves the old file as it was. Other hard links to the old file keep the old content.
"""

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from tnlab.errors import DataError

NOT_FILES = tuple(map(Path, ("/proc", "/sys", "/dev")))  # the kernel's: writing there does something else than keep
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - files in memory, the one place in /dev for files
WHY = {  # what to do about a failure, by its errno
    errno.ENOENT: "there is no such folder; make it first, or name another",
    errno.ENOTDIR: "a part of its path is a file, not a folder",
    errno.EACCES: "its folder, or the file that is there, may not be written; name a place of your own",
    errno.EPERM: "its folder, or the file that is there, may not be written; name a place of your own",
    errno.EROFS: "its disk is read-only; name a place on another",
    errno.ENOSPC: "its disk is full; make room, or name a place on another",
    errno.EDQUOT: "your quota of its disk is used up; make room, or name a place on another",
    errno.EFBIG: "the file would be larger than is allowed here; name a place on another disk, or ask for more",
    errno.ENAMETOOLONG: "its name is too long; choose a shorter one",
    errno.ELOOP: "its links lead in a circle",
}


def write_file(path: str | Path, content: bytes, *, suffixes: tuple[str, ...] = ()) -> None:
    """Write a file atomically.

    A link is followed. A new file has the permissions that the umask leaves, a replaced one keeps its own.

    Args:
        path: Where to write.
        content: What to write.
        suffixes: Suffixes that a name may have, in lower case, the usual one first; a name without any is allowed too.
            Empty for any suffix.

    Raises:
        DataError: The suffix is another; the path is a folder, a device or in no folder; or the file cannot be written.
            What was there is left as it was.
    """
    target = check_place(path, suffixes=suffixes)
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        _write(part, content, target)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        with suppress(OSError):  # it is gone if all went well
            part.unlink()


def check_place(path: str | Path, *, suffixes: tuple[str, ...] = ()) -> Path:
    """Return the file that ``write_file`` would write, all links followed; nothing is written.

    Args:
        path: Where to write.
        suffixes: As for ``write_file``.

    Raises:
        DataError: The file could not be written: a wrong suffix, a folder, a device, or a place without permission.
    """
    named = Path(path)
    if suffixes and named.suffix and named.suffix.lower() not in suffixes:
        raise DataError(
            f"{str(path)!r:.200} cannot be written: what is stored there is a {suffixes[0]} file, not a "
            f"{named.suffix:.20} file; call it {named.with_suffix(suffixes[0]).name!r:.200}."
        )
    try:
        target = Path(os.path.realpath(named))
        old = _stat(target)
        _check_kind(named, old)
        if not stat.S_ISDIR(target.parent.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "")
        if not os.access(target.parent, os.W_OK | os.X_OK) or (old is not None and not os.access(target, os.W_OK)):
            raise PermissionError(errno.EACCES, "")
    except OSError as error:
        raise _unwritable(path, error) from None
    except ValueError as error:  # a null character
        raise DataError(f"{str(path)!r:.200} cannot be written: {error}.") from None
    return target


def of_the_kernel(path: str | Path) -> bool:
    """Return whether a path, or what its links lead to, lies in /dev, /proc or /sys; /dev/shm does not count."""
    return any(
        place.is_relative_to(top) and not place.is_relative_to(SHARED_MEMORY)
        for place in (Path(path).absolute(), Path(os.path.realpath(path)))
        for top in NOT_FILES
    )


def _stat(path: Path) -> os.stat_result | None:
    """Return the state of a path, None if nothing is there; a link that is left leads in a circle."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode):
        raise OSError(errno.ELOOP, "")
    return found


def _check_kind(named: Path, old: os.stat_result | None) -> None:
    """Refuse what is no file of a disk: a folder, a device, a pipe, or a place in /dev, /proc or /sys."""
    if old is not None and stat.S_ISDIR(old.st_mode):
        raise DataError(f"{str(named)!r:.200} cannot be written: it is a folder; name a file in it.")
    if of_the_kernel(named) or (old is not None and not stat.S_ISREG(old.st_mode)):
        raise DataError(f"{str(named)!r:.200} cannot be written: it is a device or a pipe; name a file on a disk.")


def _write(part: Path, content: bytes, target: Path) -> None:
    """Write to a new file ``part``, give it the owner and permissions of the target, and rename it to the target."""
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if target.exists() and hasattr(os, "fchown"):
            old = target.stat()
            with suppress(OSError):  # another owner's file in a folder of ours becomes our own
                os.fchown(descriptor, old.st_uid, old.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
        os.fsync(descriptor)
    part.replace(target)


def _unwritable(path: str | Path, error: OSError) -> DataError:
    why = WHY.get(error.errno or 0) or error.strerror or str(error)
    return DataError(f"{str(path)!r:.200} cannot be written: {why}.")
