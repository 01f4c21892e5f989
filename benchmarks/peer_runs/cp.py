"""W3: CP of rank 10, at most 50 iterations from each of ten seeds; failed seeds count in the time to a hit."""

import numpy as np
import torch

from peer_runs import tensors
from peer_runs.base import Goal, Workload, array, judged, relative
from peer_runs.tucker import quiet
from tnlab import fit
from tnlab.formats import formats

CP = Workload(
    "W3",
    "100^3 of CP rank 10 with 10 % noise, 50 iterations",
    tensors.noisy_cp,
    "lottery",
    (
        Goal("must", "<= 0.2 s to a hit, 10 of 10 seeds", lambda row: row.seconds <= 0.2 and row.more["hits"] == 1),
        Goal("stretch", "0.04 s", lambda row: row.seconds <= 0.04 and row.more["hits"] == 1),
    ),
    seeds=10,
)
RANK = 10
STRUCTURE = formats["cp"].build((100, 100, 100), RANK)

for _solver, _init in (("compressed", "svd"), ("als", "svd"), ("als", "random")):

    @CP.contestant(f"tnlab {_solver}, {_init} start")
    def _(X, seed, solver=_solver, init=_init):
        tensor = torch.from_numpy(X)
        return lambda: fit(tensor, STRUCTURE, solver=solver, init=init, seed=seed, max_sweeps=50), judged(X)


def judge_factors(X):
    def judge(model):
        weights, factors = model
        factors = [array(factor) for factor in factors]
        weights = np.ones(RANK) if weights is None else array(weights)
        return relative(X, np.einsum("r,ir,jr,kr->ijk", weights, *factors, optimize=True)), sum(
            factor.size for factor in factors
        )

    return judge


for _name, _options in (
    ("random start", {"init": "random", "tol": 0}),
    ("random start, line search", {"init": "random", "tol": 1e-14, "linesearch": True}),
    ("svd start", {"init": "svd", "tol": 0}),
):

    @CP.contestant(f"tensorly parafac, {_name}", "tensorly")
    def _(X, seed, options=_options):
        import tensorly
        from tensorly.decomposition import parafac

        def run():
            tensorly.set_backend("numpy")
            return parafac(X, RANK, n_iter_max=50, random_state=seed, **options)

        return run, judge_factors(X)


@CP.contestant("pyttb cp_als", "pyttb")
def _(X, seed):
    import pyttb

    tensor = pyttb.tensor(X)

    def run():
        np.random.seed(seed)  # noqa: NPY002, the only way to seed it
        return pyttb.cp_als(tensor, RANK, stoptol=0, maxiters=50, printitn=0)[0]

    return quiet(run), lambda model: (
        relative(X, model.full().data),
        sum(factor.size for factor in model.factor_matrices),
    )


@CP.contestant("tntorch ranks_cp (HOSVD start)", "tntorch")
def _(X, seed):  # noqa: ARG001, it has no random start
    import tntorch

    tensor = torch.from_numpy(X)
    run = lambda: tntorch.Tensor(tensor, ranks_cp=RANK, max_iter=50, tol=0)  # noqa: E731
    return run, lambda model: (relative(X, model.numpy()), sum(core.numel() for core in model.cores))
