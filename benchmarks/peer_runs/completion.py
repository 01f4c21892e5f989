"""W7: 10 % of a 64^3 tensor of exactly low rank; the error is that of all entries that were not observed."""

import numpy as np
import torch

from peer_runs import tensors
from peer_runs.base import Goal, TimeUpError, Workload, array
from peer_runs.tucker import quiet
from tnlab import Observed, fit
from tnlab.formats import formats
from tnlab.solvers.base import solvers

REACHED = 1e-3


def goals(stretch: float) -> tuple[Goal, Goal]:
    return (
        Goal("must", "<= 0.3 s to 1e-3, 3 of 3 seeds", lambda row: row.seconds <= 0.3 and row.more["hits"] == 1),
        Goal("stretch", f"{stretch} s", lambda row: row.seconds <= stretch and row.more["hits"] == 1),
    )


TITLE = "10 % of a 64^3 tensor of {} is known; error of the other entries"
CP = Workload("W7cp", TITLE.format("CP rank 5"), lambda: tensors.observed("cp"), "traced", goals(0.15), floor=REACHED)
TT = Workload("W7tt", TITLE.format("TT ranks 5"), lambda: tensors.observed("tt"), "traced", goals(0.19), floor=REACHED)


def unseen(data, model):
    """Return the relative error of the entries that were not observed."""
    hidden = ~data["mask"]
    return np.linalg.norm((model - data["x"])[hidden]) / np.linalg.norm(data["x"][hidden])


def note(trace, data, model_of):
    """Add the error with the clock paused; return whether it is low enough to stop."""
    return trace.judged(lambda: unseen(data, model_of())) < REACHED / 10


def enter_tnlab(workload, format_name, solver):
    @workload.contestant(f"tnlab {solver}")
    def _(data, seed, trace):
        structure = formats[format_name].build(data["x"].shape, 5)
        known = Observed(structure.modes, torch.from_numpy(data["places"]), torch.from_numpy(data["values"]))
        trace.parameters = structure.parameters
        trace.restart()
        generator = torch.Generator().manual_seed(seed)
        for snapshot in solvers[solver](max_sweeps=2000).iterate(known, structure, init="random", generator=generator):
            if note(trace, data, lambda: snapshot.network.to_tensor().numpy()):  # noqa: B023, called at once
                return


def enter_typed(workload, format_name):
    @workload.contestant("tnlab fit(Observed(...), structure)")
    def _(data, seed, trace):
        structure = formats[format_name].build(data["x"].shape, 5)
        known = Observed(structure.modes, torch.from_numpy(data["places"]), torch.from_numpy(data["values"]))
        trace.parameters = structure.parameters
        trace.restart()
        look = lambda snapshot: note(trace, data, lambda: snapshot.network.to_tensor().numpy())  # noqa: E731
        fit(known, structure, seed=seed, callback=look)


def whole_cp(weights, factors):
    factors = [array(factor) for factor in factors]
    return np.einsum("r,ir,jr,kr->ijk", array(weights), *factors, optimize=True)


@CP.contestant("tensorly parafac(mask)", "tensorly")
def _(data, seed, trace):
    import tensorly
    from tensorly.decomposition import parafac

    tensorly.set_backend("numpy")
    known, mask = np.where(data["mask"], data["x"], 0.0), data["mask"].astype(float)
    trace.parameters = 3 * 64 * 5
    trace.restart()
    options = {"n_iter_max": 5000, "init": "random", "random_state": seed, "tol": 1e-15, "mask": mask}
    parafac(known, 5, callback=lambda model, _: note(trace, data, lambda: whole_cp(*model)), **options)


@CP.contestant("pyttb gcp_opt(mask, L-BFGS-B)", "pyttb")
def _(data, seed, trace):
    import pyttb
    from pyttb.gcp.handles import Objectives
    from pyttb.gcp.optimizers import LBFGSB

    known = pyttb.tensor(np.where(data["mask"], data["x"], 0.0))
    mask = data["mask"].astype(float)
    np.random.seed(seed)  # noqa: NPY002, the only way to seed it
    trace.parameters = 3 * 64 * 5
    trace.restart()
    options = {"mask": mask, "printitn": 0}

    def look(vector):
        factors = np.split(vector, np.cumsum([size * 5 for size in data["x"].shape])[:-1])
        factors = [factor.reshape((size, 5), order="F") for factor, size in zip(factors, data["x"].shape, strict=True)]
        if note(trace, data, lambda: whole_cp(np.ones(5), factors)):
            raise TimeUpError

    method = LBFGSB(maxiter=200, iprint=None, callback=look)
    quiet(lambda: pyttb.gcp_opt(known, 5, Objectives.GAUSSIAN, method, **options))()


@TT.contestant("teneva als", "teneva")
def _(data, seed, trace):
    import teneva

    start = teneva.rand(list(data["x"].shape), 5, seed=seed)
    trace.parameters = 64 * 5 * 7
    trace.restart()
    options = {"nswp": 1000, "e": 1e-16, "lamb": 1e-6}
    report = lambda model, *_: note(trace, data, lambda: teneva.full(model))  # noqa: E731
    teneva.als(data["places"], data["values"], start, cb=report, **options)


@TT.contestant("tntorch als_completion", "tntorch")
def _(data, seed, trace):
    import tntorch

    torch.manual_seed(seed)
    torch.set_default_dtype(torch.float64)
    try:
        places, values = torch.from_numpy(data["places"]), torch.from_numpy(data["values"])
        shape = list(data["x"].shape)
        trace.parameters = 64 * 5 * 7
        trace.restart()
        model = tntorch.randn(shape, ranks_tt=5)
        while True:
            model = tntorch.als_completion(places, values, 5, shape=shape, x0=model, niter=2, verbose=False)
            if note(trace, data, model.numpy):
                return
    finally:
        torch.set_default_dtype(torch.float32)


def enter_torch(workload, kind):
    @workload.contestant("torch LBFGS on the samples")
    def _(data, seed, trace):
        generator = torch.Generator().manual_seed(seed)
        normal = lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64)  # noqa: E731
        first, second, third = torch.from_numpy(data["places"]).T
        values = torch.from_numpy(data["values"])
        if kind == "cp":
            cores = [normal(64, 5) * 5 ** (-1 / 6) for _ in range(3)]
            entries = lambda a, b, c: (a[first] * b[second] * c[third]).sum(1)  # noqa: E731
            text = "ir,jr,kr->ijk"
        else:
            cores = [normal(64, 5), normal(64, 5, 5) / 5, normal(64, 5)]
            entries = lambda a, b, c: torch.einsum("pa,pab,pb->p", a[first], b[second], c[third])  # noqa: E731
            text = "ia,jab,kb->ijk"
        trace.parameters = sum(core.numel() for core in cores)
        trace.restart()
        cores = [core.requires_grad_() for core in cores]
        options = {"lr": 1, "max_iter": 20, "history_size": 20, "line_search_fn": "strong_wolfe"}
        optimizer = torch.optim.LBFGS(cores, **options)

        def closure():
            optimizer.zero_grad()
            loss = (entries(*cores) - values).square().mean()
            loss.backward()
            return loss

        while True:
            optimizer.step(closure)
            if note(trace, data, lambda: np.einsum(text, *map(array, cores), optimize=True)):
                return


for _workload, _format in ((CP, "cp"), (TT, "tensor_train")):
    for _solver in ("completion_als", "completion_lbfgs"):
        enter_tnlab(_workload, _format, _solver)
    enter_typed(_workload, _format)
    enter_torch(_workload, "cp" if _workload is CP else "tt")
