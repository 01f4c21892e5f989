"""Where commands write: a place for a network is checked beforehand, a text goes to a file or the terminal."""

from pathlib import Path

import pytest

from tnlab.cli.outputs import check_target, print_or_write
from tnlab.errors import DataError


def test_a_place_for_a_network_is_checked_at_once(tmp_path):
    check_target(None)
    check_target(tmp_path / "net")
    check_target(tmp_path / "net.safetensors")
    for path in (tmp_path, tmp_path / "none" / "net", tmp_path / "net.npy"):
        with pytest.raises(DataError, match="cannot be written"):
            check_target(path)


def test_a_text_is_printed_or_written(tmp_path, capsys):
    print_or_write("a\n", tmp_path / "a.csv", suffixes=(".csv",))
    assert (tmp_path / "a.csv").read_text() == "a\n"
    for place in (None, Path("-")):
        print_or_write("b\n", place, suffixes=(".csv",))
    assert capsys.readouterr().out == "b\nb\n"
