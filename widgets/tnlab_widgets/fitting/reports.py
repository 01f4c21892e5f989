"""Fits, visits, bounds and minima as the dictionaries that the Explorer's page reads."""

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from tnlab.bounds.families import FAMILIES
from tnlab.formats import formats
from tnlab.network.gauge.bond_spectra import bond_spectra
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.solvers.base import Status
from tnlab_widgets.base.starting import family_name
from tnlab_widgets.fitting.certifier_desk import Bound, Minimum
from tnlab_widgets.fitting.run import FitProgress, RandomStart
from tnlab_widgets.fitting.visited import Visit

MAX_SPECTRUM = 64  # singular values of a bond or cut that the page draws
LEFT = "Left before it had converged."
CUT_SHORT = {Status.RUNNING.value, Status.STOPPED.value, Status.MAX_SWEEPS.value, LEFT}


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
    """Return every visit as a record for the page; only ``current`` may say that it runs.

    Its fields are {id, parameters, relative_error, label, status, cut_short, format}.
    """
    return [
        {
            "id": visit.id,
            "parameters": visit.structure.parameters,
            "relative_error": visit.relative_error,
            "label": visit.label,
            **status_record(visit.status, running=visit.id == current),
            "format": format_of(visit.structure),
        }
        for visit in visited
    ]


def status_record(status: str, *, running: bool) -> dict[str, Any]:
    """Return {status, cut_short} of cores: only those of a fit that is ``running`` may say so."""
    return {
        "status": LEFT if status == Status.RUNNING.value and not running else status,
        "cut_short": status in CUT_SHORT and not running,
    }


def start_records(starts: Iterable[RandomStart], *, running: bool) -> list[dict[str, Any]]:
    """Return {seed, relative_error, sweeps, status, cut_short, running} of starts; the last may be ``running``."""
    starts = list(starts)
    fitted = [running and start is starts[-1] for start in starts]
    return [
        {
            "seed": start.seed,
            "relative_error": start.relative_error,
            "sweeps": start.sweeps,
            **status_record(start.status, running=now),
            "running": now,
        }
        for start, now in zip(starts, fitted, strict=True)
    ]


@lru_cache(maxsize=1024)
def format_of(structure: Structure) -> str:
    """Return the label of the format that a structure belongs to, e.g. ``'Tensor train'``; empty for none."""
    name = family_name(structure)
    return formats[name].label if name else ""


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
