"""Serve the dashboards for a benchmark, and open them in a browser."""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]


@contextmanager
def dashboard(**environment: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Serve the dashboards on a free port; yield the server's process and the address of the folder of its pages."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tnlab", "dashboard", "--no-browser", "--port", str(port)]
    settings = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
    with subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/voila/static/")
            yield process, f"http://127.0.0.1:{port}/voila/render"
        finally:
            process.terminate()


def _wait(address: str) -> None:
    begun = monotonic()
    while monotonic() - begun < 60:
        try:
            urllib.request.urlopen(address, timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            sleep(0.2)
        else:
            return
