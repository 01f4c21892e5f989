"""Files are written whole or not at all, through links, with the permissions of before; all writers share one way."""

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
from tnlab.cli import main
from tnlab.cli.entry import BAD_INPUT
from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab.writing import check_place, write_file
from tnlab_widgets import Explorer

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
    "Explorer.save": Writer(session, ".tnlab"),
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
}
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
@pytest.mark.parametrize("name", ["write_file", "Network.save", "Explorer.save"])
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
        ("out.npy", "a .safetensors file, not a .npy file; call it 'out.safetensors'"),
        ("/dev/null", "a device or a pipe"),
        ("none/out", "no such folder; make it first"),
        ("file/out", "a part of its path is a file"),
        (".", "it is a folder; name a file in it"),
        ("a\0b", "null"),
        ("circle", "lead in a circle"),
        ("x" * 300, "its name is too long"),
    ],
)
def test_a_refusal_says_what_to_do(path, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    Path("circle").symlink_to("circle")
    with pytest.raises(DataError, match=re.escape(sentence)):
        write_file(path, b"", suffixes=(".safetensors",))


@posix
def test_a_place_that_may_not_be_written_is_refused(tmp_path, monkeypatch):
    """As a user who is not root: root may write everywhere."""
    monkeypatch.setattr(os, "access", lambda path, how: Path(path) != tmp_path)
    with pytest.raises(DataError, match="may not be written; name a place of your own"):
        check_place(tmp_path / "out")


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
