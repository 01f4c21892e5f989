"""The problem of a structure search: a tensor, an objective, a family of structures and a budget."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from torch import Tensor

from tnlab.array_like import count
from tnlab.bounds.ascending import ascending
from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.families import FAMILIES, MAX_ORDER
from tnlab.bounds.parameter_bound import ParameterBound, parameter_bound
from tnlab.data.intake import nonzero_data
from tnlab.errors import FormatError, UnknownNameError
from tnlab.network.graph import is_tree
from tnlab.network.rank_matrix import to_matrix
from tnlab.network.structure import Structure
from tnlab.structure_search.objective import FewestParameters, Objective
from tnlab.structure_search.settings import Budget

UNLIMITED_RANK = 16  # largest rank that engines propose where ``max_rank`` is None: fits cost a high power of the ranks
CUT_SHARE = 0.4  # fraction of ``max_seconds`` that the spectra of all cuts may take before structures are listed
ALIGNED = 64  # bytes: products of aligned tensors round the same in every process


@dataclass(frozen=True, eq=False)
class Problem:
    """What a structure search is to find, and what it may spend.

    Attributes:
        tensor: The data X.
        objective: The score to minimise.
        family: The structures to search, a key of ``FAMILIES``.
        max_rank: Largest rank of a bond; None for no limit.
        budget: What the search may spend; engines plan with it.

    Raises:
        DataError: The tensor cannot be fitted.
        UnknownNameError: There is no such family.
        ValueError: The target error or ``max_rank`` is out of range.
        FormatError: The order is too small, or too large to list its cuts.
    """

    tensor: Tensor
    objective: Objective
    family: str = "any"
    max_rank: int | None = None
    budget: Budget = Budget()  # noqa: RUF009 - frozen

    def __post_init__(self) -> None:
        object.__setattr__(self, "tensor", _plain(nonzero_data(self.tensor)))
        target = self.target_error
        if target is not None and not 0 < target < 1:
            raise ValueError(f"The target error must lie between 0 and 1, but is {target!r}.")
        if self.family not in FAMILIES:
            raise UnknownNameError("family", self.family, FAMILIES)
        if self.max_rank is not None:
            object.__setattr__(self, "max_rank", count(self.max_rank, "max_rank"))
        if not 2 <= self.order <= MAX_ORDER:
            raise FormatError(
                f"A structure search needs an order from 2 to {MAX_ORDER}, but the tensor has order {self.order}. "
                "Reshape it to an order in between."
            )

    @property
    def target_error(self) -> float | None:
        """Relative error to reach; None if the objective weighs size against error."""
        return self.objective.target_error if isinstance(self.objective, FewestParameters) else None

    @property
    def modes(self) -> tuple[int, ...]:
        """Shape of the tensor."""
        return tuple(self.tensor.shape)

    @property
    def order(self) -> int:
        """Number of modes."""
        return len(self.modes)

    @property
    def entries(self) -> int:
        """Entries of the tensor."""
        return math.prod(self.modes)

    @cached_property
    def spectra(self) -> CutSpectra:
        """Spectra of the tensor's unfoldings, each computed when first used."""
        return CutSpectra(self.tensor)

    @cached_property
    def rank_limit(self) -> int:
        """Largest rank that an engine should propose.

        That is ``max_rank``; where it is None, the largest cut rank that one or two modes need at the target error,
        between 2 and 16.
        """
        if self.max_rank is not None:
            return self.max_rank
        error = self.target_error or 0.0
        modes = range(self.order)
        cuts = [*combinations(modes, 1), *(combinations(modes, 2) if self.order > 3 else ())]
        return max(2, min(max(self.spectra.needed_rank(cut, error) for cut in cuts), UNLIMITED_RANK))

    def score(self, parameters: int, error: float) -> float:
        """Return the objective's score of a number of parameters and a relative error."""
        return self.objective.score(parameters, self.entries, error)

    def reached(self, error: float) -> bool:
        """Return whether a relative error is at most the target; always true without a target."""
        return self.target_error is None or error <= self.target_error

    def lower_bound(self, max_seconds: float) -> ParameterBound | None:
        """Return a lower bound on the parameters of every structure of the family that reaches the target.

        The bound is the best that was proved within ``max_seconds``; None without a target.
        """
        if self.target_error is None:
            return None
        return parameter_bound(
            self.spectra, self.target_error, family=self.family, max_rank=self.max_rank, max_seconds=max_seconds
        )

    def candidates(self, family: str, max_seconds: float) -> Iterable[Structure]:
        """Return, by ascending parameters, the structures of a family whose cut ranks all suffice for the target.

        The list is computed lazily and cached by family. The first call starts the clock: after ``max_seconds`` no
        further structures are computed.
        """
        if family not in self._candidates:
            error = self.target_error or 0.0
            limits = {
                "max_rank": self.max_rank,
                "max_seconds": max_seconds,
                "cut_seconds": CUT_SHARE * self.budget.max_seconds,
            }
            self._candidates[family] = _Kept(ascending(self.spectra, error, family=family, **limits))
        return self._candidates[family]

    @cached_property
    def _candidates(self) -> dict[str, "_Kept"]:
        return {}

    def admits(self, structure: Structure) -> bool:
        """Return whether a structure belongs to the family and has no rank above ``max_rank``."""
        if structure.modes != self.modes or max(structure.ranks, default=1) > (self.max_rank or math.inf):
            return False
        if FAMILIES[self.family].latent:
            return True
        if structure.has_hyper_bonds or any(len(core.legs) != 1 for core in structure.cores):
            return False
        joined = (to_matrix(structure) > 1) & ~np.eye(self.order, dtype=bool)
        if joined.sum(axis=1).max() > FAMILIES[self.family].degree:
            return False
        if self.family == "tree":
            return is_tree(structure)
        return self.family != "ring" or not _inner_cycle(joined)


def _plain(tensor: Tensor) -> Tensor:
    """Return a tensor contiguous and aligned in memory, so that products round the same in every process."""
    tensor = tensor.contiguous()
    return tensor.clone() if tensor.data_ptr() % ALIGNED else tensor


class _Kept:
    """An iterable that caches what an iterator yields, so that it can be iterated over several times."""

    def __init__(self, source: Iterator[Structure]) -> None:
        self._source = source
        self._known: list[Structure] = []

    def __iter__(self) -> Iterator[Structure]:
        yield from self._known
        for structure in self._source:
            self._known.append(structure)
            yield structure


def _inner_cycle(joined: np.ndarray) -> bool:
    """Return whether a graph, given as a symmetric boolean matrix, has a cycle that misses some of the cores."""
    order = len(joined)
    left = set(range(order))
    while left:
        part, frontier = set[int](), [min(left)]
        while frontier:
            core = frontier.pop()
            part.add(core)
            frontier.extend(other for other in np.flatnonzero(joined[core]).tolist() if other not in part)
        bonds = int(joined[np.ix_(sorted(part), sorted(part))].sum()) // 2
        if 2 < len(part) < order and bonds >= len(part):
            return True
        left -= part
    return False
