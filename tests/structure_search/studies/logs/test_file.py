"""A log in a file survives full disks, removed files, links and waiting processes."""

import sys

import pytest

from tests.structure_search.studies.logs.log_places import LINES, numbered
from tnlab.errors import DataError, StudyBusyError
from tnlab.structure_search.studies.logs.file import FileLog


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit of size there")
def test_a_disk_that_is_full_leaves_whole_lines_and_no_lock(tmp_path):
    """Nothing of what could not be written stays, however many lines that was; with room again it goes on."""
    import resource

    path = tmp_path / "one.study"
    log, most = FileLog(path), resource.getrlimit(resource.RLIMIT_FSIZE)
    log.acquire()
    log.append(LINES[0])
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, most[1]))
    try:
        with pytest.raises(DataError, match="cannot be read and written: File too large"):
            log.append(numbered(1) * 9)
        log.append(numbered(2))
        with pytest.raises(DataError, match="File too large"):
            log.append(numbered(3) * 9)
        log.release()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    assert path.read_bytes() == LINES[0] + numbered(2)
    assert FileLog(path).busy() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be removed there")
def test_a_writer_whose_file_was_removed_is_told(tmp_path):
    log = FileLog(tmp_path / "one.study")
    log.acquire()
    log.append(LINES[0])
    (tmp_path / "one.study").unlink()
    with pytest.raises(DataError, match="was removed"):
        log.append(LINES[1])
    log.release()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_a_study_has_its_lock(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.study").symlink_to(tmp_path / "folder" / "one.study")
    log, other = FileLog(tmp_path / "folder" / "one.study"), FileLog(tmp_path / "link.study")
    log.acquire()
    with pytest.raises(StudyBusyError):
        other.acquire()
    log.append(LINES[0])
    log.release()
    assert other.read()[0] == LINES[:1]
    other.delete()  # the link alone
    assert log.read()[0] == LINES[:1]


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be removed there")
def test_the_lock_goes_while_it_is_held(tmp_path, monkeypatch):
    """A writer that waited for a study which is then deleted looks again: it does not hold a removed file's lock."""
    log, other, third = (FileLog(tmp_path / "one.study") for _ in range(3))
    released = log.release

    def release() -> None:
        released()
        other.acquire()

    log.acquire()
    log.append(LINES[0])
    released()
    monkeypatch.setattr(log, "release", release)
    log.delete()
    with pytest.raises(StudyBusyError):
        third.acquire()
    other.release()
    assert third.busy() == ""
