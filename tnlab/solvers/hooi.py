"""Higher-order orthogonal iteration (HOOI): alternating optimisation of the mode bases of a Tucker format.

With all bases but one fixed, the best one spans the leading subspace of the tensor projected on the others; it comes
from the eigenvectors of a Gram matrix. As the bases are orthonormal, ``|X - X_hat|^2 = |X|^2 - |core|^2``.

References:
    De Lathauwer 2000: https://doi.org/10.1137/S0895479898346995
    Xiao 2021 (ranks that adapt to a target error): https://arxiv.org/abs/2110.12564
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from typing_extensions import override

from tnlab.errors import StructureError
from tnlab.fitting.memory import require_closed_form
from tnlab.fitting.truncation.closed_form import MEASURED_BELOW, closed_form
from tnlab.fitting.truncation.tree_svd import hub
from tnlab.fitting.unfolding_svd import NOISE, Unfolding, as_array, sum_of_squares, tensor_like, truncate, wide
from tnlab.network.core_arrays import padded
from tnlab.network.edits import set_ranks
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.structure import Structure
from tnlab.solvers.base import AbstractSolver, Ending, Init, Swept, solvers


@solvers.register("hooi")
@dataclass(frozen=True)
class HOOI(AbstractSolver):
    """Higher-order orthogonal iteration (HOOI) for Tucker, from a sequentially truncated HOSVD.

    With a target error that closed form chooses the first ranks, and every update of a basis takes the least rank that
    keeps to the error, so that ranks can only fall.
    """

    fits: ClassVar[tuple[str, ...]] = ("tucker",)
    chooses_ranks: ClassVar[bool] = True
    ending: ClassVar[Ending] = Ending(window=(1, 2), within_target=True)  # the error never rises

    @override
    def sweeps(
        self, tensor: Tensor, structure: Structure, *, init: Init, generator: torch.Generator
    ) -> Iterator[Swept]:
        star = _Star.of(structure)
        require_closed_form(tensor, structure, self.target_error)
        network, error = _start(tensor, structure, self.target_error, init, generator)
        yield Swept(network, error, math.inf)
        fit = _Iteration(tensor, star, network, target=self.target_error)
        while True:
            ranks = network.structure.ranks
            fit.sweep()
            network, error, doubt = fit.result()
            yield Swept(network, error, doubt, settled=None if network.structure.ranks == ranks else False)


@dataclass(frozen=True)
class _Star:
    """A Tucker structure as a star: the latent core in the middle, and the core of every mode."""

    structure: Structure
    middle: int
    leaves: tuple[int, ...]  # by mode

    @staticmethod
    def of(structure: Structure) -> "_Star":
        """Return the star of a Tucker structure; refuse any other structure.

        Raises:
            StructureError: It is not one latent core with one bond to each of the cores, which carry one mode each.
        """
        latent = [place for place, core in enumerate(structure.cores) if not core.legs]
        single = all(len(core.legs) <= 1 for core in structure.cores)
        if (
            len(latent) != 1
            or not single
            or any(len(b.cores) != 2 or latent[0] not in b.cores for b in structure.bonds)
        ):
            raise StructureError("HOOI needs a Tucker structure: one latent core bonded to cores of one mode each.")
        if len(structure.bonds) != structure.order:
            raise StructureError(
                "HOOI needs one bond between the latent core and each other core, and no parallel ones."
            )
        place = {core.legs[0]: at for at, core in enumerate(structure.cores) if core.legs}
        return _Star(structure, latent[0], tuple(place[mode] for mode in range(structure.order)))

    def bond(self, mode: int) -> int:
        """Return the bond between the latent core and the core of a mode."""
        return self.structure.core_bonds[self.leaves[mode]][0]


class _Iteration:
    """State of the iteration: one orthonormal basis per mode, and the tensor projected on them (the core)."""

    def __init__(self, tensor: Tensor, star: _Star, start: Network, *, target: float | None) -> None:
        self.tensor, self.star, self.target = tensor, star, target
        self.array = as_array(tensor)
        self.total = sum_of_squares(self.array)
        self.ranks = [star.structure.ranks[star.bond(mode)] for mode in range(star.structure.order)]
        self.bases = [wide(as_array(start.cores[place])) for place in star.leaves]
        if target is not None:
            self.ranks = [basis.shape[1] for basis in self.bases]

    def sweep(self) -> None:
        """Update every basis once; bases of one half of the modes share one projection on those of the other half."""
        order = len(self.bases)
        halves = list(range((order + 1) // 2)), list(range((order + 1) // 2, order))
        for own, other in (halves, halves[::-1]):
            shared = self._projected(self.array, other)
            for mode in own:
                self._update(mode, self._projected(shared, [k for k in own if k != mode]))

    def result(self) -> tuple[Network, float, float]:
        """Return the network after a sweep, its relative error, and how far that may be from the true one."""
        star = self.star
        ranks = list(star.structure.ranks)
        if self.target is not None:
            for mode, basis in enumerate(self.bases):
                ranks[star.bond(mode)] = basis.shape[1]
        structure = set_ranks(star.structure, ranks)
        by_bond = sorted(range(len(self.bases)), key=star.bond)
        middle = tensor_like(self.core, self.tensor).permute(by_bond)
        cores = [middle] * len(structure.cores)
        for mode, place in enumerate(star.leaves):
            cores[place] = tensor_like(self.bases[mode], self.tensor)
        network = Network(
            structure,
            tuple(padded(core, shape) for core, shape in zip(cores, structure.core_shapes, strict=True)),
        )
        error = math.sqrt(max(self.total - sum_of_squares(self.core), 0.0) / self.total)
        if error <= MEASURED_BELOW[self.tensor.dtype]:
            return network, relative_residual(self.tensor, network), 0.0
        return network, error, NOISE / (2 * error) if self.tensor.dtype == torch.float64 else math.inf

    def _update(self, mode: int, projected: Any) -> None:
        view = _view(projected, mode)
        if self.target is None:
            found = truncate(view, rank=self.ranks[mode])
        else:
            found = truncate(view, budget=self.target**2 * self.total - (self.total - sum_of_squares(projected)))
        basis = found.basis
        if basis is None:
            eye = torch.eye(view.rows, dtype=torch.float64, device=self.tensor.device)
            basis = as_array(eye)
        self.bases[mode] = basis
        self.core = _along(projected, mode, basis)

    def _projected(self, array: Any, modes: list[int]) -> Any:
        for mode in sorted(modes, key=lambda mode: self.bases[mode].shape[1] / self.bases[mode].shape[0]):
            array = _along(array, mode, self.bases[mode])
        return array


def _view(array: Any, mode: int) -> Unfolding:
    shape = array.shape
    return Unfolding(array.reshape(math.prod(shape[:mode]), shape[mode], math.prod(shape[mode + 1 :])))


def _along(array: Any, mode: int, basis: Any) -> Any:
    shape = array.shape
    return _view(array, mode).onto(basis).reshape(*shape[:mode], basis.shape[1], *shape[mode + 1 :])


def _start(
    tensor: Tensor, structure: Structure, target: float | None, init: Init, generator: torch.Generator
) -> tuple[Network, float]:
    if init == "svd" or target is not None:
        made = closed_form(tensor, structure, target, root=hub(structure))
        return made.network, made.relative_error
    if init == "random":
        network = Network.random(structure, generator=generator)
    elif isinstance(init, Network) and init.structure == structure:
        network = init.to(torch.float64)
    elif isinstance(init, Network):
        raise StructureError("The starting network must have the structure to be fitted; use warm_start first.")
    else:
        raise ValueError(f"init must be 'svd', 'random' or a Network, but is {init!r}.")
    cores = tuple(
        padded(torch.linalg.qr(core)[0], tuple(core.shape)) if structure.cores[place].legs else core
        for place, core in enumerate(network.cores)
    )
    network = Network(structure, cores).to(tensor.dtype, tensor.device)
    return network, relative_residual(tensor, network)
