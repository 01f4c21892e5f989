"""``tnlab lab`` and ``tnlab dashboard``: open JupyterLab, or serve the dashboards."""

from typing import Annotated

import typer

from tnlab import launch


def lab(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to serve at; by default the first free one.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Whether to open a browser.")] = True,
) -> None:
    """Open the first notebook in JupyterLab."""
    raise typer.Exit(launch.lab(port=port, browser=browser))


def dashboard(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to serve at.")] = 8866,
    host: Annotated[str, typer.Option(help="Address of this machine to serve at.")] = "127.0.0.1",
    browser: Annotated[bool, typer.Option(help="Whether to open a browser.")] = True,
) -> None:
    """Serve the dashboards, the Explorer first, as web pages."""
    raise typer.Exit(launch.dashboard(port=port, host=host, browser=browser))
