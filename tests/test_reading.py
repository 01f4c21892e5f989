"""What has no end or is no file is refused by every reader; the rest is read."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.cli.command_line import refused
from tnlab.data import read_array
from tnlab.errors import DataError
from tnlab.network.network import Network
from tnlab.reading import open_file, read_file

try:
    from tnlab_widgets import Explorer
except ModuleNotFoundError:  # the engine is installed alone
    Explorer = None

posix = pytest.mark.skipif(sys.platform == "win32", reason="devices and pipes of POSIX")
ROOT = Path(__file__).parents[1]
ENDLESS = ("/dev/zero", "/proc/self/pagemap", "/proc/self/stat", "/sys/kernel/notes", "pipe", "link", ".")


@pytest.fixture
def endless(tmp_path, monkeypatch):
    """Work in a folder with a pipe, and a link to a device."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    Path("link").symlink_to("/dev/zero")


READERS = {
    "read_file": read_file,
    "read_array": lambda name: read_array(name, Path(name)),
} | ({"Explorer.load": Explorer.load} if Explorer else {})


@posix
@pytest.mark.parametrize("path", ENDLESS)
@pytest.mark.parametrize("reader", READERS)
def test_what_has_no_end_is_refused(reader, path, endless):
    if not Path(path).exists():
        pytest.skip("this system has no such file")
    with pytest.raises(DataError, match="cannot be read"):
        READERS[reader](path)


@posix
@pytest.mark.parametrize("path", ENDLESS)
def test_a_network_is_not_read_from_there(path, endless):
    with pytest.raises((DataError, FileNotFoundError)):
        Network.load(path)


@posix
@pytest.mark.parametrize(
    "words",
    [
        "fit {} --format tt --rank 2",
        "fit camera --structure {}",
        "fit camera --format tt --rank 2 --mask {}",
        "bound {} --format tt --rank 2",
        "search {} --target-error 0.1",
        "search camera --target-error 0.1 --study {}",
        "export {}",
        "study import {} new.study",
        "study show {}",
        "compare {}",
        "resume {}",
        "watch {}",
    ],
)
def test_every_command_refuses_what_has_no_end(words, endless, capsys):
    for path in ("/dev/zero", "pipe"):
        assert re.search("device|pipe|There is no", refused(capsys, *words.format(path).split()))


def test_a_file_is_read(tmp_path):
    (tmp_path / "x").write_bytes(b"content")
    assert read_file(tmp_path / "x") == b"content"
    with open_file(tmp_path / "x") as file:
        assert file.read(3) == b"con"
    with pytest.raises(DataError, match="There is no file"):
        read_file(tmp_path / "y")
    with pytest.raises(DataError, match="null"):
        read_file("a\0b")


# Modules that read what no user names: their own files, the state of the machine, a study under its lock.
OWN = re.compile(
    "studies/logs/|studies/folder|tnlab/writing|fitting/memory|free_memory|launch|spectra_file"
    "|comparison/(results|outcomes)|dask|shelf|shared_tensor"
)
READS = re.compile(r"read_bytes\(\)|read_text\(|\.open\(\"r|np\.load\(")


@pytest.mark.parametrize("package", ["tnlab", "widgets/tnlab_widgets"])
def test_no_other_module_opens_files(package):
    found = [
        path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*.py") if READS.search(path.read_text())
    ]
    assert not [path for path in found if not OWN.search(path)]
