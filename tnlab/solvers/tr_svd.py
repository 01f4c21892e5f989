"""TR-SVD: truncate a tensor to a tensor ring in closed form.

An SVD of the first core's unfolding splits that core off, and its rank R is divided as p x q between the core's two
bonds. The remainder, with these two bonds as end modes, is truncated as a train. The first core and the division
change the result, so several are tried. The division 1 x R gives a train, so that with a target error the ring has
never more parameters than these trains.

References:
    Zhao 2016: https://arxiv.org/abs/1606.05535
    Mickelin 2020 (choice of the first split): https://arxiv.org/abs/1807.02513
"""

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from tnlab.errors import StructureError
from tnlab.fitting.memory import require_closed_form
from tnlab.fitting.truncation.closed_form import FEW, MEASURED_BELOW, Closed, rounding, within
from tnlab.fitting.truncation.tree_svd import Goal, Peeled, peel
from tnlab.fitting.unfolding_svd import (
    Sketch,
    Unfolding,
    as_array,
    sketched,
    sum_of_squares,
    tensor_like,
    truncate,
)
from tnlab.network.core_arrays import as_core, padded, permuted
from tnlab.network.edits import set_ranks
from tnlab.network.graph import is_ring
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.structure import Bond, Core, Structure
from tnlab.solvers.base import solvers
from tnlab.solvers.closed_form_base import AbstractClosedForm


@solvers.register("tr_svd")
@dataclass(frozen=True)
class TRSVD(AbstractClosedForm):
    """TR-SVD: split off the first core of a ring, truncate the rest as a train, to given ranks or a target error.

    Attributes:
        tries: Largest number of first cores and divisions of the first rank; for large tensors one first core is tried.
        sure_of: Ranks of a ring of three cores that it finds in any tensor that has them. Others it may miss: the first
            SVD gives the subspace of the core, but not the basis in which it divides between the two bonds.
    """

    tries: int = 32

    fits: ClassVar[tuple[str, ...]] = ("tensor_ring",)
    sure_of: ClassVar[tuple[int, ...]] = (2, 2, 1)

    @override
    def _truncated(self, tensor: Tensor, structure: Structure, sketch: Sketch | None) -> Closed:
        check_ring(structure)
        require_closed_form(tensor, structure, self.target_error)
        total = sum_of_squares(as_array(tensor))

        def attempt(error: float | None) -> Closed:
            return _best(tensor, structure, Goal(error, sketch=sketch), total, self.tries)

        return within(self.target_error, attempt, len(structure.cores), tensor.dtype)


def check_ring(structure: Structure) -> None:
    """Refuse a structure that is not one ring of cores with modes.

    Raises:
        StructureError: A core has no mode or not exactly two bonds, or a bond joins more than two cores.
    """
    if not is_ring(structure):
        raise StructureError("TR-SVD needs a ring: every core carries a mode and has exactly two bonds.")


@dataclass(frozen=True, eq=False)
class _Ring:
    """A truncated ring: its first core, and the train of the other cores whose ends are the bonds to the first."""

    structure: Structure
    cycle: tuple[int, ...]  # cores, the first core first
    bonds: tuple[int, ...]  # bond k joins cycle[k] and cycle[k + 1]; the last closes the ring
    basis: Any  # (rows, p, q)
    train: Peeled
    discarded: float
    doubt: float

    @property
    def found(self) -> Structure:
        """The ring's structure with the ranks that the truncation chose."""
        ranks = list(self.structure.ranks)
        for bond, rank in zip(self.bonds[1:-1], self.train.structure.ranks, strict=True):
            ranks[bond] = rank
        ranks[self.bonds[0]], ranks[self.bonds[-1]] = self.basis.shape[1:]
        return set_ranks(self.structure, ranks)

    @property
    def lost(self) -> float:
        """Squared norm of the part of X that the truncations discarded."""
        return self.discarded + self.train.lost

    def cores(self, structure: Structure) -> list[Any]:
        """Return the cores, by place in the structure, padded by zeros to its ranks."""
        order = structure.order
        modes = [leg for core in self.cycle[1:] for leg in structure.cores[core].legs]
        names = [order + self.bonds[0], *modes, order + self.bonds[-1], *(order + bond for bond in self.bonds[1:-1])]
        first = self.cycle[0]
        legs = structure.cores[first].legs
        head = self.basis.reshape(*(structure.modes[leg] for leg in legs), *self.basis.shape[1:])
        cores: list[Any] = [None] * len(structure.cores)
        cores[first] = as_core(head, [*legs, order + self.bonds[0], order + self.bonds[-1]], structure, first)
        for place, core, array in zip(range(len(modes)), self.cycle[1:], self.train.cores(), strict=False):
            labels = [names[label] for label in self.train.structure.core_indices[place]]
            cores[core] = as_core(array, labels, structure, core)
        return cores


def _best(tensor: Tensor, structure: Structure, goal: Goal, total: float, tries: int) -> Closed:
    array = as_array(tensor)
    many = tensor.numel() <= FEW
    starts = (
        range(len(structure.cores)) if many else [min(range(len(structure.cores)), key=lambda c: _rows(structure, c))]
    )
    views = {start: _first(array, structure, start) for start in starts}
    rings = (
        _open(views[start], structure, start, division, goal, total)
        for start, division in _divisions(views, structure, goal, total)[:tries]
    )
    if goal.error is None:
        best = min(rings, key=lambda ring: ring.lost)
        found = structure
    else:
        best = min(rings, key=lambda ring: (ring.found.parameters, ring.lost))
        found = best.found
    network = Network(found, tuple(tensor_like(core, tensor) for core in best.cores(found)))
    error = math.sqrt(max(best.lost, 0.0) / total)
    bound = math.sqrt((best.discarded + best.train.promised + best.doubt + best.train.doubt) / total)
    if error <= MEASURED_BELOW[tensor.dtype]:
        error = relative_residual(tensor, network)
    return Closed(network, error, bound + rounding(len(found.cores), tensor.dtype))


def _divisions(
    views: dict[int, Unfolding], structure: Structure, goal: Goal, total: float
) -> list[tuple[int, tuple[int, int]]]:
    """Return pairs of a first core and a division (p, q) of its rank between its two bonds, most even ones first."""
    listed = []
    for start, view in views.items():
        cycle, bonds = _cycle(structure, start)
        if goal.error is None:
            left, right = structure.ranks[bonds[0]], structure.ranks[bonds[-1]]
            needed = min(view.rows, left * right)
        else:
            needed = truncate(view, budget=goal.error**2 * total / len(cycle)).rank
            left = right = needed
        pairs = {(p, -(-needed // p)) for p in range(1, min(left, needed) + 1) if -(-needed // p) <= right}
        least = {(p, q) for p, q in pairs if not any(a <= p and b <= q and (a, b) != (p, q) for a, b in pairs)}
        listed += [(max(pair), -pair[0], start, pair) for pair in least]
    return [(start, pair) for *_, start, pair in sorted(listed)]


def _open(
    view: Unfolding, structure: Structure, start: int, division: tuple[int, int], goal: Goal, total: float
) -> _Ring:
    cycle, bonds = _cycle(structure, start)
    columns = division[0] * division[1]
    if goal.sketch is None:
        budget = None if goal.error is None else goal.error**2 * total
        cut = truncate(view, rank=min(columns, view.rows), budget=budget)
    else:
        cut = sketched(view, goal.sketch, total=total, rank=min(columns, view.rows))
    basis = _filled(cut.basis, view.array, view.rows, columns)
    legs = [leg for core in cycle[1:] for leg in structure.cores[core].legs]
    rest = view.onto(basis).reshape(*division, *(structure.modes[leg] for leg in _passed(structure, start)))
    passed = _passed(structure, start)
    rest = permuted(rest, (0, *(2 + passed.index(leg) for leg in legs), 1))
    train = _train(structure, cycle, bonds, division)
    here = total - cut.discarded
    if goal.error is not None:
        goal = replace(goal, error=math.sqrt(max(goal.error**2 * total - cut.discarded, 0.0) / here))
    peeled = peel(rest, train, goal, total=here)
    return _Ring(
        structure,
        cycle,
        bonds,
        basis=basis.reshape(-1, *division),
        train=peeled,
        discarded=cut.discarded,
        doubt=cut.doubt,
    )


def _train(structure: Structure, cycle: tuple[int, ...], bonds: tuple[int, ...], ends: tuple[int, int]) -> Structure:
    """Return the train of all other cores, with the two bonds to the first core as modes at its ends."""
    modes, cores = [ends[0]], list[Core]()
    for core in cycle[1:]:
        legs = structure.cores[core].legs
        cores.append(Core(tuple(range(len(modes), len(modes) + len(legs)))))
        modes += [structure.modes[leg] for leg in legs]
    cores[0] = Core((0, *cores[0].legs))
    cores[-1] = Core((*cores[-1].legs, len(modes)))
    ranks = [structure.ranks[bond] for bond in bonds[1:-1]]
    joined = tuple(Bond((place, place + 1), rank) for place, rank in enumerate(ranks))
    return Structure((*modes, ends[1]), tuple(cores), joined)


def _cycle(structure: Structure, start: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the cores around the ring from a given one on, and the bond that follows each."""
    cores, bonds = [start], [_towards(structure, start)]
    while len(cores) < len(structure.cores):
        cores.append(next(end for end in structure.bonds[bonds[-1]].cores if end != cores[-1]))
        bonds.append(next(bond for bond in structure.core_bonds[cores[-1]] if bond != bonds[-1]))
    return tuple(cores), tuple(bonds)


def _towards(structure: Structure, core: int) -> int:
    """Return the bond from a core to the core of the next number if there is one, else its first bond."""
    following = (core + 1) % len(structure.cores)
    bonds = structure.core_bonds[core]
    return next((bond for bond in bonds if following in structure.bonds[bond].cores), bonds[0])


def _rows(structure: Structure, core: int) -> int:
    return math.prod(structure.modes[leg] for leg in structure.cores[core].legs)


def _passed(structure: Structure, start: int) -> list[int]:
    return [mode for mode in range(structure.order) if mode not in structure.cores[start].legs]


def _first(array: Any, structure: Structure, start: int) -> Unfolding:
    """Return the unfolding with the modes of one core as rows and all others, in order, as columns."""
    legs = structure.cores[start].legs
    if len(legs) == 1:
        shape = structure.modes
        before, after = math.prod(shape[: legs[0]]), math.prod(shape[legs[0] + 1 :])
        view = Unfolding(array.reshape(before, shape[legs[0]], after))
        return view if before == 1 else Unfolding(view.array.swapaxes(0, 1).reshape(1, view.rows, -1))
    turned = permuted(array, (*legs, *_passed(structure, start)))
    return Unfolding(turned.reshape(1, _rows(structure, start), -1))


def _filled(basis: Any, array: Any, rows: int, columns: int) -> Any:
    """Return a basis padded by zero columns to (rows, columns), each own column with a positive largest entry.

    The sign of a singular vector is arbitrary, but another sign of one column changes the resulting ring, because the
    columns are divided between two bonds. Without a basis the identity is padded.
    """
    if isinstance(array, np.ndarray):
        own: Any = np.eye(rows) if basis is None else basis
        signs = np.sign(own[np.abs(own).argmax(0), np.arange(own.shape[1])])
    else:
        own = torch.eye(rows, dtype=torch.float64, device=array.device) if basis is None else basis
        signs = own.gather(0, own.abs().argmax(0, keepdim=True)).sign()
    return padded(own * signs, (rows, columns))
