"""Enumeration of the structures of a family whose cut ranks allow a target error, by ascending parameters."""

import math
import time
from collections.abc import Iterator, Sequence

import numpy as np

from tnlab.bounds.cut_problem import CutProblem, PairRanks, cut_problem
from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.deepening import CHUNK, GROWTH, SearchTree
from tnlab.bounds.graph_family import graph_searches
from tnlab.bounds.ring_family import ring_searches
from tnlab.bounds.tree_family import ascending_trees
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
        family: ``"ring"``, ``"tree"``, ``"degree3"`` or ``"any"``.
        max_rank: Largest rank of a bond; None for what the cuts can use.
        max_seconds: Time for the search, in seconds, after the cut spectra are known. The caller's time between two
            structures does not count.
        cut_seconds: Time for the cut spectra, in seconds; by default ``max_seconds``. A cut that is not known by then
            forbids nothing.
    """
    problem = cut_problem(spectra, target_error, max_rank, time.monotonic() + (cut_seconds or max_seconds))
    deadline = time.monotonic() + max_seconds
    seen = set[Structure]()
    for ranks in _of_family(problem, family, deadline):
        structure = problem.structure(ranks)
        if structure not in seen:
            seen.add(structure)
            yield structure


def _of_family(problem: CutProblem, family: str, deadline: float) -> Iterator[PairRanks]:
    if family == "tree":
        return ascending_trees(problem, deadline)
    if family == "ring":
        return _ascending(ring_searches(problem, deadline), problem, deadline)
    return _ascending(graph_searches(problem, 3 if family == "degree3" else problem.order - 1), problem, deadline)


def _ascending(searches: Sequence[SearchTree], problem: CutProblem, deadline: float) -> Iterator[PairRanks]:
    """Yield the ranks of all searches, by ascending parameters: search one window of parameters after the other."""
    bounds, above = [search.bound for search in searches], 0.0
    while (bound := min(bounds, default=math.inf)) < math.inf:
        limit = max(bound, math.floor(max(bound, above + 1) * GROWTH))
        found: list[PairRanks] = []
        for place, search in enumerate(searches):
            if bounds[place] <= limit:
                leaves, bounds[place] = _between(search, above, limit, deadline)
                found += leaves
        shown = time.monotonic()
        yield from sorted(found, key=problem.parameters)
        deadline += time.monotonic() - shown
        if time.monotonic() > deadline:
            return
        above = limit


def _between(search: SearchTree, above: float, limit: float, deadline: float) -> tuple[list[PairRanks], float]:
    """Return the structures with parameters in (``above``, ``limit``], and the least bound of the parts left out."""
    stack, found, beyond = [search.root()], list[PairRanks](), math.inf
    while stack and time.monotonic() <= deadline:
        children, least = search.expand(stack.pop(), limit)
        beyond = min(beyond, least)
        if len(children.costs) and search.finished(children):
            rows = np.flatnonzero((children.costs > above) & (children.costs <= limit))
            found += [search.ranks_of(children, row) for row in rows.tolist()]
        elif len(children.costs):
            order = np.argsort(children.costs, kind="stable")
            stack.extend(children.rows(order[first : first + CHUNK]) for first in range(0, len(order), CHUNK)[::-1])
    return found, beyond
