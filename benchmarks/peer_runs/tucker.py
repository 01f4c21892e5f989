"""W2: Tucker networks of given ranks."""

import contextlib
import io

import numpy as np
import torch

from peer_runs import tensors
from peer_runs.base import CHANGE, Goal, Workload, array, judged, relative
from tnlab import decompose

NOISY = Workload(
    "W2a",
    "128^3 of Tucker ranks 10 with 10 % noise",
    tensors.noisy_tucker,
    "direct",
    (
        Goal("must", "<= 0.1 s, error .0994", lambda row: row.seconds <= 0.1 and row.error <= 0.09945),
        Goal("stretch", "0.045 to 0.054 s", lambda row: row.seconds <= 0.054 and row.error <= 0.09945),
    ),
)
PICTURE = Workload("W2b", "colour picture 512x512x3, ranks (50, 50, 3)", tensors.colour_picture, "direct")


def quiet(call):
    def run():
        with contextlib.redirect_stdout(io.StringIO()):
            return call()

    return run


def enter_tnlab(workload: Workload, ranks: tuple[int, int, int]) -> None:
    @workload.contestant('tnlab decompose(X, "tucker", rank)')
    def _(X):
        return lambda: decompose(torch.from_numpy(X), "tucker", rank=ranks), judged(X)

    for solver in ("st_hosvd", "hosvd", "hooi"):

        @workload.contestant(f"tnlab {solver}")
        def _(X, solver=solver):
            tensor = torch.from_numpy(X)
            stop = {"tolerance": CHANGE / 0.1} if solver == "hooi" else {}  # relative to the error, about 0.1 in both
            return lambda: decompose(tensor, "tucker", rank=ranks, solver=solver, **stop), judged(X)


def enter_tensorly(workload: Workload, ranks: tuple[int, int, int]) -> None:
    for name, options in (("", {}), (", randomized_svd", {"svd": "randomized_svd", "random_state": 0})):

        @workload.contestant(f"tensorly tucker(HOOI{name})", "tensorly")
        def _(X, options=options):
            import tensorly
            from tensorly.decomposition import tucker

            def run():
                tensorly.set_backend("numpy")
                return tucker(X, ranks, tol=CHANGE, return_errors=True, **options)

            def judge(model):
                (core, factors), errors = model
                core, factors = array(core), [array(factor) for factor in factors]
                whole = np.einsum("abc,ia,jb,kc->ijk", core, *factors, optimize=True)
                return relative(X, whole), core.size + sum(factor.size for factor in factors), len(errors)

            return run, judge


def judge_pyttb(X):
    return lambda model: (
        relative(X, model.full().data),
        model.core.data.size + sum(factor.size for factor in model.factor_matrices),
    )


def enter_others(workload: Workload, ranks: tuple[int, int, int]) -> None:

    @workload.contestant("pyttb tucker_als", "pyttb")
    def _(X):
        import pyttb

        tensor = pyttb.tensor(X)
        options = {"stoptol": CHANGE, "init": "nvecs", "printitn": 0}
        run = quiet(lambda: pyttb.tucker_als(tensor, np.array(ranks), **options))
        return run, lambda found: (*judge_pyttb(X)(found[0]), found[2]["iters"] + 1)

    @workload.contestant("pyttb hosvd(ranks)", "pyttb")
    def _(X):
        import pyttb

        tensor = pyttb.tensor(X)
        return quiet(lambda: pyttb.hosvd(tensor, 1e-6, verbosity=0, ranks=np.array(ranks))), judge_pyttb(X)

    @workload.contestant("tensap hosvd(max_rank)", "tensap")
    def _(X):
        import tensap

        def run():
            return tensap.Truncator(tolerance=0, max_rank=list(ranks)).hosvd(tensap.FullTensor(X))

        return run, lambda model: (relative(X, model.full().numpy()), int(model.storage()))

    @workload.contestant("tntorch ranks_tucker", "tntorch")
    def _(X):
        import tntorch

        tensor = torch.from_numpy(X)

        def judge(model):
            factors = [factor for factor in model.Us if factor is not None]
            return relative(X, model.numpy()), sum(part.numel() for part in (*model.cores, *factors))

        return lambda: tntorch.Tensor(tensor, ranks_tucker=list(ranks)), judge


for _workload, _ranks in ((NOISY, (10, 10, 10)), (PICTURE, (50, 50, 3))):
    for _enter in (enter_tnlab, enter_tensorly, enter_others):
        _enter(_workload, _ranks)
