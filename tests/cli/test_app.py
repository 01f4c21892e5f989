import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from tests.waiting import PATIENCE
from tnlab import cli, launch
from tnlab.cli.app import app
from tnlab.data import datasets
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab.solvers.fit import fit

FIELDS = {"relative_error", "parameters", "compression_ratio", "sweeps", "seconds", "status", "structure"}
RING = formats["tr"].build((4, 4, 4, 4), 2)


@pytest.fixture
def array(tmp_path) -> Path:
    path = tmp_path / "x.npy"
    np.save(path, np.random.default_rng(0).random((16, 16)))
    return path


@pytest.fixture
def ring(tmp_path) -> Path:
    path = tmp_path / "ring.json"
    path.write_text(structure_json.dumps(RING))
    return path


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in arguments])
    assert result.exit_code == code, result.output
    return result.stdout


def refused(capsys, *arguments: object) -> str:
    """Return the one sentence that bad arguments get."""
    assert cli.main([str(word) for word in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tnlab: ")
    assert err.count("\n") == 1
    return err


def test_fit_prints_one_json_object():
    record = json.loads(run("fit", "camera", "--format", "tt", "--rank", 2, "--max-sweeps", 5, "--json"))
    assert record.keys() == FIELDS
    structure = structure_json.from_dict(record["structure"])
    assert structure.modes == (16,) * 4
    assert record["parameters"] == structure.parameters
    assert record["compression_ratio"] == pytest.approx(65536 / structure.parameters)
    source = datasets["camera"].source()
    same = fit(source.tensor, structure, max_sweeps=5)
    assert record["relative_error"] == pytest.approx(same.relative_error)
    assert record["sweeps"] == same.sweeps
    assert record["status"] == same.status.name.lower()


def test_fit_prints_a_table_for_people(array):
    table = run("fit", array, "--format", "tt", "--rank", 2, "--shape", "4^4", "--order", "quantised")
    assert "x.npy as 4x4x4x4, quantised" in table
    assert "relative error" in table


def test_a_structure_file_brings_its_modes(array, ring):
    record = json.loads(run("fit", array, "--structure", ring, "--json"))
    assert structure_json.from_dict(record["structure"]) == RING


def test_save_writes_a_network_that_reopens(array, tmp_path):
    path = tmp_path / "net.safetensors"
    arguments = (
        "--format",
        "tt",
        "--rank",
        "3,2,3",
        "--shape",
        "4x4x4x4",
        "--restarts",
        2,
        "--seed",
        7,
        "--save",
        path,
    )
    record = json.loads(run("fit", array, *arguments, "--json"))
    network = Network.load(path)
    tensor = torch.from_numpy(np.load(array).reshape(4, 4, 4, 4))
    error = torch.linalg.vector_norm(tensor - network.to_tensor()) / torch.linalg.vector_norm(tensor)
    assert float(error) == pytest.approx(record["relative_error"])


def test_same_seed_same_numbers(array):
    arguments = ("fit", array, "--shape", "4^4", "--format", "tr", "--rank", 2, "--seed", 3, "--json")
    first, second = json.loads(run(*arguments)), json.loads(run(*arguments))
    assert first["relative_error"] == second["relative_error"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("fit camra --format tt --rank 2", "Did you mean 'camera'"),
        ("fit nowhere/x.npy --format tt --rank 2", "There is no file 'nowhere/x.npy'"),
        ("fit camera", "either --format NAME with --rank R, or --structure"),
        ("fit camera --format tt", "needs a rank"),
        ("fit camera --format tx --rank 2", "Unknown format 'tx'"),
        ("fit camera --format tt --rank two", "--rank takes a whole number"),
        ("fit camera --format tt --rank 0", "whole numbers above 0"),
        ("fit camera --format tt --rank 2,2", "needs 3 ranks"),
        ("fit camera --format tt --rank 2 --shape 5x5", "need 25 entries"),
        ("fit camera --format tt --rank 2 --shape abc", "Mode sizes are written as"),
        ("fit camera --format tt --rank 2 --order up", "--order must be plain or quantised"),
        ("fit camera --format tt --rank 2 --max-sweeps 0", "--max-sweeps"),
        ("fit camera --format tt --rank 2 --seed x", "--seed"),
        ("fit camera --format tt --rank 2 --save /nowhere/at/all", "cannot be saved"),
        ("fit camera --structure /nowhere.json", "cannot be read"),
        ("fit camera --structure a.json --format tt --rank 2", "either"),
        ("fit", "INPUT"),
        ("fit camera --bogus", "--bogus"),
        ("bogus", "bogus"),
        ("dashboard --port 99999", "--port"),
    ],
)
def test_bad_input_gets_one_sentence(arguments, sentence, capsys):
    assert sentence in refused(capsys, *arguments.split())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', "\xff", '{"version": 1, "modes": [4], "x": 0}'])
def test_bad_structure_files(text, tmp_path, capsys):
    path = tmp_path / "s.json"
    path.write_bytes(text.encode("latin-1"))
    refused(capsys, "fit", "camera", "--structure", path)


def test_a_structure_of_other_modes(ring, capsys):
    assert "Modes 4x4x4x4 need 256 entries" in refused(capsys, "fit", "camera", "--structure", ring)
    assert "is for" in refused(capsys, "fit", "camera", "--shape", "16^4", "--structure", ring)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (np.array([1.0, np.nan]), "1 NaN"),
        (np.zeros((4, 4)), "zero everywhere"),
        (np.ones((4, 4)) * 1j, "complex"),
        (np.ones((4, 0)), "empty"),
    ],
)
def test_bad_arrays(content, sentence, tmp_path, capsys):
    path = tmp_path / "x.npy"
    np.save(path, content)
    assert sentence in refused(capsys, "fit", path, "--format", "tt", "--rank", 2)


def test_missing_entries_from_the_shell(tmp_path, capsys):
    tensor = formats["tt"].build((8, 8, 8), 2)
    array = Network.random(tensor, generator=torch.Generator().manual_seed(0)).to_tensor().numpy()
    mask = np.random.default_rng(0).random(array.shape) < 0.6
    spoiled, full, known = (tmp_path / f"{name}.npy" for name in ("spoiled", "full", "known"))
    np.save(spoiled, np.where(mask, array, np.nan))
    np.save(full, array)
    np.save(known, mask)
    end = ("--format", "tt", "--rank", 2, "--json")
    by_nan = json.loads(run("fit", spoiled, *end, "--missing", "nan"))
    by_mask = json.loads(run("fit", full, *end, "--mask", known))
    both = json.loads(run("fit", spoiled, *end, "--mask", known))
    assert by_nan["held_out_error"] == by_mask["held_out_error"] == both["held_out_error"] < 1e-4
    part = json.loads(run("fit", full, *end, "--observed", 0.5, "--target-error", 0.01))
    assert part["status"] == "reached"
    assert part["held_out_error"] <= 0.01
    assert "held-out error" in run("fit", full, *end[:-1], "--observed", 0.5, "--solver", "completion_lbfgs")
    assert "--missing nan" in refused(capsys, "fit", spoiled, *end)
    assert "above 0 and at most 1" in refused(capsys, "fit", full, *end, "--observed", 2)
    assert "--missing must be nan" in refused(capsys, "fit", full, *end, "--missing", "zero")
    assert "Unknown solver 'alx'" in refused(capsys, "fit", full, *end, "--solver", "alx")
    assert "--target-error must be" in refused(capsys, "fit", full, *end, "--target-error", 2)
    np.save(known, mask[:4])
    assert "must have the shape 8x8x8" in refused(capsys, "fit", full, *end, "--mask", known)
    np.save(known, np.zeros_like(mask))
    assert "No entry is known" in refused(capsys, "fit", full, *end, "--mask", known)


def test_quantised_needs_a_shape_for_a_file(array, capsys):
    assert "--shape 4^4" in refused(
        capsys, "fit", array, "--format", "tt", "--rank", 2, "--order", "quantised"
    ).replace("4x4x4x4", "4^4")


def test_lists_and_help():
    assert "camera" in run("datasets")
    assert "tensor_train" in run("formats")
    assert "completion_als" in run("solvers")
    assert "dashboard" in run()
    assert run("--version").startswith("tnlab ")


def test_a_port_in_use_names_the_next_free_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(launch.LaunchError, match=rf"Port {port} is in use by another program; try --port \d+"):
            launch.check_port("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "", "not a host", "x" * 300])
def test_a_host_that_is_not_ours(host, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror

    if host != "192.0.2.1":
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(launch.LaunchError, match="is not an address of this machine"):
        launch.check_port(host, 0)


def test_addresses():
    assert launch.page_address("127.0.0.1", 8866) == "http://127.0.0.1:8866/voila/render/explorer.ipynb"
    assert launch.page_address("::1", 1, "search_workbench.ipynb").endswith("/voila/render/search_workbench.ipynb")
    assert launch.page_address("::", 1) == "http://[::1]:1/voila/render/explorer.ipynb"
    assert launch.is_loopback("localhost")
    assert launch.is_loopback("::1")
    assert not launch.is_loopback("0.0.0.0")
    assert not launch.is_loopback("example.org")


@pytest.mark.parametrize("command", ["lab", "dashboard"])
def test_without_the_lab_extra(command, monkeypatch, capsys):
    monkeypatch.setattr(launch.importlib.util, "find_spec", lambda name: None)
    assert "pip install 'tnlab[lab]'" in refused(capsys, command)


@pytest.fixture
def served(monkeypatch):
    """Pretend that all parts are there and record what would be started."""
    calls = []
    monkeypatch.setattr(launch.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(launch, "_require_file", lambda path: None)
    monkeypatch.setattr(launch, "check_port", lambda host, port: None)
    monkeypatch.setattr(launch, "_serve", lambda command, env, **_: calls.append((command, env)) or 0)
    return calls


def test_dashboard_starts_voila_on_the_dashboards_only(served):
    run("dashboard", "--port", 9999, "--no-browser")
    command, env = served[0]
    assert command[:3] == [sys.executable, "-m", "voila"]
    assert Path(command[3]).parts[-2:] == ("notebooks", "dashboards")
    assert {"--port=9999", "--Voila.ip=127.0.0.1", "--template=tnlab", "--no-browser"} <= set(command)
    assert launch.LOCAL_FLAG in command
    assert set(launch.VOILA_FLAGS) <= set(command)
    assert env["OMP_NUM_THREADS"]
    assert "JUPYTER_TOKEN" not in env or env["JUPYTER_TOKEN"] == os.environ.get("JUPYTER_TOKEN")
    assert "TNLAB_PRIVATE_STUDIES" not in env


def test_the_dashboard_prints_the_address_of_every_page(served, monkeypatch):
    monkeypatch.setattr(launch, "_serve", lambda command, env, announce, **_: announce() or 0)
    said = run("dashboard", "--port", 9999, "--no-browser")
    for label, page in launch.PAGES.items():
        assert f"{label}: {launch.page_address('127.0.0.1', 9999, page)}" in said
        assert (launch.notebooks() / "dashboards" / page).is_file()


def test_an_open_host_gets_a_warning_and_a_token(served, capsys):
    assert cli.main(["dashboard", "--host", "0.0.0.0"]) == 0
    command, env = served[0]
    assert "Warning: other machines can reach 0.0.0.0" in capsys.readouterr().err
    assert "--Voila.auto_token=True" in command
    assert launch.LOCAL_FLAG not in command  # its name is for whoever sets it up to say
    assert len(env["JUPYTER_TOKEN"]) >= 32
    assert env["TNLAB_PRIVATE_STUDIES"] == "1"
    assert not any(env["JUPYTER_TOKEN"] in word for word in command)


def test_lab_opens_the_first_notebook(served):
    run("lab", "--no-browser", "--port", 9999)
    command, _ = served[0]
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert command[3].endswith("00_draw_tweak_watch.ipynb")
    assert {"--no-browser", "--port=9999"} <= set(command)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_stopping_leaves_no_server_behind(tmp_path):
    note = tmp_path / "pid"
    # The child is a server that goes on until it is ended.
    child = f"import os, time, pathlib; pathlib.Path({str(note)!r}).write_text(str(os.getpid())); time.sleep(60)"
    parent = (
        "import os, sys, pathlib; from tnlab import launch;"
        f"note = pathlib.Path({str(note)!r});"
        f"sys.exit(launch._serve([sys.executable, '-c', {child!r}], dict(os.environ), ready=lambda: note.exists() and"
        " bool(note.read_text()), announce=lambda: print('up', flush=True)))"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


def test_a_server_that_dies_is_a_sentence():
    with pytest.raises(launch.LaunchError, match="ended by itself with code 3"):
        launch._serve([sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ))


def test_messages_of_a_server_are_passed_on(capsys):
    code = "import sys; sys.exit('the reason')"
    with pytest.raises(launch.LaunchError, match="its messages are above"):
        launch._serve([sys.executable, "-c", code], dict(os.environ), ready=lambda: False, filtered=True)
    assert capsys.readouterr().err == "the reason\n"


def test_the_command_as_a_process(array, tmp_path):
    command = [sys.executable, "-m", "tnlab", "fit"]
    options = ["--format", "tt", "--rank", "2", "--json"]
    root = Path(cli.__file__).parents[2]
    env = os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}

    def start(name: str) -> "subprocess.CompletedProcess[str]":
        words = [*command, name, *options]
        return subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    done = start(str(array))
    assert json.loads(done.stdout).keys() == FIELDS
    assert (done.returncode, done.stderr) == (0, "")
    wrong = start("nothing.npy")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "tnlab: There is no file 'nothing.npy'.\n"
