"""Files are written whole or not at all, through links, with the permissions of before; all writers share one way."""

import errno
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from tests.cli.command_line import X, kept
from tnlab import writing
from tnlab.cli import main
from tnlab.cli.entry import BAD_INPUT
from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab.writing import check_place, write_file

try:
    from tnlab_widgets import Explorer
except ModuleNotFoundError:  # the engine is installed alone
    Explorer = None

posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions, links and devices of POSIX")
ROOT = Path(__file__).parents[1]
TRAIN = formats["tt"].build((2, 3), 2)


def bare(path: Path) -> None:
    """Write a file as a library call."""
    write_file(path, b"new\n")


def network(path: Path) -> None:
    """Save a network."""
    Network.random(TRAIN, generator=torch.Generator().manual_seed(0)).save(path)


def session(path: Path) -> None:
    """Save an Explorer."""
    assert Explorer is not None
    Explorer(torch.eye(4)).save(path)


def command(*words: object, asked: str) -> Callable[[Path], None]:
    """Return a function that writes by a command of the shell; a refusal is raised again."""

    def write(path: Path) -> None:
        if main([*map(str, words), asked, str(path)]) == BAD_INPUT:
            raise DataError("The command refused.")

    return write


class Writer(NamedTuple):
    """A way to write, and the suffix of its files."""

    write: Callable[[Path], None]
    suffix: str = ".txt"
    checks: bool = True


WRITERS = {
    "write_file": Writer(bare, checks=False),
    "Network.save": Writer(network, ".safetensors"),
    "fit": Writer(command("fit", "x.npy", "--format", "tt", "--rank", 2, asked="--save"), ".safetensors"),
    "search": Writer(
        command("search", "x.npy", "--target-error", 0.9, "--max-evaluations", 1, asked="--save"), ".safetensors"
    ),
    "resume": Writer(command("resume", "a.study", "--max-evaluations", 2, asked="--save"), ".safetensors"),
    "export": Writer(command("export", "train.json", asked="--output"), ".py"),
    "export svg": Writer(command("export", "train.json", "--to", "svg", asked="--output"), ".svg"),
    "export tikz": Writer(command("export", "train.json", "--to", "tikz", asked="--output"), ".tex"),
    "export json": Writer(command("export", "train.json", "--to", "json", asked="--output"), ".json"),
    "export einsum": Writer(command("export", "train.json", "--to", "einsum", asked="--output"), ".txt"),
    "study csv": Writer(command("study", "export", "a.study", asked="--output"), ".csv"),
    "study json": Writer(command("study", "export", "a.study", "--to", "json", asked="--output"), ".json"),
} | ({"Explorer.save": Writer(session, ".tnlab")} if Explorer else {})
each_writer = pytest.mark.parametrize("name", WRITERS)


@pytest.fixture
def filled(tmp_path, monkeypatch, request) -> Iterator[Path]:
    """Work in a folder with an array, a structure and a study, under an umask of 027."""
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", X.numpy())
    Path("train.json").write_text(structure_json.dumps(TRAIN))
    if re.search("study|resume", request.node.name):
        kept("a.study", 2)
    before = os.umask(0o027)
    yield tmp_path
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
@each_writer
def test_every_writer_keeps_permissions_and_links_and_refuses_devices_and_suffixes(name, filled):
    write, suffix, checks = WRITERS[name]
    target = filled / f"out{suffix}"
    write(target)
    assert mode(target) == 0o640
    content = target.read_bytes()
    target.write_bytes(b"old")
    target.chmod(0o604)
    (filled / f"link{suffix}").symlink_to(target.name)
    write(filled / f"link{suffix}")
    assert (filled / f"link{suffix}").is_symlink()
    assert mode(target) == 0o604
    assert len(target.read_bytes()) > 3
    target.write_bytes(content)
    os.mkfifo(filled / f"pipe{suffix}")
    for path in (
        "/dev/null",
        "/dev/full",
        f"/proc/self/out{suffix}",
        f"pipe{suffix}",
        ".",
        f"none/x{suffix}",
        "x" * 300,
    ):
        with pytest.raises(DataError):
            write(Path(path))
    if checks:
        with pytest.raises(DataError):
            write(filled / "out.wrong")
        write(filled / f"loud{suffix.upper()}")
    assert Path("/dev/null").is_char_device()
    assert target.read_bytes() == content
    assert not [path.name for path in filled.iterdir() if path.name.endswith(".part") or "wrong" in path.name]


@posix
@pytest.mark.parametrize("name", [name for name in ("write_file", "Network.save", "Explorer.save") if name in WRITERS])
def test_a_disk_that_fills_leaves_the_old_file(name, tmp_path):
    import resource

    write, suffix, _ = WRITERS[name]
    target = tmp_path / f"out{suffix}"
    target.write_bytes(b"old")
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2, most))
    try:
        with pytest.raises(DataError, match="larger than is allowed here"):
            write(target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@posix
def test_an_interruption_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "out"
    target.write_bytes(b"old")

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_file(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (
            "out.npy",
            "what is stored there is a .safetensors file, not a .npy file; call it 'out.safetensors'",
        ),
        ("/dev/null", "it is a device or a pipe; name a file on a disk"),
        ("none/out", "there is no such folder; make it first, or name another"),
        ("file/out", "a part of its path is a file, not a folder"),
        (".", "it is a folder; name a file in it"),
        ("a\0b", "its name has a null character"),
        ("circle", "its links lead in a circle"),
        ("x" * 300, "its name is too long; choose a shorter one"),
    ],
)
def test_a_refusal_says_what_to_do(path, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    Path("circle").symlink_to("circle")
    with pytest.raises(DataError) as refused:
        write_file(path, b"", suffixes=(".safetensors",))
    said = str(refused.value).replace("'" + "x" * 199, f"{'x' * 300!r}")
    assert said == f"{path!r} cannot be written: {sentence}."


@posix
def test_a_place_that_may_not_be_written_is_refused(tmp_path, monkeypatch):
    """As a user who is not root: root may write everywhere."""
    monkeypatch.setattr(os, "access", lambda path, how: Path(path) != tmp_path)
    with pytest.raises(DataError, match="may not be written; name a place of your own"):
        check_place(tmp_path / "out")


@posix
def test_a_private_file_is_private_while_it_is_written(tmp_path, monkeypatch):
    target, steps = tmp_path / "out", []
    target.write_bytes(b"old")
    target.chmod(0o644)
    opening, changing = os.open, os.fchmod

    def opened(path: Path, flags: int, *how: int, **place: int) -> int:
        descriptor = opening(path, flags, *how, **place)
        steps.append(("opened", stat.S_IMODE(os.fstat(descriptor).st_mode)))
        return descriptor

    def changed(descriptor: int, how: int) -> None:
        steps.append((os.fstat(descriptor).st_size, how))
        changing(descriptor, how)

    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(os, "fchmod", changed)
    before = os.umask(0)
    try:
        write_file(target, b"new")
        write_file(tmp_path / "fresh", b"new")
    finally:
        os.umask(before)
    assert steps == [("opened", 0o600), (0, 0o644), ("opened", 0o666)]  # nothing was in it by then


@posix
@pytest.mark.parametrize(
    ("refused", "asked", "left"),
    [
        ((), [(True, True)], 0o2764),
        ((1,), [(True, True), (False, True)], 0o764),
        ((1, 2), [(True, True), (False, True)], 0o744),
    ],
)
def test_a_replaced_file_keeps_its_owner_and_group_or_becomes_no_wider(refused, asked, left, tmp_path, monkeypatch):
    target = tmp_path / "out"
    target.write_bytes(b"old")
    target.chmod(0o2764)
    calls = []

    def fchown(_: int, owner: int, group: int) -> None:
        calls.append((owner != -1, group != -1))
        if len(calls) in refused:
            raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchown", fchown)
    write_file(target, b"new")
    assert (calls, mode(target)) == (asked, left)


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="attributes of Linux")
def test_a_replaced_file_keeps_its_attributes(tmp_path):
    target = tmp_path / "out"
    target.write_bytes(b"old")
    try:
        os.setxattr(target, "user.source", b"a camera")
    except OSError:
        pytest.skip("This disk keeps no attributes.")
    write_file(target, b"new")
    assert os.getxattr(target, "user.source") == b"a camera"


@posix
def test_another_users_file_in_a_sticky_folder_is_refused_beforehand(tmp_path, monkeypatch):
    (tmp_path / "out").touch()
    tmp_path.chmod(0o1777)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(DataError, match="may not be written; name a place of your own"):
        check_place(tmp_path / "out")
    assert check_place(tmp_path / "out", appended=True) == check_place(tmp_path / "fresh").with_name("out")


def test_a_file_that_is_mounted_is_refused_beforehand(tmp_path, monkeypatch):
    mounts, target = tmp_path / "mountinfo", tmp_path / "a file"
    target.touch()
    monkeypatch.setattr(writing, "MOUNTS", mounts)
    mounts.write_text(f"36 35 98:0 /x {str(target).replace(' ', chr(92) + '040')} rw - ext4 /dev/root rw\n")
    with pytest.raises(DataError, match="another file is mounted in its place"):
        check_place(target)
    check_place(tmp_path / "a")


@pytest.mark.parametrize("number", [errno.EPERM, errno.EBUSY])
def test_what_may_not_take_its_place_is_kept_beside_it(number, tmp_path, monkeypatch):
    target = tmp_path / "out.txt"
    target.write_bytes(b"old")

    def replace(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(DataError, match=r"What was to be written is kept as '.*out-\w{8}\.txt'\.$"):
        write_file(target, b"new")
    assert target.read_bytes() == b"old"
    (kept,) = tmp_path.glob("out-*.txt")
    assert kept.read_bytes() == b"new"
    assert len(list(tmp_path.iterdir())) == 2


# Modules that write for themselves, and why: a study is appended to and locked, a tensor lies in unnamed memory.
OWN = {
    "tnlab/writing.py": "the one way",
    "tnlab/reading.py": "opens for reading",
    "tnlab/cli/entry.py": "points an output that cannot be written at /dev/null",
    "tnlab/structure_search/studies/logs/file.py": "appends lines to a study, under a lock",
    "tnlab/structure_search/executors/pool/shared_tensor.py": "writes to memory without a name",
}
WRITES = re.compile(
    r"write_text\(|write_bytes\(|save_file\(|np\.savez?\w*\((?!content)|\.tofile\(|savefig\(|torch\.save\(|NamedTemp|mkstemp"
    r"|open\((?:[^()]*, *)?[\"'][rb]*[wax+][b+]*[\"']|os\.open\(|\.fdopen\(|write_html\("
)


@pytest.mark.parametrize("package", ["tnlab", "widgets/tnlab_widgets"])
def test_no_other_module_writes_files(package):
    found = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*.py") if WRITES.search(path.read_text())
    }
    assert found <= OWN.keys()


def test_output_to_standard_output_is_printed(filled):
    words = [sys.executable, "-m", "tnlab", "export", "train.json", "--to", "einsum", "--output", "/dev/stdout"]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == f"{TRAIN.einsum}\n"
