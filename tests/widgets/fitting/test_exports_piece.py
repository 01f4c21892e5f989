"""Files that leave the page hold what it shows, and are named by data and structure."""

import csv
import io

import numpy as np
import pytest
import torch

from tests.waiting import wait_for
from tests.widgets.conftest import Page
from tnlab.errors import DataError
from tnlab.network.network import Network
from tnlab.network.structure_json import loads
from tnlab_widgets.fitting.explorer_piece import ExplorerPiece

DATA = np.random.default_rng(0).random((16, 16))


@pytest.fixture
def shown():
    shown = Page(ExplorerPiece(DATA, modes=(4, 4, 16), structure=("tr", 2)))
    shown.settled()
    yield shown
    shown.piece.close()
    wait_for(lambda: not shown.piece._session.is_alive)


def test_fitted_cores_leave_bit_for_bit(shown, tmp_path):
    network = shown.piece.network
    saved = shown.say("export_file", what="safetensors")
    assert saved["filename"] == "tensor_3_cores_rank_2_2_2.safetensors"
    path = tmp_path / saved["filename"]
    path.write_bytes(bytes(saved["data"]))
    loaded = Network.load(path)
    assert loaded.structure == network.structure
    assert all(map(torch.equal, loaded.cores, network.cores))
    arrays = np.load(io.BytesIO(bytes(shown.say("export_file", what="npz")["data"])))
    assert loads(str(arrays["structure"])) == network.structure
    assert all(np.array_equal(arrays[f"core_{place}"], core) for place, core in enumerate(network.cores))


def test_the_reconstruction_has_the_error_of_the_page(shown):
    saved = shown.say("export_file", what="reconstruction")
    array = np.load(io.BytesIO(bytes(saved["data"])))
    error = np.linalg.norm(array - DATA) / np.linalg.norm(DATA)
    assert error == pytest.approx(shown.piece.relative_error)


def test_the_trade_off_is_a_table(shown):
    wait_for(lambda: shown.piece.visits)
    saved = shown.say("export_file", what="trade_off")
    (row,) = csv.DictReader(io.StringIO(bytes(saved["data"]).decode()))
    assert int(row["parameters"]) == shown.piece.structure.parameters
    assert float(row["relative_error"]) == shown.piece.visits[0].relative_error
    assert loads(row["structure"]) == shown.piece.structure


def test_copied_python_holds_the_fitted_cores(shown):
    reply = shown.say("export", format="python", dark=False)
    assert reply["filename"] == "tensor_3_cores_rank_2_2_2.py"
    assert "base64" in reply["text"]
    assert shown.say("export", format="svg", dark=False)["filename"] == "tensor_3_cores_rank_2_2_2.svg"


@pytest.mark.parametrize("what", ["exe", None, ["npz"]])
def test_other_files_are_refused(shown, what):
    assert "file" in shown.say("export_file", what=what)["error"]


def test_the_page_leaves_as_a_file_that_the_program_writes_too(shown, tmp_path):
    text = shown.piece.to_html(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text() == text
    saved = shown.say("export_file", what="page")
    assert saved["filename"].endswith(".html")
    assert bytes(saved["data"]).decode().startswith("<!doctype html>")
    with pytest.raises(DataError):
        shown.piece.to_html(tmp_path / "page.txt")


def test_own_data_are_not_shared_and_the_page_says_what_to_do_instead(shown):
    assert "save the session as a file" in shown.say("share")["error"]
