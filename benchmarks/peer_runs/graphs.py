"""W4 and W5: a tensor ring and a fully connected network of given ranks, by iterative methods."""

import math
from itertools import combinations, count
from unittest.mock import patch

import numpy as np
import opt_einsum
import torch

from peer_runs import tensors
from peer_runs.base import Goal, TimeUpError, Trace, Workload
from tnlab import Structure, fit
from tnlab.formats import formats
from tnlab.seeding import spawn
from tnlab.solvers.base import solvers

Edges = dict[tuple[int, int], int]
RING_EDGES: Edges = {(core, core + 1): 4 for core in range(7)} | {(0, 7): 4}
FULL_EDGES: Edges = dict.fromkeys(combinations(range(4), 2), 3)


def at(row, seconds):
    """Return the median over seeds of the best error up to a time."""
    return row.more["at"].get(seconds, math.nan)


RING = Workload(
    "W4",
    "tensor ring of ranks 4 (512 parameters), camera as 4^8",
    tensors.camera_4_8,
    "traced",
    (
        Goal("must", "<= 0.3 s to 1 % of its own best", lambda row: row.more["own"] <= 0.3),
        Goal("must", "best <= .1645 in 4 s", lambda row: row.error <= 0.1645),
        Goal("stretch", "1.2 ms per sweep", lambda row: row.more["step"] <= 1.2e-3),
        Goal("stretch", "best <= .1639 in 4 s", lambda row: row.error <= 0.1639),
    ),
)  # fmt: skip
FULL = Workload(
    "W5",
    "fully connected network of ranks 3 (1728 parameters), camera as 16^4",
    tensors.camera_16_4,
    "traced",
    (
        Goal("must", "median <= .1125 at 2 s, and all seeds within 2 % of each other",
             lambda row: at(row, 2) <= 0.1125 and max(row.more["bests"]) <= 1.02 * min(row.more["bests"])),
        Goal("stretch", "median <= .1115 at 2 s", lambda row: at(row, 2) <= 0.1115),
    ),
)  # fmt: skip


def follow(trace, snapshots, best=math.inf):
    """Add the best error so far of a stream of snapshots."""
    for snapshot in snapshots:
        best = min(best, snapshot.relative_error)
        trace.add(best)
    return best


def enter_tnlab(workload: Workload, format_name: str, rank: int, options: dict[str, dict]) -> None:
    for label, settings in options.items():
        solver, init, again = settings.get("solver", "als"), settings.get("init", "random"), "restarts" in settings
        extra = {key: value for key, value in settings.items() if key not in ("solver", "init", "restarts")}

        @workload.contestant(f"tnlab {label}")
        def _(X, seed, trace, solver=solver, init=init, extra=extra, restarts=again):
            structure = formats[format_name].build(X.shape, rank)
            tensor, generator = torch.from_numpy(X), torch.Generator().manual_seed(seed)
            engine = solvers[solver](**({"max_sweeps": 100_000, "tolerance": 0.0} | extra))
            trace.parameters, best = structure.parameters, math.inf
            trace.restart()
            for start in count():
                snapshots = engine.iterate(
                    tensor, structure, init="random" if start else init, generator=spawn(generator)
                )
                best = follow(trace, snapshots, best)
                if not restarts:
                    return


def enter_typed(workload: Workload, structure: Structure) -> None:
    """Enter ``fit(X, structure)`` without settings; it stops by itself."""

    @workload.contestant("tnlab fit(X, structure)")
    def _(X, seed, trace):
        tensor, best = torch.from_numpy(X), math.inf
        trace.parameters = structure.parameters
        trace.restart()

        def add(snapshot):
            nonlocal best
            best = min(best, snapshot.relative_error)
            trace.add(best)

        fit(tensor, structure, seed=seed, callback=add)


def random_cores(modes, edges, seed, X):
    """Return einsum terms and normal cores of a graph, scaled together to the norm of X."""
    symbols = [opt_einsum.get_symbol(k) for k in range(len(modes) + len(edges))]
    terms, shapes = list(symbols[: len(modes)]), [[size] for size in modes]
    for symbol, (pair, rank) in zip(symbols[len(modes) :], edges.items(), strict=True):
        for core in pair:
            terms[core] += symbol
            shapes[core].append(rank)
    random = np.random.default_rng(seed)
    cores = [random.standard_normal(shape) / math.sqrt(math.prod(shape[1:])) for shape in shapes]
    text = f"{','.join(terms)}->{''.join(symbols[: len(modes)])}"
    scale = (np.linalg.norm(X) / np.linalg.norm(opt_einsum.contract(text, *cores))) ** (1 / len(cores))
    return terms, text, [core * scale for core in cores]


class ReadBar:
    """Replacement of quimb's progress bar, which is the only place where its ALS reports the error."""

    def __init__(self, steps: int, trace: Trace) -> None:
        self.steps, self.trace = steps, trace

    def __iter__(self):
        yield from range(self.steps)

    def set_description(self, text: str) -> None:
        distance = float(text)  # 2 |A - B| / (|A| + |B|); at a least-squares optimum |A|^2 = |B|^2 - |A - B|^2
        self.trace.add(distance / (1 + distance**2 / 4))


def quimb_fit(network, target, trace, **options):
    """Run quimb's ``TensorNetwork.fit_`` and trace the errors that its progress bar shows."""
    with patch("tqdm.trange", lambda steps: ReadBar(steps, trace)):
        trace.restart()
        network.fit_(target, steps=100_000, tol=0.0, progbar=True, **options)


def enter_peers(workload: Workload, edges: Edges) -> None:
    def quimb_networks(X, seed, trace):
        import quimb.tensor as qtn

        terms, text, cores = random_cores(X.shape, edges, seed, X)
        trace.parameters = sum(core.size for core in cores)
        parts = zip(cores, terms, strict=True)
        network = qtn.TensorNetwork([qtn.Tensor(c, inds=list(t), tags=f"I{k}") for k, (c, t) in enumerate(parts)])
        return network, qtn.TensorNetwork([qtn.Tensor(X, inds=list(text.split("->")[1]))])

    @workload.contestant("quimb fit(als)", "quimb")
    def _(X, seed, trace):
        network, target = quimb_networks(X, seed, trace)
        quimb_fit(network, target, trace, method="als")

    @workload.contestant("quimb TNOptimizer(torch, L-BFGS-B)", "quimb")
    def _(X, seed, trace):
        import quimb.tensor as qtn
        from quimb.tensor.tensor_core import tensor_network_distance

        network, target = quimb_networks(X, seed, trace)
        square = np.linalg.norm(X) ** 2
        trace.restart()
        optimizer = qtn.TNOptimizer(
            network,
            loss_fn=tensor_network_distance,
            loss_constants={"tnB": target, "xBB": square},
            loss_kwargs={"method": "dense", "normalized": False},
            autodiff_backend="torch",
            optimizer="L-BFGS-B",
            progbar=False,
            device="cpu",
            callback=lambda run: trace.add(float(run.loss) / math.sqrt(square)),
        )
        optimizer.optimize(100_000, tol=0.0)

    @workload.contestant("torch Adam 1e-3, as the papers' codes (float32)")
    def _(X, seed, trace):
        _, text, cores = random_cores(X.shape, edges, seed, X)
        random = np.random.default_rng(seed)
        cores = [0.1 * random.standard_normal(core.shape) for core in cores]
        descend(text, cores, X, trace, lambda parameters: torch.optim.Adam(parameters, lr=1e-3), torch.float32)

    @workload.contestant("torch LBFGS, path kept")
    def _(X, seed, trace):
        _, text, cores = random_cores(X.shape, edges, seed, X)
        options = {"lr": 1, "max_iter": 20, "history_size": 20, "line_search_fn": "strong_wolfe"}
        contract = opt_einsum.contract_expression(text, *(core.shape for core in cores))
        make = lambda parameters: torch.optim.LBFGS(parameters, **options)  # noqa: E731
        descend(text, cores, X, trace, make, torch.float64, contract)


def descend(text, cores, X, trace, make, dtype, contract=None):
    """Run a torch optimizer until the time is up."""
    trace.parameters = sum(core.size for core in cores)
    trace.restart()
    parameters = [torch.tensor(core, dtype=dtype, requires_grad=True) for core in cores]
    tensor = torch.tensor(X, dtype=dtype)
    square, optimizer = tensor.square().sum(), make(parameters)
    contract = contract or (lambda *parts: torch.einsum(text, *parts))

    def closure():
        optimizer.zero_grad()
        loss = (contract(*parameters) - tensor).square().sum() / square
        loss.backward()
        return loss

    while True:
        trace.add(math.sqrt(max(float(optimizer.step(closure)), 0.0)))


@RING.contestant("tensorly tensor_ring_als(normal_eq)", "tensorly")
def _(X, seed, trace):
    import tensorly
    from tensorly.decomposition import tensor_ring_als

    tensorly.set_backend("numpy")
    trace.parameters = 512
    trace.restart()
    options = {"ls_solve": "normal_eq", "n_iter_max": 100_000, "tol": 0, "random_state": seed}
    tensor_ring_als(X, [4] * 9, callback=lambda _, error: trace.add(float(error)), **options)


enter_tnlab(
    RING,
    "tensor_ring",
    4,
    {
        "als, svd start": {"init": "svd"},
        "als, random start": {},
        "lbfgs, random start": {"solver": "lbfgs"},
    },
)
enter_typed(RING, formats["tensor_ring"].build((4,) * 8, 4))
enter_peers(RING, RING_EDGES)
enter_tnlab(
    FULL,
    "fully_connected",
    3,
    {"als, random start": {}, "als, svd start": {"init": "svd"}, "lbfgs, random start": {"solver": "lbfgs"}},
)
enter_typed(FULL, formats["fully_connected"].build((16,) * 4, 3))
enter_peers(FULL, FULL_EDGES)
__all__ = ["FULL", "RING", "TimeUpError", "quimb_fit"]
