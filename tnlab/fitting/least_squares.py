"""Half the squared relative error as a function of all core entries, with its gradient and Gauss-Newton matrix."""

import itertools
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import opt_einsum
import torch
from torch import Tensor

from tnlab.fitting.sweep.normal_equations import NormalEquations, apply, terms
from tnlab.fitting.sweep.plan import plan_gradient
from tnlab.network.gauge.balance import equal_norms
from tnlab.network.network import Network
from tnlab.network.structure import Structure


class LeastSquares:
    """The function ``f = |X - X_hat|^2 / (2 |X|^2)`` of one vector of all core entries, in float64.

    One pass of a sweep plan computes G and B of every core A; the gradient by A is ``(A G - B) / |X|^2``. Vectors are
    numpy arrays on a CPU, where small operations start fastest, else torch tensors.

    Args:
        tensor: The data X.
        structure: The structure of X_hat.

    Attributes:
        slices: For every core, the slice of a vector that holds its entries.
        doubt: How far rounding may put the latest ``error`` from the true one; 0 where it was measured.
    """

    def __init__(self, tensor: Tensor, structure: Structure) -> None:
        self.structure = structure
        self.normal = NormalEquations(tensor)
        self._plan = plan_gradient(structure)
        self._tensor = self.normal.data(self._plan.mode_order)
        self._values = self._plan.start(self._tensor, [None] * len(structure.cores))
        ends = np.cumsum([0, *(int(np.prod(shape)) for shape in structure.core_shapes)])
        self._largest = self.doubt = 0.0
        self.slices = [slice(int(start), int(stop)) for start, stop in itertools.pairwise(ends)]

    def vector(self, network: Network) -> Any:
        """Return the entries of a network's cores as a vector, the cores scaled to equal norm, the tensor unchanged."""
        cores = equal_norms([core.to(torch.float64) for core in network.cores])
        return _joined([self.normal.to_solver(core) for core in cores])

    def network(self, vector: Any) -> Network:
        """Return a vector as a network, in the dtype of X."""
        return Network(self.structure, tuple(map(self.normal.to_user, self.cores(vector))))

    def cores(self, vector: Any) -> list[Any]:
        """Return the cores as views of a vector."""
        shapes = self.structure.core_shapes
        return [vector[part].reshape(shape) for part, shape in zip(self.slices, shapes, strict=True)]

    def __call__(self, vector: Any) -> tuple[float, Any]:
        """Return f and its gradient at a vector; f is computed from the residual where rounding would spoil it."""
        self._values[1 : 1 + len(self.slices)] = self.cores(vector)
        gradient: list[Any] = [None] * len(self.slices)
        square, value, self._largest = self.normal.square, 0.0, 0.0
        for step, grams, right in self._plan.equations(self._values):
            core = step.present(self._values)
            model = apply(grams, core)
            value = 0.5 + (0.5 * float((model * core).sum()) - float((core * right).sum())) / square
            gradient[step.core] = step.as_core((model - right) / square)
            self._largest = max(self._largest, terms(grams, core))
        if not self.normal.trusts(2 * value, self._largest):
            cores = tuple(map(torch.as_tensor, self.cores(vector)))
            value = self.normal.residual(Network(self.structure, cores)) ** 2 / 2
        return value, _joined(gradient)

    def error(self, value: float, network: Network) -> float:
        """Return the relative error of a network, from f where that is exact, else measured.

        Args:
            value: f of the network, from the latest call.
            network: The network.
        """
        trusted = self.normal.trusts(2 * value, self._largest)
        self.doubt = self.normal.rounding(2 * value, self._largest) if trusted else 0.0
        return math.sqrt(2 * value) if trusted else self.normal.residual(network)

    def gauss_newton(self, vector: Any) -> Any:
        """Return ``J^T J / |X|^2``, (entries, entries), for the Jacobian J of X_hat by all core entries."""
        cores = self.cores(vector)
        legs = [len(core.legs) for core in self.structure.cores]
        rows = [math.prod(core.shape[:count]) for core, count in zip(cores, legs, strict=True)]
        flat = [core.reshape(row, -1) for core, row in zip(cores, rows, strict=True)]
        bonds = [tuple(core.shape[count:]) for core, count in zip(cores, legs, strict=True)]
        grams = [(core.T @ core).reshape(bond * 2) for core, bond in zip(flat, bonds, strict=True)]
        matrix = np.zeros((len(vector),) * 2) if self.normal.on_cpu else vector.new_zeros((len(vector),) * 2)
        kron: Any = np.kron if self.normal.on_cpu else torch.kron
        for first, second in itertools.combinations_with_replacement(range(len(cores)), 2):
            here, there = self.slices[first], self.slices[second]
            others = [gram for core, gram in enumerate(grams) if core not in (first, second)]
            if first == second:
                gram = _double_layer(self.structure, first, second)(*others) if others else grams[0] * 0 + 1
                identity = np.eye(rows[first]) if self.normal.on_cpu else torch.eye(rows[first]).to(vector)
                matrix[here, here] = kron(identity, gram.reshape((flat[first].shape[1],) * 2)) / self.normal.square
            else:
                block = _double_layer(self.structure, first, second)(cores[second], cores[first], *others)
                matrix[here, there] = block.reshape(here.stop - here.start, -1) / self.normal.square
                matrix[there, here] = matrix[here, there].T
        return matrix


def _joined(cores: Sequence[Any]) -> Any:
    if isinstance(cores[0], Tensor):
        return torch.cat([core.reshape(-1) for core in cores])
    return np.concatenate([core.reshape(-1) for core in cores])


@lru_cache(maxsize=4096)
def _double_layer(structure: Structure, first: int, second: int) -> Any:
    """Return the compiled contraction of the block of ``J^T J`` for two cores: two copies of the network without them.

    The first core is left out of the first copy, the second core out of the second copy. Operands: if the cores differ,
    the second core (in the first copy) and the first core (in the second copy); then the Gram matrices of all others.
    The axes of the result are those of the first core, then those of the second.
    """
    shift = len(structure.index_sizes)
    indices, order = structure.core_indices, structure.order

    def bra(labels: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(label if label < order else label + shift for label in labels)

    def bonds(core: int) -> tuple[int, ...]:
        return tuple(label for label in indices[core] if label >= order)

    others = [core for core in range(len(indices)) if core not in (first, second)]
    inputs = [(*bonds(core), *bra(bonds(core))) for core in others]
    shapes = [tuple(structure.index_sizes[label] for label in bonds(core)) * 2 for core in others]
    if first == second:
        output = (*bonds(first), *bra(bonds(first)))
    else:
        inputs = [indices[second], bra(indices[first]), *inputs]
        shapes = [structure.core_shapes[second], structure.core_shapes[first], *shapes]
        output = (*indices[first], *bra(indices[second]))
    text = ",".join("".join(map(opt_einsum.get_symbol, labels)) for labels in inputs)
    text = f"{text}->{''.join(map(opt_einsum.get_symbol, output))}"
    return opt_einsum.contract_expression(text, *shapes, optimize="auto")
