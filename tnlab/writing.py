"""Writing of files: whole or not at all, through links, with the permissions of the file that is replaced.

The content goes to a temporary file beside the target, which then takes the target's place in one step. A failure or a
power cut leaves the old file as it was. Other hard links to the old file keep the old content.
"""

import errno
import os
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
    errno.EBUSY: "another file is mounted in its place, or it is in use; name another file",
    errno.ENAMETOOLONG: "its name is too long; choose a shorter one",
    errno.ELOOP: "its links lead in a circle",
}
MOUNTS = Path("/proc/self/mountinfo")  # what is mounted where; the fifth word of a line is the place
WORD = str.maketrans({"\\": r"\134", " ": r"\040", "\t": r"\011", "\n": r"\012"})  # how a place is written there
parts: set[Path] = set()  # the unfinished files of this process
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=parts.clear)  # those are the parent's


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
            What was there is left as it was. Where the system does not let it be replaced, which was not to be known
            before, the content is kept beside it, under a name that the error says.
    """
    target = check_place(path, suffixes=suffixes)
    part = target.with_name(f".{os.urandom(8).hex()}.part")
    parts.add(part)
    try:
        _write(part, content, target)
        _put(part, target, path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        with suppress(OSError):  # it is gone if all went well
            part.unlink()
        parts.discard(part)


def remove_parts() -> None:
    """Remove the unfinished files of this process, which is about to end at once."""
    for part in tuple(parts):
        with suppress(OSError):
            part.unlink()


def check_place(path: str | Path, *, suffixes: tuple[str, ...] = (), appended: bool = False) -> Path:
    """Return the file that ``write_file`` would write, all links followed; nothing is written.

    Args:
        path: Where to write.
        suffixes: As for ``write_file``.
        appended: Whether a file that is there is to be appended to, not replaced.

    Raises:
        DataError: The file could not be written: a wrong suffix, a folder, a device, a place without permission, or a
            file that may not be replaced.
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
        if old is not None and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, "")
        if old is None or not appended:
            _check_folder(target, old)
    except OSError as error:
        raise _unwritable(path, error) from None
    except DataError:
        raise
    except ValueError:
        raise DataError(f"{str(path)!r:.200} cannot be written: its name has a null character.") from None
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


def _check_folder(target: Path, old: os.stat_result | None) -> None:
    """Raise an OSError where a folder does not let a file be put in the place of another."""
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "")
    if old is None or not hasattr(os, "geteuid"):
        return
    folder = target.parent.stat()
    if folder.st_mode & stat.S_ISVTX and os.geteuid() not in (0, old.st_uid, folder.st_uid):
        raise PermissionError(errno.EPERM, "")  # of a sticky folder, such as /tmp
    if _mounted(target):
        raise OSError(errno.EBUSY, "")


def _mounted(target: Path) -> bool:
    """Return whether something is mounted at a path, as containers do with single files; False where not known."""
    with suppress(OSError, IndexError):
        lines = MOUNTS.read_text(errors="surrogateescape").split("\n")
        return any(line.split(" ")[4] == str(target).translate(WORD) for line in lines if line)
    return False


def _write(part: Path, content: bytes, target: Path) -> None:
    """Write to a new file ``part``, which has the owner and permissions of the target before it has any content."""
    replaced = target.exists() and hasattr(os, "fchown")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(part, flags, 0o600 if replaced else 0o666)
    with os.fdopen(descriptor, "wb") as file:
        if replaced:
            _resemble(descriptor, target)
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _resemble(descriptor: int, target: Path) -> None:
    """Give an open file the owner, group, attributes and permissions of another, as far as this process may.

    Without the owner it is ours, without set-user-ID; without the group ours may do no more than all others.
    """
    old = target.stat()
    mode = stat.S_IMODE(old.st_mode)
    try:
        os.fchown(descriptor, old.st_uid, old.st_gid)
    except OSError:
        mode &= 0o777
        try:
            os.fchown(descriptor, -1, old.st_gid)
        except OSError:
            mode &= ~0o070 | (mode & 0o007) << 3
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(target):
                with suppress(OSError):  # not every attribute may be set by all
                    os.setxattr(descriptor, name, os.getxattr(target, name))
    os.fchmod(descriptor, mode)  # after the attributes: an access list among them sets it too


def _put(part: Path, target: Path, path: str | Path) -> None:
    """Rename a finished file to its target; where that may not be replaced, to a name beside it, with a DataError."""
    try:
        part.replace(target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EBUSY):
            raise
        kept = target.with_name(f"{target.stem}-{os.urandom(4).hex()}{target.suffix}")
        part.rename(kept)
        raise _unwritable(path, error, f" What was to be written is kept as {str(kept)!r:.200}.") from None


def _unwritable(path: str | Path, error: OSError, kept: str = "") -> DataError:
    why = WHY.get(error.errno or 0) or error.strerror or str(error)
    return DataError(f"{str(path)!r:.200} cannot be written: {why}.{kept}")
