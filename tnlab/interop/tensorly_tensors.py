"""Convert networks to tensorly's classes for CP, Tucker, train, ring and TT-matrix, and back."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from tnlab.array_like import as_real
from tnlab.errors import DataError, NotInstalledError, StructureError
from tnlab.interop.arrays import from_indices
from tnlab.interop.tensorly_form import Factor, tensorly_form
from tnlab.network.network import Network

KINDS = {"cp": "CPTensor", "tucker": "TuckerTensor", "tt": "TTTensor", "tr": "TRTensor", "tt_matrix": "TTMatrix"}


def to_tensorly(network: Network, kind: str | None = None) -> Any:
    """Return a network as an object of a tensorly class, with arrays of the backend that tensorly is set to.

    Args:
        network: A CP, Tucker, tensor train, tensor ring or matrix product operator, its cores listed in any order.
        kind: The class to use if several hold the network (a matrix is a train, a CP, ...): one of ``"cp"``,
            ``"tucker"``, ``"tt"``, ``"tr"``, ``"tt_matrix"``.

    Returns:
        A ``CPTensor`` (its weights are 1), ``TuckerTensor``, ``TTTensor``, ``TRTensor`` or ``TTMatrix``.

    Raises:
        NotInstalledError: tensorly is not installed.
        StructureError: tensorly has no class for this structure.
        ValueError: ``kind`` is none of these.
    """
    tensorly = _tensorly()
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, but is {kind!r}.")
    form = tensorly_form(network.structure, kind)
    if form is None:
        raise StructureError(
            f"tensorly has no {KINDS[kind] if kind else 'class'} for this structure; it knows CP, Tucker, and trains, "
            "rings and TT-matrices in the order of the modes. to_einsum and to_quimb take any structure."
        )

    def array(factor: Factor) -> Any:
        core = network.cores[factor.core].permute(factor.axes).reshape(factor.shape).clone()
        return core if tensorly.get_backend() == "pytorch" else tensorly.tensor(core.detach().cpu().numpy())

    factors = [array(factor) for factor in form.factors]
    if form.kind == "cp":
        return tensorly.cp_tensor.CPTensor(
            (tensorly.ones(factors[0].shape[1], **tensorly.context(factors[0])), factors)
        )
    if form.middle is not None:
        return tensorly.tucker_tensor.TuckerTensor((array(form.middle), factors))
    chains = {"tt": tensorly.tt_tensor.TTTensor, "tr": tensorly.tr_tensor.TRTensor}
    return chains.get(form.kind, tensorly.tt_matrix.TTMatrix)(factors)


def from_tensorly(decomposition: Any) -> Network:
    """Return the network of a decomposition that tensorly made; the weights of a CP go into its first core.

    Args:
        decomposition: A ``CPTensor``, ``TuckerTensor``, ``TTTensor``, ``TRTensor`` or ``TTMatrix``, of any backend.

    Raises:
        NotInstalledError: tensorly is not installed.
        DataError: The object is of another class.
    """
    tensorly = _tensorly()
    readers: list[tuple[type, Callable[[Any], Network]]] = [
        (tensorly.cp_tensor.CPTensor, _from_cp),
        (tensorly.tucker_tensor.TuckerTensor, _from_tucker),
        (tensorly.tt_tensor.TTTensor, _from_train),
        (tensorly.tr_tensor.TRTensor, _from_ring),
        (tensorly.tt_matrix.TTMatrix, _from_matrix),
    ]
    for known, read in readers:
        if isinstance(decomposition, known):
            return read(decomposition)
    raise DataError(
        f"Needed one of tensorly's {', '.join(KINDS.values())}, but got {type(decomposition).__name__}; wrap plain "
        "factors in their class first, such as CPTensor((weights, factors))."
    )


def _from_cp(decomposition: Any) -> Network:
    weights, factors = decomposition
    cores = [as_real(factor, "A factor") for factor in factors]
    if weights is not None:
        cores[0] = cores[0] * as_real(weights, "The weights").to(cores[0])
    modes = range(len(cores))
    return from_indices(cores, [(mode, "bond") for mode in modes], modes)


def _from_tucker(decomposition: Any) -> Network:
    middle, factors = decomposition
    modes = range(len(factors))
    bonds = [f"bond {mode}" for mode in modes]
    return from_indices([*factors, middle], [*zip(modes, bonds, strict=True), bonds], modes)


def _from_train(factors: Any) -> Network:
    return _from_chain(list(factors), legs=1)


def _from_matrix(factors: Any) -> Network:
    return _from_chain(list(factors), legs=2)


def _from_chain(factors: list[Any], legs: int) -> Network:
    """Return the network of chain factors with axes left bond, ``legs`` modes, right bond; end bonds are dropped."""
    cores = [as_real(factor, "A factor") for factor in factors]
    cores[0], last, labels = cores[0][0], len(cores) - 1, []
    cores[last] = cores[last][..., 0]
    for place in range(last + 1):
        modes = [place + leg * len(cores) for leg in range(legs)]
        left, right = [f"bond {place - 1}"] * (place > 0), [f"bond {place}"] * (place < last)
        labels.append([*left, *modes, *right])
    return from_indices(cores, labels, range(legs * len(cores)))


def _from_ring(factors: Any) -> Network:
    cores = [as_real(factor, "A factor") for factor in factors]
    labels = [[f"bond {(place - 1) % len(cores)}", place, f"bond {place}"] for place in range(len(cores))]
    return from_indices(cores, labels, range(len(cores)))


def _tensorly() -> ModuleType:
    try:
        import tensorly  # noqa: PLC0415  (optional)
    except ImportError:
        raise NotInstalledError("tensorly", "tensorly") from None
    return tensorly
