"""Fits, visits, bounds and minima as the dictionaries that the Explorer's page reads."""

import math
from collections.abc import Iterable
from typing import Any

from tnlab.bounds.families import FAMILIES
from tnlab.network.gauge.bond_spectra import bond_spectra
from tnlab.network.network import Network
from tnlab.solvers.base import Status
from tnlab_widgets.fitting.certifier_desk import Bound, Minimum
from tnlab_widgets.fitting.run import FitProgress
from tnlab_widgets.fitting.visited import Visit

MAX_SPECTRUM = 64  # singular values of a bond or cut that the page draws
LEFT = "Left before it had converged."


def fit_state(progress: FitProgress, edit: str) -> dict[str, Any]:
    """Return the status, sweeps, errors, time and seed of a fit, labelled with the edit that it belongs to."""
    return {
        "edit": edit,
        "generation": progress.generation,
        "state": progress.state,
        "running": progress.running,
        "paused": progress.paused,
        "status": progress.status,
        "sweep": progress.sweep,
        "relative_error": progress.relative_error,
        "seconds": progress.seconds,
        "seed": progress.seed,
        "errors": list(progress.errors),
    }


def visit_records(visited: Iterable[Visit], current: int = 0) -> list[dict[str, Any]]:
    """Return {id, parameters, relative_error, label, status} of every visit; only ``current`` may say that it runs."""
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
    """Return the leading singular values on every bond of a network, descending, scaled to unit norm."""
    return [values[:MAX_SPECTRUM].tolist() for values in bond_spectra(network)]


def bound_state(bound: Bound, edit: str, generation: int) -> dict[str, Any]:
    """Return the error bound of the structure of an edit and the cut that proves it; a bound of 0 names no cut."""
    certificate = bound.certificate
    binds = certificate.error_bound > 0
    return {
        "edit": edit,
        "generation": generation,
        "error_bound": certificate.error_bound,
        "cut": list(certificate.cut) if binds else [],
        "cut_rank": certificate.cut_rank,
        "crossing": list(certificate.crossing) if binds else [],
        "upper": certificate.upper_bound,
        "cuts": certificate.cuts,
        "all_cuts": bound.all_cuts,
        "complete": bound.complete,
        "one_more": list(bound.one_more),
        "spectrum": certificate.spectrum[:MAX_SPECTRUM].tolist() if binds else [],
    }


def minimum_state(minimum: Minimum) -> dict[str, Any]:
    """Return the lower bound on the parameters for the target error, and whether it is proved or still searched."""
    found = minimum.found
    return {
        "target": minimum.target,
        "parameters": found and found.parameters,
        "incumbent": found and found.incumbent,
        "gap": found.gap if found and math.isfinite(found.gap) else None,
        "proved": bool(found and found.proved),
        "family": minimum.family,
        "kind": FAMILIES[minimum.family].kind,
        "scope": found.scope if found else "",
        "running": minimum.running,
    }
