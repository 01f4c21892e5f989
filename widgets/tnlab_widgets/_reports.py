"""What the worker has reached, as the page reads it."""

from collections.abc import Iterable
from typing import Any

from tnlab.network.network import Network
from tnlab.network.spectra import bond_spectra
from tnlab.solvers.base import Status
from tnlab_widgets._run import Progress
from tnlab_widgets._visited import Visit

MAX_SPECTRUM = 64
LEFT = "Left before it had converged."


def fit_state(progress: Progress, seq: int) -> dict[str, Any]:
    """Return how a fit stands, for the edit ``seq``."""
    return {
        "seq": seq,
        "generation": progress.generation,
        "running": progress.running,
        "paused": progress.paused,
        "status": progress.status,
        "sweep": progress.sweep,
        "relative_error": progress.relative_error,
        "seconds": progress.seconds,
        "seed": progress.seed,
        "errors": list(progress.errors),
    }


def visit_list(visited: Iterable[Visit], current: int = 0) -> list[dict[str, Any]]:
    """Return every structure tried; only the current one can still be running."""
    return [
        {
            "id": visit.id,
            "parameters": visit.structure.parameters,
            "relative_error": visit.relative_error,
            "label": visit.label,
            "status": LEFT if visit.status == Status.RUNNING.value and visit.id != current else visit.status,
        }
        for visit in visited
    ]


def spectra(network: Network) -> list[list[float]]:
    """Return the leading singular values on every bond."""
    return [values[:MAX_SPECTRUM].tolist() for values in bond_spectra(network)]
