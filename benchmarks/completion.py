"""A tenth of a 64^3 tensor is known: tnlab beside tensorly, teneva and tntorch, then what no peer does.

    python benchmarks/completion.py [--cap SECONDS] [--write]

An error is that of the entries that were not observed, against the noise-free tensor. "CPU s" is the time until it is
1e-3 (5e-3 with noise), one number per seed; computing that error is not counted. tnlab holds out a tenth of what it is
given, the peers fit all of it. Peers that are not installed are left out. tntorch's "never" is a defect of its
``als_completion``: its error stays near 1 whatever the number of sweeps. Imports are not charged.
The last table is cross approximation of 1 / (1 + sum of the indices); its error is that of 5000 random entries.
"""

import argparse
import contextlib
import importlib
import io

from _common import DOCS, Stopwatch, machine, say, table, version, write_between  # isort: skip

import numpy as np
import torch

from tnlab import Network, Observed, TensorFunction, decompose, fit
from tnlab.fitting.cross.passes import train_values
from tnlab.fitting.cross.train import Train
from tnlab.formats import formats

SEEDS, SIDE, RANK = (0, 1, 2), 64, 5
PEERS = ("tensorly", "teneva", "tntorch")
ALONE = {
    "tensor ring 2, 16^4, 10 %": ("tensor_ring", (16,) * 4, 2, 0.1),
    "Tucker 4, 30^3, 10 %": ("tucker", (30,) * 3, 4, 0.1),
    "fully connected 2, 16^4, 10 %": ("fully_connected", (16,) * 4, 2, 0.1),
    "binary tree 3, 12^5, 3 %": ("binary_tree", (12,) * 5, 3, 0.03),
    "grid 2, 12^4, 10 %": ("grid", (12,) * 4, 2, 0.1),
}


class DoneError(Exception):
    """Raised from a peer's callback to end its loop."""


class Race:
    """CPU seconds until an error was reached, and the latest error."""

    def __init__(self, truth, mask, target, cap):
        self.truth, self.hidden, self.target, self.cap = truth, ~mask, target, cap
        self.reached, self.error, self.watch = None, float("nan"), Stopwatch()

    def look(self, model_of):
        """Record the error with the clock paused; raise when it is low enough or the time is over."""
        self.watch.paused(lambda: self._measure(model_of()))
        if self.reached is None and self.error <= self.target:
            self.reached = self.watch.seconds
        if self.error < self.target / 1e3 or self.watch.seconds > self.cap:
            raise DoneError

    def _measure(self, model):
        left = (np.asarray(model) - self.truth)[self.hidden]
        self.error = float(np.linalg.norm(left) / np.linalg.norm(self.truth[self.hidden]))


def cube(kind, noise):
    """Return a tensor of CP rank 5 or TT ranks 5 with unit variance, noisy values, and the mask of a tenth."""
    rng = np.random.default_rng(3)
    if kind == "cp":
        truth = np.einsum("ir,jr,kr->ijk", *(rng.standard_normal((SIDE, RANK)) for _ in range(3)), optimize=True)
    else:
        shapes = ((SIDE, RANK), (RANK, SIDE, RANK), (RANK, SIDE))
        truth = np.einsum("ia,ajb,bk->ijk", *(rng.standard_normal(shape) for shape in shapes), optimize=True)
    truth /= truth.std()
    mask = np.zeros(truth.size, dtype=bool)
    mask[rng.permutation(truth.size)[: truth.size // 10]] = True
    return truth, truth + noise * rng.standard_normal(truth.shape), mask.reshape(truth.shape)


def tnlab_fit(solver):
    def run(race, data, mask, kind, seed):
        structure = formats[kind].build(data.shape, RANK)
        observed = Observed.from_mask(torch.from_numpy(data), torch.from_numpy(mask))
        look = lambda snapshot: race.look(snapshot.network.to_tensor().numpy)  # noqa: E731
        fit(observed, structure, seed=seed, solver=solver, callback=look)

    return run


def tensorly_cp(race, data, mask, _, seed):
    import tensorly
    from tensorly.decomposition import parafac

    look = lambda model, *_: race.look(lambda: tensorly.cp_to_tensor(model))  # noqa: E731
    options = {"n_iter_max": 5000, "init": "random", "random_state": seed, "tol": 1e-15}
    parafac(np.where(mask, data, 0.0), RANK, mask=mask.astype(float), callback=look, **options)


def teneva_als(race, data, mask, _, seed):
    import teneva

    start = teneva.rand(list(data.shape), RANK, seed=seed)
    look = lambda model, *_: race.look(lambda: teneva.full(model))  # noqa: E731
    teneva.als(np.argwhere(mask), data[mask], start, nswp=1000, e=1e-16, lamb=1e-6, cb=look)


def tntorch_als(race, data, mask, _, seed):
    import tntorch

    torch.manual_seed(seed)
    torch.set_default_dtype(torch.float64)
    try:
        places, values = torch.from_numpy(np.argwhere(mask)), torch.from_numpy(data[mask])
        model = tntorch.randn(data.shape, ranks_tt=RANK)
        while True:
            model = tntorch.als_completion(
                places, values, RANK, shape=list(data.shape), x0=model, niter=2, verbose=False
            )
            race.look(model.numpy)
    finally:
        torch.set_default_dtype(torch.float32)


def load_peers():
    for name in (name for name in PEERS if version(name)):
        with contextlib.redirect_stdout(io.StringIO()):
            importlib.import_module(name)
    if version("tensorly"):
        importlib.import_module("tensorly.decomposition")


def contestants(kind):
    yield "tnlab", tnlab_fit(None)
    yield "tnlab completion_als", tnlab_fit("completion_als")
    yield "tnlab completion_lbfgs", tnlab_fit("completion_lbfgs")
    theirs = {"cp": (("tensorly parafac(mask)", tensorly_cp),)}.get(
        kind, (("teneva als", teneva_als), ("tntorch als_completion", tntorch_als))
    )
    yield from ((name, run) for name, run in theirs if version(name.split()[0]))


def cubes(cap):
    for kind in ("cp", "tt"):
        for noise in (0.0, 0.01):
            truth, data, mask = cube(kind, noise)
            for name, run in contestants(kind):
                load_peers()  # else the first race would be charged for it
                races = []
                for seed in SEEDS:
                    race = Race(truth, mask, 5e-3 if noise else 1e-3, cap)
                    with contextlib.suppress(DoneError), contextlib.redirect_stdout(io.StringIO()):
                        run(race, data, mask, kind, seed)
                    races.append(race)
                hits = sum(race.reached is not None for race in races)
                times = ", ".join("never" if race.reached is None else f"{race.reached:.2f}" for race in races)
                errors = ", ".join(f"{race.error:.1e}" for race in races)
                yield kind.upper(), f"{noise:.0%}", name, f"{hits} of {len(races)}", times, errors


def alone():
    for title, (name, modes, rank, part) in ALONE.items():
        structure = formats[name].build(modes, rank)
        for noise in (0.0, 0.01):
            generator = torch.Generator().manual_seed(1)
            truth = Network.random(structure, generator=generator).to_tensor()
            truth = truth / truth.square().mean().sqrt()
            data = truth + noise * torch.randn(modes, generator=generator, dtype=torch.float64)
            fits, times = [], []
            for seed in SEEDS:
                observed, watch = Observed.random_part(data, part, seed=seed), Stopwatch()
                fits.append(fit(observed, structure, seed=seed, restarts=3, target_error=None if noise else 1e-6))
                times.append(f"{watch.seconds:.2f}")
            errors = [float((one.network.to_tensor() - truth).norm() / truth.norm()) for one in fits]
            shown = [", ".join(f"{value:.1e}" for value in row) for row in ([f.held_out_error for f in fits], errors)]
            yield title, f"{noise:.0%}", ", ".join(times), *shown


def inverse_sum(places):
    return 1.0 / (1.0 + places.sum(axis=1))


class Counted:
    def __init__(self):
        self.count = 0

    def __call__(self, places):
        self.count += len(places)
        return inverse_sum(np.asarray(places, dtype=float))


def tnlab_cross(modes, asked, counted):
    function = TensorFunction(modes, lambda at: torch.from_numpy(counted(at.numpy())))
    result = decompose(function, "tt", target_error=asked)
    return Train(result.structure).cores(result.network)


def teneva_cross(modes, asked, counted):
    import teneva

    start = teneva.rand(list(modes), 2, seed=0)
    cores = teneva.cross(counted, start, m=3_000_000, e=asked, dr_min=1, dr_max=2, nswp=30)
    return teneva.truncate(cores, asked)


def tntorch_cross(modes, asked, counted):
    import tntorch

    torch.manual_seed(0)
    domain = [torch.arange(size, dtype=torch.float64) for size in modes]
    function = lambda *columns: torch.from_numpy(counted(torch.stack(columns, dim=1).numpy()))  # noqa: E731
    model = tntorch.cross(function=function, domain=domain, eps=asked, verbose=False)
    return [core.numpy() for core in model.cores]


def crosses():
    for modes in ((20,) * 10, (2,) * 20):
        rng = np.random.default_rng(1)
        places = np.stack([rng.integers(0, size, 5000) for size in modes], axis=1)
        wanted = inverse_sum(places)
        for asked in (1e-6, 1e-10):
            for name, run in (("tnlab", tnlab_cross), ("teneva", teneva_cross), ("tntorch", tntorch_cross)):
                if name != "tnlab" and not version(name):
                    continue
                counted, watch = Counted(), Stopwatch()
                with contextlib.redirect_stdout(io.StringIO()):
                    cores = run(modes, asked, counted)
                seconds = watch.seconds
                error = float(np.linalg.norm(train_values(cores, places) - wanted) / np.linalg.norm(wanted))
                size = f"{modes[0]}^{len(modes)}"
                rank = max(core.shape[2] for core in cores)
                yield size, f"{asked:.0e}", name, f"{error:.1e}", rank, f"{counted.count:,}", f"{seconds:.2f}"


def main():
    """Print the tables, each as soon as it has been measured."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cap", type=float, default=5.0, help="CPU seconds of one run of a cube")
    arguments.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    chosen = arguments.parse_args()
    parts = []
    for part in (
        lambda: machine(("numpy", "torch", *PEERS)),
        lambda: table(("rank 5 of", "noise", "method", "reached", "CPU s", "error at the end"), cubes(chosen.cap)),
        lambda: table(("no peer does", "noise", "CPU s", "held-out error", "error of the whole tensor"), alone()),
        lambda: table(("cross of", "asked", "method", "error", "rank", "entries evaluated", "CPU s"), crosses()),
    ):
        parts.append(part())
        say(parts[-1] + "\n")
    if chosen.write:
        write_between(DOCS / "benchmarks.md", "completion", "\n\n".join(parts))


if __name__ == "__main__":
    main()
