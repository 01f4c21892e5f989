"""The default completion beside each of its two methods and the peers, all for as many CPU seconds as the default took.

    python benchmarks/completion_cases.py [--only WORDS] [--seeds COUNT] [--write]

Planted tensors have mean square 1; "positive" cores are uniform on 0 to 1, the others Gaussian. A row's error is that
of the entries that were not observed, against the tensor without noise; that of the known entries, with noise, is
beside it. The last column divides the error of the default by the least one of the others: "exact" is at most 1e-6.
tensorly's masked CP and Tucker start as its documentation does; teneva and tntorch complete tensor trains only.
IL-2 responses and kinetic fluorescence come with tensorly, photographs with scikit-image, share prices with matplotlib.
"""

import argparse
import contextlib
import io
import math

from _common import DOCS, Stopwatch, machine, say, table, version, write_between  # isort: skip

import numpy as np
import torch
from completion import PEERS, load_peers

from tnlab import Network, Observed, fit
from tnlab.formats import formats

EXACT = 1e-6
PLANTED = (  # format, modes, rank, part that is known, cores, noise
    ("cp", (13, 14, 12), 2, 0.9, "positive", 0.0),
    ("cp", (20, 18, 16), 4, 0.5, "positive", 0.0),
    ("cp", (24, 20, 20), 5, 0.3, "positive", 0.01),
    ("cp", (24, 24, 24), 5, 0.2, "gaussian", 0.0),
    ("tucker", (15, 16, 17), 3, 0.5, "positive", 0.0),
    ("tucker", (15, 16, 17), 3, 0.3, "gaussian", 0.01),
    ("binary_tree", (8, 8, 8, 8), 3, 0.4, "positive", 0.0),
    ("binary_tree", (8, 9, 8, 7), 3, 0.3, "gaussian", 0.0),
    ("tensor_train", (10, 10, 10, 10), 3, 0.3, "positive", 0.0),
    ("tensor_train", (12, 13, 14), 4, 0.6, "positive", 0.01),
    ("tensor_train", (12, 12, 12, 12), 4, 0.2, "gaussian", 0.0),
    ("tensor_ring", (9, 9, 9, 9), 3, 0.4, "positive", 0.0),
    ("tensor_ring", (12, 12, 12, 12), 2, 0.2, "gaussian", 0.01),
    ("block_term", (14, 14, 14), 2, 0.5, "positive", 0.0),
    ("block_term", (14, 14, 14), 2, 0.5, "gaussian", 0.0),
    ("fully_connected", (8, 8, 8, 8), 2, 0.5, "positive", 0.0),
    ("grid", (9, 9, 9, 9), 2, 0.4, "positive", 0.0),
)
REAL = (  # data, format, rank, part that is known
    ("IL-2", "cp", 3, 0.6),
    ("IL-2", "tucker", 3, 0.6),
    ("kinetic", "cp", 3, 0.05),
    ("kinetic", "tensor_train", 4, 0.05),
    ("camera", "cp", 10, 0.2),
    ("camera", "tensor_train", 6, 0.2),
    ("camera", "binary_tree", 4, 0.2),
    ("astronaut", "tucker", (20, 20, 3), 0.2),
    ("prices", "cp", 4, 0.5),
    ("prices", "tensor_train", 4, 0.5),
)


class DoneError(Exception):
    """Raised from a peer's callback when its time is over."""


class Case:
    """A tensor, its noisy values, and which of them are known."""

    def __init__(self, title, structure, truth, data, part, seed):
        self.title, self.structure, self.truth, self.data = title, structure, truth, data
        drawn = torch.rand(truth.shape, generator=torch.Generator().manual_seed(100 + seed)) < part
        self.mask = drawn & data.isfinite()
        self.seed = seed

    @property
    def observed(self):
        return Observed.from_mask(self.data, self.mask)

    def errors(self, model):
        """Return the relative errors of a model over the entries that are not known, and over the known ones."""
        hidden = ~self.mask & self.truth.isfinite()
        pairs = ((hidden, self.truth), (self.mask, self.data))
        return [float((model - wanted)[at].norm() / wanted[at].norm()) for at, wanted in pairs]


def planted(structure, cores, seed):
    generator = torch.Generator().manual_seed(seed)
    draw = torch.rand if cores == "positive" else torch.randn
    shapes = structure.core_shapes
    arrays = tuple(draw(shape, generator=generator, dtype=torch.float64) for shape in shapes)
    tensor = Network(structure, arrays).to_tensor()
    return tensor / tensor.square().mean().sqrt()


def real(name):
    if name == "camera":
        from skimage import data

        return torch.tensor(data.camera()[::2, ::2] / 255.0).reshape(16, 16, 16, 16)
    if name == "astronaut":
        from skimage import data

        return torch.tensor(data.astronaut()[::4, ::4] / 255.0)
    if name == "prices":
        from matplotlib import cbook

        days = cbook.get_sample_data("goog.npz")["price_data"][:1024]
        columns = [days[column] for column in ("open", "high", "low", "close")]
        return torch.tensor(np.stack(columns, axis=1)).double().reshape(8, 8, 16, 4)
    import tensorly.datasets

    loaded = {"IL-2": tensorly.datasets.load_IL2data, "kinetic": tensorly.datasets.load_kinetic}[name]()
    return torch.tensor(np.asarray(loaded.tensor), dtype=torch.float64)


def cases(seed, words):
    for name, modes, rank, part, cores, noise in PLANTED:
        title = f"{name} {rank}, {cores}, {'x'.join(map(str, modes))}, {part:.0%}, noise {noise:.0%}"
        if all(word in title for word in words):
            structure = formats[name].build(modes, rank)
            truth = planted(structure, cores, 5 + seed)
            drawn = torch.randn(modes, generator=torch.Generator().manual_seed(9 + seed), dtype=torch.float64)
            yield Case(title, structure, truth, truth + noise * drawn, part, seed)
    for data, name, rank, part in REAL:
        title = f"{data}: {name} {rank}, {part:.0%}"
        if all(word in title for word in words):
            tensor = real(data)
            yield Case(title, formats[name].build(tuple(tensor.shape), rank), tensor, tensor, part, seed)


def tnlab_fit(case, solver, budget):
    """Return the fitted tensor, the CPU seconds and the sweeps of a fit that takes no longer than a budget."""
    observed, watch = case.observed, Stopwatch()
    result = fit(observed, case.structure, seed=case.seed, solver=solver, callback=lambda _: watch.seconds > budget)
    return result.network.to_tensor(), watch.seconds, result.sweeps


def peer_fit(run, case, budget):
    """Return the last tensor of a peer within a budget, the CPU seconds and the iterations; the look is not charged."""
    latest, watch, count = None, Stopwatch(), 0

    def look(model_of):
        nonlocal latest, count
        latest, count = watch.paused(model_of), count + 1
        if watch.seconds > budget:
            raise DoneError

    with contextlib.suppress(DoneError), contextlib.redirect_stdout(io.StringIO()):
        run(case, look)
    return torch.as_tensor(np.asarray(latest)), watch.seconds, count


def tensorly_cp(case, look):
    import tensorly
    from tensorly.decomposition import parafac

    data, mask = _filled(case)
    options = {"n_iter_max": 100000, "init": "random", "random_state": case.seed, "tol": 1e-15}
    call = lambda model, *_: look(lambda: tensorly.cp_to_tensor(model))  # noqa: E731
    parafac(data, case.structure.bonds[0].rank, mask=mask, callback=call, **options)


def tensorly_tucker(case, look):
    """Go on from the last factors, two iterations a call: tensorly's Tucker has no callback."""
    import tensorly
    from tensorly.decomposition import tucker

    data, mask = _filled(case)
    ranks = [bond.rank for bond in case.structure.bonds]
    model = "random"
    while True:
        model = tucker(data, ranks, n_iter_max=2, init=model, mask=mask, random_state=case.seed, tol=1e-15)
        look(lambda model=model: tensorly.tucker_to_tensor(model))


def teneva_als(case, look):
    import teneva

    rank = [1, *(bond.rank for bond in case.structure.bonds), 1]
    start = teneva.rand(list(case.truth.shape), rank, seed=case.seed)
    known = case.observed
    call = lambda model, *_: look(lambda: teneva.full(model))  # noqa: E731
    teneva.als(known.indices.numpy(), known.values.numpy(), start, nswp=10**6, e=1e-16, lamb=1e-6, cb=call)


def tntorch_als(case, look):
    import tntorch

    torch.manual_seed(case.seed)
    torch.set_default_dtype(torch.float64)
    try:
        known, rank, shape = case.observed, case.structure.bonds[0].rank, list(case.truth.shape)
        model = tntorch.randn(shape, ranks_tt=rank)
        while True:
            model = tntorch.als_completion(
                known.indices, known.values, rank, shape=shape, x0=model, niter=2, verbose=False
            )
            look(model.numpy)
    finally:
        torch.set_default_dtype(torch.float32)


def _filled(case):
    return np.where(case.mask, case.data, 0.0), case.mask.numpy().astype(float)


THEIRS = {
    "cp": {"tensorly": tensorly_cp},
    "tucker": {"tensorly": tensorly_tucker},
    "tensor_train": {"teneva": teneva_als, "tntorch": tntorch_als},
}


def rows(seeds, words):
    load_peers()
    for seed in range(seeds):
        for case in cases(seed, words):
            model, seconds, sweeps = tnlab_fit(case, None, math.inf)
            ours = case.errors(model)
            cells, least = [_cell(ours, sweeps)], math.inf
            for solver in ("completion_als", "completion_lbfgs"):
                other, _, count = tnlab_fit(case, solver, seconds)
                errors = case.errors(other)
                least = min(least, errors[0])
                cells.append(_cell(errors, count))
            name = next((name for name in THEIRS if f"{name} " in case.title), None)
            peers = []
            for peer, run in THEIRS.get(name, {}).items():
                if version(peer):
                    other, _, count = peer_fit(run, case, seconds)
                    errors = case.errors(other)
                    least = min(least, errors[0])
                    peers.append(f"{peer} {_cell(errors, count)}")
            ratio = "exact" if max(ours[0], 0) <= EXACT else f"{ours[0] / least:.2f}"
            yield case.title, f"{seconds:.2f}", *cells, "; ".join(peers) or None, ratio


def _cell(errors, sweeps):
    return f"{errors[0]:.1e} ({errors[1]:.0e}, {sweeps})"


def main():
    """Print the table, a row as soon as it has been measured."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", nargs="*", default=(), help="cases whose title has all these words")
    arguments.add_argument("--seeds", type=int, default=1, help="tensors and masks of each case")
    arguments.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    chosen = arguments.parse_args()
    header = ("hidden entries (known, sweeps)", "CPU s", "default", "ALS", "L-BFGS", "peers", "default / best other")

    def told():
        for row in rows(chosen.seeds, chosen.only):
            say(" | ".join(map(str, row)))
            yield row

    text = f"{machine(('numpy', 'torch', *PEERS))}\n\n{table(header, told())}"
    if chosen.write:
        write_between(DOCS / "benchmarks.md", "completion_cases", text)


if __name__ == "__main__":
    main()
