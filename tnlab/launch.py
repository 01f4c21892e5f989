"""Serve this package's notebooks: start JupyterLab or Voila as a child process, wait for it, and stop it on exit."""

import contextlib
import errno
import importlib.util
import ipaddress
import json
import os
import secrets
import signal
import site
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
FIRST_PAGE = "explorer.ipynb"  # listed before the other dashboards, and opened in the browser
START_LIMIT = 90.0  # seconds until a server must answer: importing Voila is slow on a busy machine
STOP_LIMIT = 10.0  # seconds that a server gets to end its kernels before it is killed
POLL = 0.1  # seconds between two attempts to reach a starting server
PORTS_TRIED = 100  # ports above a taken one among which a free one is looked for

VOILA_FLAGS = (
    "--no-browser",
    "--template=tnlab",
    "--Voila.port_retries=0",
    "--Voila.log_level=ERROR",
    "--Voila.kernel_websocket_connection_class=tnlab_widgets.kernel_socket.CheckedKernelSocket",
    # Voila writes the theme that an address names into the page unescaped; an unknown template keeps a kernel alive.
    "--VoilaConfiguration.allow_theme_override=NO",
    "--VoilaConfiguration.allow_template_override=NO",
    "--VoilaConfiguration.extension_denylist=@jupyter-server/resource-usage",
    "--VoilaConfiguration.extension_denylist=@jupyter-notebook/lab-extension",  # of Notebook 7; fails outside it
    # A closed page does not always end its kernel.
    "--MappingKernelManager.cull_interval=60",
    "--MappingKernelManager.cull_idle_timeout=600",
    "--MappingKernelManager.cull_connected=False",
)
# By default Voila answers requests for any host name, so a foreign page whose name resolves to this machine (DNS
# rebinding) could read what is served. An empty value means false: only localhost and this machine's addresses answer.
LOCAL_FLAG = "--Voila.tornado_settings=allow_remote_access="
LAB_FLAGS = (  # JupyterLab asks no other server for news or updates
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
)


# Hosts that stand for all addresses of this machine: kind of address, one elsewhere (for documentation), loopback.
ANY = {
    "0.0.0.0": (socket.AF_INET, "192.0.2.1", "127.0.0.1"),  # noqa: S104
    "::": (socket.AF_INET6, "2001:db8::1", "::1"),
}


class LaunchError(TnlabError):
    """A notebook or dashboard cannot be served: a package or file is missing, or the port or host cannot be used."""


def lab(*, port: int | None, browser: bool) -> int:
    """Open the first notebook in JupyterLab, wait until the server is stopped, and return exit code 0.

    Args:
        port: Port to listen at; with None JupyterLab takes the first free one.
        browser: Whether JupyterLab opens a browser.

    Raises:
        LaunchError: A package or the notebook is missing, the port cannot be used, or the server ends by itself.
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
    """Serve every dashboard with Voila, print the addresses, wait until the server is stopped; return exit code 0.

    On a host that other machines can reach, the addresses carry a random token, and a page shows only those studies
    whose names its visitor gives.

    Args:
        port: Port to listen at.
        host: Address of this machine to listen at.
        browser: Whether to open the first dashboard in a browser.

    Raises:
        LaunchError: A package or the dashboards are missing, the port or host cannot be used, or the server ends by
            itself.
    """
    _require("voila", "ipykernel", "anywidget")
    folder = notebooks() / "dashboards"
    pages = dashboards(folder)
    check_port(host, port)
    child, flags, token = environment(), [f"--Voila.ip={host}", f"--port={port}"], ""
    if is_loopback(host):
        flags.append(LOCAL_FLAG)
    else:
        # A page runs a kernel on this machine. The environment hides the token from the machine's list of processes.
        child["JUPYTER_TOKEN"] = secrets.token_urlsafe(24)
        child["TNLAB_PRIVATE_STUDIES"] = "1"
        flags.append("--Voila.auto_token=True")
        token = f"?token={child['JUPYTER_TOKEN']}"
        warning = f"Warning: other machines can reach {host}. Anyone with an address below can run code on this one."
        typer.echo(warning, err=True)

    def announce() -> None:
        addresses = [page_address(host, port, page) + token for page in pages]
        for title, address in zip(pages.values(), addresses, strict=True):
            typer.echo(f"{title}: {address}")
        typer.echo("Press Ctrl+C to stop.")
        sys.stdout.flush()
        if browser and _has_screen():
            webbrowser.open(addresses[0])

    command = [sys.executable, "-m", "voila", str(folder), *VOILA_FLAGS, *flags]
    return _serve(command, child, ready=lambda: _answers(host, port), announce=announce, filtered=True)


def notebooks() -> Path:
    """Return the folder of the notebooks: in the checkout around this package, else where the wheel installed it.

    That is below ``sys.prefix`` or, for ``pip install --user``, below the user's base folder.
    """
    checkout = _checkout()
    if checkout:
        return checkout / "notebooks"
    places = [Path(top, "share", "tnlab", "notebooks") for top in (sys.prefix, site.getuserbase())]
    return next((place for place in places if place.is_dir()), places[0])


def dashboards(folder: Path) -> dict[str, str]:
    """Return the title of every dashboard by its file name: all ``*.ipynb`` of a folder, ``FIRST_PAGE`` first.

    The others follow in the order of their file names. A title is the ``title`` of the notebook's metadata, which Voila
    shows in the browser's tab, without the name of this package; else the first Markdown heading; else the file name.

    Raises:
        LaunchError: The folder has no notebook, or one of them cannot be read.
    """
    paths = sorted(folder.glob("*.ipynb"), key=lambda path: (path.name != FIRST_PAGE, path.name))
    if not paths:
        raise LaunchError(
            f"The folder {str(folder)!r} has no dashboard; install tnlab again or run it from its checkout."
        )
    return {path.name: _title(path) for path in paths}


def environment() -> dict[str, str]:
    """Return a server's environment: this process's with one OpenMP thread, and a checkout's packages and templates."""
    child = dict(os.environ)
    child.setdefault("OMP_NUM_THREADS", "1")  # a server runs many kernels: more threads each would only compete
    checkout = _checkout()
    if checkout:
        _prepend(child, "JUPYTER_PATH", checkout / "share" / "jupyter")
        _prepend(child, "PYTHONPATH", checkout / "widgets")
        _prepend(child, "PYTHONPATH", checkout)
    return child


def check_port(host: str, port: int) -> None:
    """Check that a server can listen at a port, by listening there for a moment.

    Args:
        host: Address of this machine.
        port: From 0 to 65535; 0 stands for any free port.

    Raises:
        LaunchError: The host is not an address of this machine, or the port is taken or needs administrator rights.
    """
    problem = _listen_problem(host, port)
    if problem == errno.EADDRINUSE:
        above = range(port + 1, min(port + 1 + PORTS_TRIED, 65536))
        free = next((other for other in above if not _listen_problem(host, other)), 0)
        hint = f"; try --port {free}" if free else ""
        raise LaunchError(f"Port {port} is in use by another program{hint}.")
    if problem == errno.EACCES:
        raise LaunchError(f"Port {port} needs administrator rights; take one above 1023, such as --port 8866.")
    if problem:
        raise LaunchError(f"The host {host!r} is not an address of this machine; use --host 127.0.0.1.")


def page_address(host: str, port: int, page: str = FIRST_PAGE) -> str:
    """Return the URL of a dashboard, given the file name of its notebook.

    For the host 0.0.0.0 or :: it has the address by which other machines reach this one, if that can be found out.
    """
    shown = _outward(host) if host in ANY else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/voila/render/{page}"


def _outward(host: str) -> str:
    """Return this machine's address in its network, else its loopback address; no packet is sent."""
    family, far, near = ANY[host]
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))  # a datagram socket only looks up the way
            return probe.getsockname()[0]
    except OSError:
        return near


def is_loopback(host: str) -> bool:
    """Return whether a host is a loopback address or ``localhost``, which other machines cannot reach."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen_problem(host: str, port: int) -> int:
    """Return 0 if a socket can be bound to the port of the host, else the ``errno`` of the failure."""
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
    target = ANY[host][2] if host in ANY else host
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
    """Run a server as a child process until it ends or this process is interrupted, and stop it in every case.

    Args:
        command: The server's command line.
        env: Its environment.
        ready: Asked every ``POLL`` seconds after the start, until it returns true.
        announce: Called once when ``ready`` has returned true.
        filtered: Whether to pass the server's messages through ``_forward`` instead of straight to stderr.

    Raises:
        LaunchError: The server is not ready within ``START_LIMIT``, or ends by itself with a nonzero code.
    """
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
                time.sleep(POLL)
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
    """Copy lines of a server's stderr to this one's, without the kernels' notice about TCP, until ``stopping``."""
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
    """Raise ``KeyboardInterrupt`` on SIGINT, SIGTERM and SIGHUP while entered; an ignored one (nohup) stays ignored."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    kinds = {name: getattr(signal, name) for name in names if signal.getsignal(getattr(signal, name)) != signal.SIG_IGN}
    before = {name: signal.signal(kind, interrupt) for name, kind in kinds.items()}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _require(*packages: str) -> None:
    missing = [package for package in packages if importlib.util.find_spec(package) is None]
    if missing:
        raise LaunchError(f"This command needs {', '.join(missing)}, not installed here: pip install 'tnlab[lab]'")


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise LaunchError(f"The notebook {str(path)!r} is missing; install tnlab again or run it from its checkout.")


def _title(path: Path) -> str:
    """Return the title of a notebook: from its metadata, else its first Markdown heading, else its file name."""
    try:
        notebook = json.loads(path.read_bytes())
        told = notebook["metadata"].get("title", "")
        texts = ("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
        lines = (line for text in texts for line in text.splitlines() if line.startswith("#"))
        return told.removeprefix("tnlab ") or next(lines, "").strip("# ") or path.stem
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise LaunchError(f"The dashboard {str(path)!r} is not a readable notebook: {error!r}.") from None


def _checkout() -> Path | None:
    root = Path(__file__).resolve().parents[1]
    return root if (root / "pyproject.toml").is_file() and (root / "notebooks").is_dir() else None


def _prepend(child: dict[str, str], name: str, folder: Path) -> None:
    child[name] = os.pathsep.join([str(folder), *filter(None, [child.get(name)])])


def _has_screen() -> bool:
    """Return whether a browser can open in a window; a text browser would take over the terminal."""
    return not sys.platform.startswith("linux") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
