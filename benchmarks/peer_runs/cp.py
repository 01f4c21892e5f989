"""W3: CP of rank 10 from each of ten seeds, all with one rule to stop; failed seeds count in the time to a hit."""

import contextlib
import io

import numpy as np
import torch

from peer_runs import tensors
from peer_runs.base import CHANGE, Goal, Workload, array, judged, relative
from peer_runs.tucker import quiet
from tnlab import decompose, fit
from tnlab.formats import formats

CP = Workload(
    "W3",
    "100^3 of CP rank 10 with 10 % noise, until an iteration lowers the error by less than 1e-6, at most 50",
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
        stop = {"max_sweeps": 50, "tolerance": CHANGE / 0.0994}  # tnlab's is relative to the error, which ends there
        return lambda: fit(tensor, STRUCTURE, solver=solver, init=init, seed=seed, **stop), judged(X)


@CP.contestant("tnlab fit(X, structure)")
def _(X, seed):
    return lambda: fit(torch.from_numpy(X), STRUCTURE, seed=seed), judged(X)


@CP.contestant('tnlab decompose(X, "cp", rank=10)')
def _(X, seed):
    return lambda: decompose(torch.from_numpy(X), "cp", rank=RANK, seed=seed), judged(X)


def judge_factors(X):
    def judge(model):
        (weights, factors), errors = model
        factors = [array(factor) for factor in factors]
        weights = np.ones(RANK) if weights is None else array(weights)
        whole = np.einsum("r,ir,jr,kr->ijk", weights, *factors, optimize=True)
        return relative(X, whole), sum(factor.size for factor in factors), len(errors)

    return judge


for _name, _options in (
    ("random start", {"init": "random"}),
    ("random start, line search", {"init": "random", "linesearch": True}),
    ("svd start", {"init": "svd"}),
):

    @CP.contestant(f"tensorly parafac, {_name}", "tensorly")
    def _(X, seed, options=_options):
        import tensorly
        from tensorly.decomposition import parafac

        def run():
            tensorly.set_backend("numpy")
            return parafac(X, RANK, n_iter_max=50, tol=CHANGE, random_state=seed, return_errors=True, **options)

        return run, judge_factors(X)


for _init in ("random", "nvecs"):

    @CP.contestant(f"pyttb cp_als, {_init} start", "pyttb")
    def _(X, seed, init=_init):
        import pyttb

        tensor = pyttb.tensor(X)

        def run():
            np.random.seed(seed)  # noqa: NPY002, the only way to seed it
            return pyttb.cp_als(tensor, RANK, stoptol=CHANGE, maxiters=50, init=init, printitn=0)

        def judge(found):
            model, _, output = found
            parameters = sum(factor.size for factor in model.factor_matrices)
            return relative(X, model.full().data), parameters, output["iters"] + 1

        return quiet(run), judge


@CP.contestant("tntorch ranks_cp (HOSVD start)", "tntorch")
def _(X, seed):  # noqa: ARG001, it has no random start
    import tntorch

    tensor, told = torch.from_numpy(X), io.StringIO()

    def run():
        told.seek(0)
        told.truncate()
        with contextlib.redirect_stdout(told):  # its iterations are only printed
            return tntorch.Tensor(tensor, ranks_cp=RANK, max_iter=50, tol=CHANGE, verbose=True)

    def judge(model):
        return relative(X, model.numpy()), sum(core.numel() for core in model.cores), told.getvalue().count("iter: ")

    return run, judge
