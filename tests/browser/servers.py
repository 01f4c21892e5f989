"""Real servers on free ports, with private folders, ended when the test run ends."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

ROOT = Path(__file__).parents[2]

# Widgets outside the view would count as invisible; no news, no updates.
_LAB_SETTINGS = {
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
}
_NOT_NEEDED = {"jupyter_lsp": False, "jupyter_server_terminals": False, "voila.server_extension": False}


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        address: Where its pages are.
        folder: What it serves.
        log: Where its output goes.
    """

    address: str
    folder: Path
    log: Path


def free_port() -> int:
    """Return a port that no process listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def serve(command: Sequence[str], port: int, home: Path, folder: Path) -> Iterator[Server]:
    """Start a server, wait until it answers, and end it.

    Raises:
        RuntimeError: It ended by itself or did not answer; the message holds the end of its log.
    """
    log = home / "server.log"
    environment = {**os.environ, **_private_folders(home)}
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=environment, cwd=folder, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            _wait(f"http://127.0.0.1:{port}/", process, log)
            yield Server(f"http://127.0.0.1:{port}", folder, log)
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def jupyter(application: str, port: int, folder: Path) -> list[str]:
    """Return the command that serves a folder in "jupyterlab" or "notebook", whose pages can reach the application."""
    return [
        *(sys.executable, "-m", application, "--allow-root", "--no-browser", "--ip=127.0.0.1", f"--port={port}"),
        *("--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"),
        "--expose-app-in-browser",
    ]


def marimo(mode: str, port: int, apps: Sequence[Path]) -> list[str]:
    """Return the command with which marimo serves apps to "edit" or to "run"."""
    address = ("--headless", "--no-token", "--host", "127.0.0.1", "--port", str(port))
    return [sys.executable, "-m", "marimo", mode, *address, *map(str, apps)]


def dashboard(port: int) -> list[str]:
    """Return the command that serves the dashboard, as README gives it."""
    return [sys.executable, "-m", "tnlab", "dashboard", "--port", str(port), "--no-browser"]


def _private_folders(home: Path) -> dict[str, str]:
    for name in ("config", "data", "runtime", "ipython", "config/labconfig", "config/marimo", "state", "cache"):
        (home / name).mkdir(parents=True, exist_ok=True)
    (home / "config/labconfig/default_setting_overrides.json").write_text(json.dumps(_LAB_SETTINGS))
    settings = {"ServerApp": {"jpserver_extensions": _NOT_NEEDED}}
    (home / "config/marimo/marimo.toml").write_text("[runtime]\nauto_instantiate = true\n")  # an opened file runs
    for application in ("lab", "notebook"):
        (home / f"config/jupyter_{application}_config.json").write_text(json.dumps(settings))
    return {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "TNLAB_STUDIES": str(home / "studies"),
        "OMP_NUM_THREADS": "1",
        "BROWSER": "true",
    }


def _wait(address: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)  # between two looks at a server that sends no event
    tail = log.read_text(errors="replace")[-2000:]
    raise RuntimeError(f"The server at {address} does not answer:\n{tail}")
