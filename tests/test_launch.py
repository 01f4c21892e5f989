"""Starting and stopping the servers of notebooks and dashboards, and finding the dashboards."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE
from tnlab import launch


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
    assert launch.is_loopback("localhost")
    assert launch.is_loopback("::1")
    assert not launch.is_loopback("0.0.0.0")
    assert not launch.is_loopback("example.org")


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
    assert launch.dashboard(port=9999, host="127.0.0.1", browser=False) == 0
    command, env = served[0]
    assert command[:3] == [sys.executable, "-m", "voila"]
    assert Path(command[3]).parts[-2:] == ("notebooks", "dashboards")
    assert {"--port=9999", "--Voila.ip=127.0.0.1", "--template=tnlab", "--no-browser"} <= set(command)
    assert launch.LOCAL_FLAG in command
    assert set(launch.VOILA_FLAGS) <= set(command)
    assert env["OMP_NUM_THREADS"]
    assert "JUPYTER_TOKEN" not in env or env["JUPYTER_TOKEN"] == os.environ.get("JUPYTER_TOKEN")
    assert "TNLAB_PRIVATE_STUDIES" not in env


def test_the_dashboard_prints_the_address_of_every_page(served, monkeypatch, capsys):
    monkeypatch.setattr(launch, "_serve", lambda command, env, announce, **_: announce() or 0)
    launch.dashboard(port=9999, host="127.0.0.1", browser=False)
    pages = launch.dashboards(launch.notebooks() / "dashboards")
    *said, last = capsys.readouterr().out.splitlines()
    assert said == [f"{title}: {launch.page_address('127.0.0.1', 9999, page)}" for page, title in pages.items()]
    assert last == "Press Ctrl+C to stop."


def test_the_browser_opens_the_first_dashboard(served, monkeypatch):
    opened = []
    monkeypatch.setattr(launch, "_has_screen", lambda: True)
    monkeypatch.setattr(launch.webbrowser, "open", opened.append)
    monkeypatch.setattr(launch, "_serve", lambda command, env, announce, **_: announce() or 0)
    launch.dashboard(port=9999, host="127.0.0.1", browser=True)
    assert opened == [launch.page_address("127.0.0.1", 9999, "explorer.ipynb")]


def notebook(path, *cells, **metadata):
    """Write a notebook of Markdown cells."""
    texts = [{"cell_type": "markdown", "metadata": {}, "source": [text]} for text in cells]
    code = {"cell_type": "code", "metadata": {}, "source": "# no heading", "outputs": [], "execution_count": None}
    whole = {"cells": [code, *texts], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(whole))


def test_the_dashboards_of_this_package_have_titles_of_their_own():
    folder = launch.notebooks() / "dashboards"
    pages = launch.dashboards(folder)
    assert set(pages) == {path.name for path in folder.glob("*.ipynb")}
    assert next(iter(pages)) == launch.FIRST_PAGE
    assert pages["explorer.ipynb"] == "Explorer"
    assert pages["search_workbench.ipynb"] == "Search workbench"
    assert len(set(pages.values())) == len(pages)


def test_a_planted_dashboard_is_found_served_and_named(served, tmp_path, monkeypatch, capsys):
    """Its file is all it takes; the Explorer stays first, the others follow by file name."""
    folder = tmp_path / "dashboards"
    shutil.copytree(launch.notebooks() / "dashboards", folder)
    notebook(folder / "a_planted_one.ipynb", "Some text", "Text\n## A heading\n# Another", title="")
    notebook(folder / "zoo.ipynb", "# Heading", title="tnlab Zoo")
    notebook(folder / "untitled.ipynb")
    pages = launch.dashboards(folder)
    first, *others = pages
    assert first == "explorer.ipynb"
    assert others == sorted(others)
    assert {"a_planted_one.ipynb", "search_workbench.ipynb", "untitled.ipynb", "zoo.ipynb"} <= set(others)
    assert [pages[f"{name}.ipynb"] for name in ("a_planted_one", "zoo", "untitled")] == ["A heading", "Zoo", "untitled"]
    monkeypatch.setattr(launch, "notebooks", lambda: tmp_path)
    monkeypatch.setattr(launch, "_serve", lambda command, env, announce, **_: announce() or 0)
    launch.dashboard(port=9999, host="127.0.0.1", browser=False)
    assert "A heading: http://127.0.0.1:9999/voila/render/a_planted_one.ipynb\n" in capsys.readouterr().out


def test_no_dashboard_or_a_broken_one_is_a_sentence(tmp_path):
    with pytest.raises(launch.LaunchError, match="has no dashboard"):
        launch.dashboards(tmp_path)
    for text in ("{", "[]", "{}", '{"metadata": {}}', '{"metadata": {"title": 3}, "cells": []}'):
        (tmp_path / "a.ipynb").write_text(text)
        with pytest.raises(launch.LaunchError, match=r"a\.ipynb' is not a readable notebook"):
            launch.dashboards(tmp_path)


def test_an_open_host_gets_a_warning_and_a_token(served, capsys):
    assert launch.dashboard(port=8866, host="0.0.0.0", browser=False) == 0
    command, env = served[0]
    assert "Warning: other machines can reach 0.0.0.0" in capsys.readouterr().err
    assert "--Voila.auto_token=True" in command
    assert launch.LOCAL_FLAG not in command  # a server for others answers under any name of its machine
    assert len(env["JUPYTER_TOKEN"]) >= 32
    assert env["TNLAB_PRIVATE_STUDIES"] == "1"
    assert not any(env["JUPYTER_TOKEN"] in word for word in command)


def test_lab_opens_the_first_notebook(served):
    assert launch.lab(port=9999, browser=False) == 0
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


def test_a_host_that_stands_for_all_gets_the_address_that_others_reach(monkeypatch):
    class Probe:
        def __init__(self, *_: object) -> None:
            pass

        def __enter__(self) -> "Probe":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def connect(self, _: object) -> None:
            pass

        def getsockname(self) -> tuple[str, int]:
            return ("10.1.2.3", 9)

    def no_network(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(launch.socket, "socket", Probe)
    assert launch.page_address("0.0.0.0", 1).startswith("http://10.1.2.3:1/")
    monkeypatch.setattr(Probe, "connect", no_network)
    assert launch.page_address("::", 1) == "http://[::1]:1/voila/render/explorer.ipynb"


def test_notebooks_of_a_user_s_own_installation_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(launch, "_checkout", lambda: None)
    monkeypatch.setattr(launch.sys, "prefix", str(tmp_path / "system"))
    monkeypatch.setattr(launch.site, "getuserbase", lambda: str(tmp_path / "user"))
    own = tmp_path / "user" / "share" / "tnlab" / "notebooks"
    own.mkdir(parents=True)
    assert launch.notebooks() == own
