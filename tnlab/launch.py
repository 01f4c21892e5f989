"""Start JupyterLab or Voila on this package's notebooks as a child process, and end it with this one."""

import contextlib
import errno
import importlib.util
import ipaddress
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import typer

from tnlab.errors import TnlabError

FIRST_NOTEBOOK = "00_draw_tweak_watch.ipynb"
PAGES = {"Explorer": "explorer.ipynb", "Search workbench": "search_workbench.ipynb"}  # the first one is opened
START_LIMIT = 90.0  # seconds until a server must answer
STOP_LIMIT = 10.0  # seconds it gets to end its kernels

VOILA_FLAGS = (
    "--no-browser",
    "--template=tnlab",
    "--Voila.port_retries=0",
    "--Voila.log_level=ERROR",
    "--Voila.kernel_websocket_connection_class=tnlab_widgets.kernel_socket.CheckedKernelSocket",
    # Whatever an address names as its theme is written into the page as it is; an unknown template holds a kernel.
    "--VoilaConfiguration.allow_theme_override=NO",
    "--VoilaConfiguration.allow_template_override=NO",
    "--VoilaConfiguration.extension_denylist=@jupyter-server/resource-usage",
    # A closed page does not always end its kernel.
    "--MappingKernelManager.cull_interval=60",
    "--MappingKernelManager.cull_idle_timeout=600",
    "--MappingKernelManager.cull_connected=False",
)
# Voila answers under any name, so that a foreign page whose name is made to point here could read what is served.
# The empty value is the false one: the server then answers as localhost and as an address of this machine only.
LOCAL_FLAG = "--Voila.tornado_settings=allow_remote_access="
LAB_FLAGS = (  # nothing is fetched from elsewhere
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
)


class LaunchError(TnlabError):
    """A page cannot be served: a part is missing, or the port or host cannot be used."""


def lab(*, port: int | None, browser: bool) -> int:
    """Open the first notebook in JupyterLab and wait until it is stopped; return the exit code.

    Raises:
        LaunchError: A part is missing, or the port is in use.
    """
    _require("jupyterlab", "ipykernel", "anywidget")
    notebook = notebooks() / FIRST_NOTEBOOK
    _require_file(notebook)
    flags = [f"--ServerApp.root_dir={notebook.parent}", f"--LabApp.default_url=/lab/tree/{FIRST_NOTEBOOK}", *LAB_FLAGS]
    if port is not None:
        check_port("127.0.0.1", port)
        flags += [f"--port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        flags.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--allow-root")
    return _serve([sys.executable, "-m", "jupyterlab", str(notebook), *flags], environment())


def dashboard(*, port: int, host: str, browser: bool) -> int:
    """Serve the dashboards with Voila until stopped, print their addresses; return the exit code.

    Where other machines can reach it, visitors see only studies whose names their page knows.

    Raises:
        LaunchError: A part is missing, or the port or host cannot be used.
    """
    _require("voila", "ipykernel", "anywidget")
    pages = notebooks() / "dashboards"
    for page in PAGES.values():
        _require_file(pages / page)
    check_port(host, port)
    child, flags, token = environment(), [f"--Voila.ip={host}", f"--port={port}"], ""
    if is_loopback(host):
        flags.append(LOCAL_FLAG)
    else:
        # Whoever opens a page gets a kernel on this machine. The token stays out of the list of processes.
        child["JUPYTER_TOKEN"] = secrets.token_urlsafe(24)
        child["TNLAB_PRIVATE_STUDIES"] = "1"
        flags.append("--Voila.auto_token=True")
        token = f"?token={child['JUPYTER_TOKEN']}"
        warning = f"Warning: other machines can reach {host}; whoever has an address below can run code on this one."
        typer.echo(warning, err=True)

    def announce() -> None:
        addresses = {label: page_address(host, port, page) + token for label, page in PAGES.items()}
        for label, address in addresses.items():
            typer.echo(f"{label}: {address}")
        typer.echo("Press Ctrl+C to stop.")
        sys.stdout.flush()
        if browser and _has_screen():
            webbrowser.open(next(iter(addresses.values())))

    command = [sys.executable, "-m", "voila", str(pages), *VOILA_FLAGS, *flags]
    return _serve(command, child, ready=lambda: _answers(host, port), announce=announce, filtered=True)


def notebooks() -> Path:
    """Return the folder of the notebooks: in the checkout around this package, else where the wheel put them."""
    checkout = _checkout()
    return checkout / "notebooks" if checkout else Path(sys.prefix) / "share" / "tnlab" / "notebooks"


def environment() -> dict[str, str]:
    """Return the environment of a child: few idle threads, and in a checkout its own templates and packages."""
    child = dict(os.environ)
    child.setdefault("OMP_NUM_THREADS", "1")  # a server has many kernels: their libraries start no threads of their own
    checkout = _checkout()
    if checkout:
        _prepend(child, "JUPYTER_PATH", checkout / "share" / "jupyter")
        _prepend(child, "PYTHONPATH", checkout / "widgets")
        _prepend(child, "PYTHONPATH", checkout)
    return child


def check_port(host: str, port: int) -> None:
    """Try to listen there for a moment.

    Raises:
        LaunchError: The host is not an address of this machine, or the port is taken or not allowed.
    """
    problem = _listen_problem(host, port)
    if problem == errno.EADDRINUSE:
        free = next((other for other in range(port + 1, min(port + 101, 65536)) if not _listen_problem(host, other)), 0)
        hint = f"; try --port {free}" if free else ""
        raise LaunchError(f"Port {port} is in use by another program{hint}.")
    if problem == errno.EACCES:
        raise LaunchError(f"Port {port} needs administrator rights; take one above 1023, such as --port 8866.")
    if problem:
        raise LaunchError(f"The host {host!r} is not an address of this machine; use --host 127.0.0.1.")


def page_address(host: str, port: int, page: str = "explorer.ipynb") -> str:
    """Return the address of a dashboard as a browser on this machine opens it."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/voila/render/{page}"


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the host."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen_problem(host: str, port: int) -> int:
    """Return 0 when the port can be listened at, else an errno."""
    if not host:
        return errno.EADDRNOTAVAIL
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server will
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        number = error.errno if isinstance(error, OSError) and not isinstance(error, socket.gaierror) else None
        return number or errno.EADDRNOTAVAIL
    return 0


def _answers(host: str, port: int) -> bool:
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    with contextlib.suppress(OSError), socket.create_connection((target, port), timeout=1):
        return True
    return False


def _serve(
    command: list[str],
    env: dict[str, str],
    ready: Callable[[], bool] = lambda: True,
    announce: Callable[[], None] = lambda: None,
    filtered: bool = False,
) -> int:
    """Run a server until it ends or this process is asked to; never leave it behind."""
    pipe = subprocess.PIPE if filtered else None
    with _signals_interrupt(), subprocess.Popen(command, env=env, stderr=pipe, start_new_session=True) as child:  # noqa: S603
        stopping, messages = threading.Event(), threading.Thread(target=lambda: None)
        if child.stderr is not None:
            messages = threading.Thread(target=_forward, args=(child.stderr, stopping), daemon=True)
        messages.start()
        try:
            begun = time.monotonic()
            while child.poll() is None and not ready():
                if time.monotonic() - begun > START_LIMIT:
                    raise LaunchError(f"The server did not answer within {START_LIMIT:.0f} seconds.")
                time.sleep(0.1)
            if child.poll() is None:
                announce()
            if code := child.wait():
                messages.join(1)
                raise LaunchError(f"The server ended by itself with code {code}; its messages are above.")
        except KeyboardInterrupt:
            typer.echo("Stopping.", err=True)
        finally:
            stopping.set()
            _stop(child)
            messages.join(1)
    return 0


def _forward(lines: Iterable[bytes], stopping: threading.Event) -> None:
    """Pass a server's messages on, but not what kernels always say, nor their last words when they are ended."""
    for line in lines:
        if not stopping.is_set() and b"Kernel is running over TCP" not in line:
            sys.stderr.write(line.decode(errors="replace"))
            sys.stderr.flush()


def _stop(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(STOP_LIMIT)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        child.kill()
        child.wait()


@contextlib.contextmanager
def _signals_interrupt() -> Iterator[None]:
    """Treat the end of the terminal and a polite kill as Ctrl+C, so that the server is stopped too."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), interrupt) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _require(*packages: str) -> None:
    missing = [package for package in packages if importlib.util.find_spec(package) is None]
    if missing:
        raise LaunchError(f"This needs {', '.join(missing)}, which is not installed: pip install 'tnlab[lab]'")


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise LaunchError(f"The notebook {str(path)!r} is missing; install tnlab again or run it from its checkout.")


def _checkout() -> Path | None:
    root = Path(__file__).resolve().parents[1]
    return root if (root / "pyproject.toml").is_file() and (root / "notebooks").is_dir() else None


def _prepend(child: dict[str, str], name: str, folder: Path) -> None:
    child[name] = os.pathsep.join([str(folder), *filter(None, [child.get(name)])])


def _has_screen() -> bool:
    """Return whether a browser can open in a window; without one it could take over the terminal."""
    return not sys.platform.startswith("linux") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
