"""W1: tensor trains in closed form, to a relative error."""

import math

import numpy as np
import torch

from peer_runs import tensors
from peer_runs.base import Goal, Workload, array, judged, relative
from tnlab import decompose
from tnlab.solvers.base import solvers

SMALL = Workload(
    "W1a",
    "camera as 4^8, relative error 0.1",
    tensors.camera_4_8,
    "direct",
    (
        Goal("must", "<= 10 ms and <= 9300 parameters", lambda row: row.seconds <= 0.010 and row.parameters <= 9300),
        Goal("stretch", "6 ms and <= 9300 parameters", lambda row: row.seconds <= 0.006 and row.parameters <= 9300),
        Goal("stretch", "5200 parameters, the modes in another order", lambda row: row.parameters <= 5200),
    ),
)  # fmt: skip
SMOOTH = Workload(
    "W1b",
    "1 / (1 + sum of coordinates) on 32^4, relative error 1e-6",
    tensors.smooth,
    "direct",
    (
        Goal("must", "<= 20 ms", lambda row: row.seconds <= 0.020 and row.error <= 1e-6),
        Goal("stretch", "6 ms", lambda row: row.seconds <= 0.006 and row.error <= 1e-6),
    ),
)
VIDEO = Workload(
    "W1c",
    "moving window 256x256x3x32, relative error 0.1",
    tensors.video,
    "direct",
    (
        Goal("must", "<= 0.25 s and <= 580,000 parameters",
             lambda row: row.seconds <= 0.25 and row.parameters <= 580_000),
        Goal("stretch", "0.11 s", lambda row: row.seconds <= 0.11 and row.parameters <= 580_000),
    ),
)  # fmt: skip


def whole(cores):
    """Return the tensor of TT cores (left, mode, right), flattened; the outer ones may lack the bond of size 1."""
    matrix = np.ones((1, 1))
    for core in map(array, cores):
        left = matrix.shape[1]
        matrix = (matrix @ core.reshape(left, -1)).reshape(-1, core.shape[-1] if core.ndim == 3 or left == 1 else 1)
    return matrix


def judge_cores(X, cores_of):
    def judge(model):
        cores = [array(core) for core in cores_of(model)]
        return relative(X, whole(cores)), sum(core.size for core in cores)

    return judge


def plain_ranks(X, error):
    """Return the ranks of an ordinary TT-SVD, for the peers that take nothing else."""
    allowed = error / math.sqrt(X.ndim - 1) * np.linalg.norm(X)
    ranks, rest = [1], X
    for mode in range(X.ndim - 1):
        rest = rest.reshape(ranks[-1] * X.shape[mode], -1)
        _, values, vectors = np.linalg.svd(rest, full_matrices=False)
        tails = np.sqrt(np.cumsum(values[::-1] ** 2))[::-1]
        ranks.append(max(1, int((tails > allowed).sum())))
        rest = values[: ranks[-1], None] * vectors[: ranks[-1]]
    return [*ranks, 1]


def per_bond(X, error):
    return error / math.sqrt(X.ndim - 1)


def enter_tnlab(workload: Workload, error: float) -> None:
    @workload.contestant('tnlab decompose(X, "tensor_train", target_error)')
    def _(X):
        tensor = torch.from_numpy(X)
        return lambda: decompose(tensor, "tensor_train", target_error=error), judged(X)

    @workload.contestant("tnlab tt_svd, any order of the modes")
    def _(X):
        tensor, engine = torch.from_numpy(X), solvers["tt_svd"](target_error=error, mode_orders="search")
        return lambda: decompose(tensor, "tensor_train", target_error=error, solver=engine), judged(X)

    @workload.contestant("tnlab tt_svd, one try")
    def _(X):
        tensor, engine = torch.from_numpy(X), solvers["tt_svd"](target_error=error, tries=1)
        return lambda: decompose(tensor, "tensor_train", target_error=error, solver=engine), judged(X)


def enter_error_given(workload: Workload, error: float) -> None:
    @workload.contestant("torchTT TT(eps)", "torchtt")
    def _(X):
        import torchtt

        tensor = torch.from_numpy(X)
        return lambda: torchtt.TT(tensor, eps=error), judge_cores(X, lambda model: model.cores)

    for algorithm in ("svd", "eig"):

        @workload.contestant(f"tntorch round_tt(eps, {algorithm})", "tntorch")
        def _(X, algorithm=algorithm):
            import tntorch

            tensor = torch.from_numpy(X)

            def run():
                model = tntorch.Tensor(tensor)
                model.round_tt(eps=error, algorithm=algorithm)
                return model

            return run, judge_cores(X, lambda model: model.cores)

    @workload.contestant("quimb MPS.from_dense(rsum2)", "quimb")
    def _(X):
        import quimb.tensor as qtn

        def run():
            cutoff = {"cutoff": per_bond(X, error) ** 2, "cutoff_mode": "rsum2", "method": "svd"}
            return qtn.MatrixProductState.from_dense(X, dims=X.shape, **cutoff)

        return run, lambda model: (relative(X, model.to_dense()), sum(tensor.size for tensor in model))

    @workload.contestant("tensap ttsvd(tol)", "tensap")
    def _(X):
        import tensap

        def run():
            return tensap.Truncator(tolerance=error).ttsvd(tensap.FullTensor(X))

        return run, lambda model: (relative(X, model.full().numpy()), int(model.storage()))

    @workload.contestant("teneva svd(e)", "teneva")
    def _(X):
        import teneva

        allowed = per_bond(X, error) * np.linalg.norm(X)
        return lambda: teneva.svd(X, allowed), judge_cores(X, lambda model: model)


def enter_others(workload: Workload, error: float) -> None:
    for name, options in (("ranks given", {}), ("ranks given, randomized_svd", {"svd": "randomized_svd"})):

        @workload.contestant(f"tensorly tensor_train({name})", "tensorly")
        def _(X, options=options):
            import tensorly
            from tensorly.decomposition import tensor_train

            ranks = plain_ranks(X, error)
            options = options | ({"random_state": 0} if options else {})

            def run():
                tensorly.set_backend("numpy")
                return tensor_train(X, ranks, **options)

            return run, judge_cores(X, lambda model: model.factors)

    @workload.contestant("TensorKrowch vec_to_mps(cutoff)", "tensorkrowch")
    def _(X):
        import tensorkrowch

        tensor, cutoff = torch.from_numpy(X), 0.3 * per_bond(X, error) * np.linalg.norm(X)
        run = lambda: tensorkrowch.decompositions.vec_to_mps(tensor, cutoff=cutoff)  # noqa: E731
        return run, judge_cores(X, lambda model: model)


for _workload, _error in ((SMALL, 0.1), (SMOOTH, 1e-6), (VIDEO, 0.1)):
    for _enter in (enter_tnlab, enter_error_given, enter_others):
        _enter(_workload, _error)
