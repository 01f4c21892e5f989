"""Enumeration of the structures of a family whose cut ranks allow a target error, by ascending parameters."""

import time
from collections.abc import Iterator

from tnlab.bounds.cut_problem import cut_problem
from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.families import FAMILIES
from tnlab.network.structure import Structure


def ascending(
    spectra: CutSpectra,
    target_error: float,
    *,
    family: str,
    max_rank: int | None,
    max_seconds: float,
    cut_seconds: float | None = None,
) -> Iterator[Structure]:
    """Yield the structures whose every cut rank allows a target error, by ascending parameters, until time is out.

    Args:
        spectra: Spectra of the tensor.
        target_error: Relative error to be reached.
        family: A key of ``FAMILIES``; of networks of every kind, only simple graphs are listed.
        max_rank: Largest rank of a bond; None for what the cuts can use.
        max_seconds: Time for the search, in seconds, after the cut spectra are known. The caller's time between two
            structures does not count.
        cut_seconds: Time for the cut spectra, in seconds; by default ``max_seconds``. A cut that is not known by then
            forbids nothing.
    """
    problem = cut_problem(spectra, target_error, max_rank, time.monotonic() + (cut_seconds or max_seconds))
    deadline = time.monotonic() + max_seconds
    seen = set[Structure]()
    for ranks in FAMILIES[family].ascending(problem, deadline):
        structure = problem.structure(ranks)
        if structure not in seen:
            seen.add(structure)
            yield structure
