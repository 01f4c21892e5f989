"""The rows of ``operations.py``: for each a title, the largest relative error that counts, and its contestants.

``row`` enters a generator function that yields ``(name, call, judge)``: ``call`` is timed, ``judge`` turns what it
returns into a relative error. A peer that is not installed raises ``ImportError`` in its call and is listed so.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import networkx as nx
import numpy as np
import torch
from peer_runs import tensors
from peer_runs.base import array, relative
from peer_runs.tensor_train import whole

from tnlab import Bond, Core, Structure, decompose
from tnlab.formats import formats
from tnlab.network import contraction
from tnlab.network.arithmetic import add, distance, inner, norm
from tnlab.network.entries import entries
from tnlab.network.network import Network
from tnlab.network.rounding import round_network

Entries = Iterator[tuple[str, Callable[[], Any], Callable[[Any], float]]]
ROWS: list[tuple[str, float, Callable[[], Entries]]] = []
SIZES = {"small": (8, 4, 5), "middle": (20, 10, 20), "large": (20, 20, 60)}  # modes, their size, ranks
EXACT = 1e-9


def row(title: str, limit: float, *given: Any) -> Callable[[Callable[..., Entries]], Callable[..., Entries]]:
    """Return a decorator that enters a row; ``given`` are the arguments of the decorated function."""

    def enter(function: Callable[..., Entries]) -> Callable[..., Entries]:
        ROWS.append((title, limit, partial(function, *given)))
        return function

    return enter


def random(structure: Structure, seed: int = 0) -> Network:
    return Network.random(structure, generator=torch.Generator().manual_seed(seed))


def train(size: str, seed: int = 0) -> Network:
    order, mode, rank = SIZES[size]
    return random(formats["tt"].build((mode,) * order, rank), seed)


def tt_cores(network: Network) -> list[np.ndarray]:
    """Return the cores of a train as arrays (left rank, mode, right rank)."""
    first, *middle, last = (core.numpy() for core in network.cores)
    cores = [first[None], *(core.transpose(1, 0, 2) for core in middle), last.T[:, :, None]]
    return [np.ascontiguousarray(core) for core in cores]


def network_of(cores: Any) -> Network:
    """Return the train of cores (left rank, mode, right rank)."""
    first, *middle, last = map(array, cores)
    arrays = [first[0], *(core.transpose(1, 0, 2) for core in middle), last[:, :, 0].T]
    ranks = [core.shape[-1] for core in arrays[:-1]]
    structure = formats["tt"].build(tuple(core.shape[0] for core in arrays), 1)
    bonds = tuple(Bond(bond.cores, rank) for bond, rank in zip(structure.bonds, ranks, strict=True))
    arrays = [torch.from_numpy(np.ascontiguousarray(core)) for core in arrays]
    return Network(Structure(structure.modes, structure.cores, bonds), tuple(arrays))


def peers_of(network: Network) -> Iterator[tuple[str, Any, Any]]:
    """Yield the name, the module and the train of every peer that is installed."""
    cores = tt_cores(network)
    for name, make in (("torchTT", _torchtt), ("tntorch", _tntorch), ("teneva", _teneva), ("quimb", _quimb)):
        try:
            yield name, *make(cores)
        except ImportError:
            continue


def _torchtt(cores: list[np.ndarray]) -> tuple[Any, Any]:
    import torchtt

    return torchtt, torchtt.TT([torch.from_numpy(core.copy()) for core in cores])


def _tntorch(cores: list[np.ndarray]) -> tuple[Any, Any]:
    import tntorch

    return tntorch, tntorch.Tensor([torch.from_numpy(core.copy()) for core in cores])


def _teneva(cores: list[np.ndarray]) -> tuple[Any, Any]:
    import teneva

    return teneva, cores


def _quimb(cores: list[np.ndarray]) -> tuple[Any, Any]:
    import quimb.tensor as qtn

    return qtn, qtn.MatrixProductState([cores[0][0], *cores[1:-1], cores[-1][:, :, 0]], shape="lpr")


def scalar(value: float) -> Callable[[Any], float]:
    return lambda found: abs(float(found) - value) / abs(value)


for _size in SIZES:

    @row(f"norm of a train, {_size}", EXACT, _size)
    def _(size: str) -> Entries:
        network = train(size)
        calls = {
            "torchTT": lambda _, own: own.norm(),
            "tntorch": lambda module, own: module.norm(own),
            "teneva": lambda module, own: module.norm(own),
            "quimb": lambda _, own: own.norm(),
        }
        judge = scalar(norm(network))
        yield "tnlab norm", lambda: norm(network), judge
        for name, module, own in peers_of(network):
            if name != "teneva" or size != "large":  # it forms arrays of all pairs of ranks: 2 GiB
                yield name, partial(calls[name], module, own), judge

    @row(f"inner product of trains, {_size}", EXACT, _size)
    def _(size: str) -> Entries:
        first, second = train(size), train(size, 1)
        calls = {
            "torchTT": lambda module, one, two: module.dot(one, two),
            "tntorch": lambda module, one, two: module.dot(one, two),
            "teneva": lambda module, one, two: module.mul_scalar(one, two),
            "quimb": lambda _, one, two: one.H @ two,
        }
        judge = scalar(inner(first, second))
        yield "tnlab inner", lambda: inner(first, second), judge
        for (name, module, one), (_, _, two) in zip(peers_of(first), peers_of(second), strict=True):
            if name != "teneva" or size != "large":
                yield name, partial(calls[name], module, one, two), judge

    for _error in (1e-3, 1e-10):

        @row(f"rounding of a train of twice the ranks to {_error:g}, {_size}", 1.001 * _error, _size, _error)
        def _(size: str, error: float) -> Entries:
            once = train(size)
            network = add(once, once)
            total = norm(network)
            calls = {
                "torchTT": lambda _, own: own.round(error).cores,
                "tntorch": lambda module, own: module.round_tt(own, eps=error).cores,
                "teneva": lambda module, own: module.truncate(own, error),
            }
            judge = lambda cores: distance(network, network_of(cores)) / total  # noqa: E731
            own = lambda: round_network(network, target_error=error).network  # noqa: E731
            yield "tnlab round_network", own, lambda found: distance(network, found) / total
            for name, module, model in peers_of(network):
                if name in calls:
                    yield name, partial(calls[name], module, model), judge

    @row(f"entries of a train, {_size}", EXACT, _size)
    def _(size: str) -> Entries:
        network = train(size)
        order, mode, _ = SIZES[size]
        count = 10_000 if size == "large" else 100_000
        index = np.random.default_rng(0).integers(0, mode, (count, order))
        rows = torch.from_numpy(index)
        exact = entries(network, rows).numpy()
        judge = lambda found: relative(exact, found)  # noqa: E731
        yield f"tnlab entries ({count:,})", lambda: entries(network, rows), judge
        for name, module, own in peers_of(network):
            if name == "teneva":
                yield name, partial(module.get_many, own, index), judge
            elif name == "torchTT":
                yield name, partial(own.apply_mask, rows), judge


@row("decompose 10^4, smooth, to 1e-6", 1e-6, tensors.smooth, 1e-6)
@row("decompose 10^4, random, to 0.1", 0.1, None, 0.1)
@row("decompose 10^4, random, to 1e-10", 1e-10, None, 1e-10)
def _(make: Callable[[], np.ndarray] | None, error: float) -> Entries:
    X = np.ascontiguousarray(make()[::3, ::3, ::3, ::3][:10, :10, :10, :10]) if make else _noise((10,) * 4)
    tensor, bond = torch.from_numpy(X), error / math.sqrt(3)
    yield "tnlab decompose(target_error)", lambda: decompose(tensor, "tt", target_error=error), _judge_fit(X)

    def quimb():
        import quimb.tensor as qtn

        cut = {"cutoff": bond**2, "cutoff_mode": "rsum2", "method": "svd"}
        return qtn.MatrixProductState.from_dense(X, dims=X.shape, **cut)

    def teneva():
        import teneva

        return teneva.svd(X, bond * np.linalg.norm(X))

    def torch_tt():
        import torchtt

        return torchtt.TT(tensor, eps=error).cores

    yield "quimb from_dense", quimb, lambda found: relative(X, found.to_dense())
    yield "teneva svd", teneva, lambda cores: relative(X, whole(cores))
    yield "torchTT TT(eps)", torch_tt, lambda cores: relative(X, whole(cores))


@row("Tucker (50, 50, 3) of 512 x 512 x 3, tolerance 1e-4", 0.0921)
def _() -> Entries:
    X, ranks = tensors.colour_picture(), (50, 50, 3)
    tensor = torch.from_numpy(X)
    hooi = {"rank": ranks, "solver": "hooi", "tolerance": 1e-4}
    yield "tnlab decompose(rank)", lambda: decompose(tensor, "tucker", rank=ranks), _judge_fit(X)
    yield "tnlab hooi", lambda: decompose(tensor, "tucker", **hooi), _judge_fit(X)

    def tensorly():
        import tensorly
        from tensorly.decomposition import tucker

        tensorly.set_backend("numpy")
        return tucker(X, ranks, tol=1e-4)

    def pyttb():
        import pyttb

        found = pyttb.tucker_als(pyttb.tensor(X), np.array(ranks), stoptol=1e-4, init="nvecs", printitn=0)[0]
        return found.core.data, found.factor_matrices

    judge = lambda found: relative(X, np.einsum("abc,ia,jb,kc->ijk", found[0], *found[1], optimize=True))  # noqa: E731
    yield "tensorly tucker", tensorly, judge
    yield "pyttb tucker_als", pyttb, judge


def _noise(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape)


def _judge_fit(X: np.ndarray) -> Callable[[Any], float]:
    return lambda fit: relative(X, fit.network.to_tensor())


def quimb_network(network: Network) -> Any:
    """Return a network as quimb's; modes of size 1 that only make it a tensor are left out."""
    import quimb.tensor as qtn

    order, parts = network.structure.order, []
    for core, labels in zip(network.cores, network.structure.core_indices, strict=True):
        kept = [label for label in labels if label >= order or network.structure.modes[label] > 1]
        data = core.numpy().reshape([core.shape[labels.index(label)] for label in kept])
        parts.append(qtn.Tensor(data, inds=[f"i{label}" for label in kept]))
    return qtn.TensorNetwork(parts)


def contracted(networks: list[Network], first: bool) -> Entries:
    """Yield the contractions of some networks, with the search of the path (``first``) or after it."""
    exact = [network.to_tensor() for network in networks]
    judge = lambda found: max(relative(one, two) for one, two in zip(exact, found, strict=True))  # noqa: E731

    def tnlab():
        for cached in vars(contraction).values():
            if first and hasattr(cached, "cache_clear"):
                cached.cache_clear()
        return [network.to_tensor() for network in networks]

    yield "tnlab to_tensor", tnlab, judge
    try:
        import cotengra

        theirs = [quimb_network(network) for network in networks]
    except ImportError:
        return
    outputs = [
        tuple(f"i{mode}" for mode, size in enumerate(network.structure.modes) if size > 1) for network in networks
    ]
    kept = [cotengra.AutoHQOptimizer() for _ in networks]

    def quimb():
        fresh = [cotengra.AutoHQOptimizer() for _ in networks] if first else kept
        options = {"preserve_tensor": True}
        found = zip(theirs, outputs, fresh, strict=True)
        return [tn.contract(..., output_inds=out, optimize=own, **options).data for tn, out, own in found]

    yield "quimb contract(auto-hq)", quimb, judge


def regular(cores: int, rank: int, seed: int) -> Network:
    edges = sorted(tuple(sorted(edge)) for edge in nx.random_regular_graph(3, cores, seed=seed).edges())
    own = (Core((0,)), *(Core() for _ in range(cores - 1)))
    return random(Structure((1,), own, tuple(Bond(edge, rank) for edge in edges)))


def hyper(cores: int, rank: int, seed: int) -> Network:
    """Return a closed network of three random hyper-bonds a core, of three cores each."""
    draw = np.random.default_rng(seed)
    while True:
        groups = [draw.permutation(cores).reshape(-1, 3) for _ in range(2)]
        bonds = tuple(Bond(tuple(sorted(map(int, group))), rank) for group in np.concatenate(groups))
        own = (Core((0,)), *(Core() for _ in range(cores - 1)))
        try:
            return random(Structure((1,), own, bonds))
        except ValueError:  # not connected
            continue


for _first in (True, False):
    _what = "first contraction" if _first else "contraction again"
    for _cores in (20, 30, 50):
        for _rank in (2, 3, 4):

            @row(f"{_what} of 3-regular graphs, {_cores} cores, ranks {_rank}", EXACT, _cores, _rank, _first)
            def _(cores: int, rank: int, first: bool) -> Entries:
                yield from contracted([regular(cores, rank, seed) for seed in range(3)], first)

    @row(f"{_what} of closed hyper-networks, 30 cores, ranks 4", EXACT, _first)
    def _(first: bool) -> Entries:
        yield from contracted([hyper(30, 4, seed) for seed in range(3)], first)

    for _modes, _rank in (((30,) * 4, 50), ((100,) * 3, 20)):
        _shape = "x".join(map(str, _modes))

        @row(f"{_what} of CP of rank {_rank} to {_shape}", EXACT, _modes, _rank, _first)
        def _(modes: tuple[int, ...], rank: int, first: bool) -> Entries:
            yield from contracted([random(formats["cp"].build(modes, rank))], first)


@row("rounding of a ring of ranks 12 to 6", 1.0, formats["tensor_ring"].build((4,) * 10, 6))
@row("rounding of a 4 x 4 grid of ranks 4 to 2", 1.0, formats["grid"].build((2,) * 16, 2))
def _(structure: Structure) -> Entries:
    near = random(structure)
    network = add(near, Network(structure, tuple(0.3 * core for core in random(structure, 1).cores)))
    largest, total = structure.ranks[0], norm(network)
    rounded = lambda: round_network(network, ranks=largest).network  # noqa: E731
    yield "tnlab round_network(ranks)", rounded, lambda found: distance(network, found) / total

    def judge(found: Any) -> float:
        cores = []
        for place, labels in enumerate(network.structure.core_indices):
            tensor = found.tensors[place]
            cores.append(torch.from_numpy(tensor.transpose(*(f"i{label}" for label in labels)).data))
        ranks = [found.ind_size(f"i{structure.order + bond}") for bond in range(len(structure.bonds))]
        bonds = tuple(Bond(bond.cores, rank) for bond, rank in zip(structure.bonds, ranks, strict=True))
        return distance(network, Network(Structure(structure.modes, structure.cores, bonds), tuple(cores))) / total

    try:
        theirs = quimb_network(network)
    except ImportError:
        return
    for name, options in (("compress_all", {}), ("compress_all_simple", {"simple": True})):
        call = theirs.compress_all_simple if options else theirs.compress_all
        yield f"quimb {name}(max_bond)", partial(call, max_bond=largest), judge
