"""Small tensors are worked on with one thread of torch, numpy and scipy, and all is as it was afterwards."""

import gc
import os
import threading
from contextlib import contextmanager
from functools import partial
from types import ModuleType

import numpy as np
import pytest
import torch
from threadpoolctl import ThreadpoolController
from torch.utils._python_dispatch import TorchDispatchMode

import tnlab
import tnlab.threads
from tnlab import arithmetic
from tnlab.data.planted_tensors import planted
from tnlab.formats import formats
from tnlab.network.rank_matrix import ring
from tnlab.solvers import als
from tnlab.solvers.base import AbstractSolver, solvers
from tnlab.solvers.choose_rank import choose_rank
from tnlab.structure_search.run import Search
from tnlab.threads import ONE_THREAD, one_thread, steps_on_one_thread

BLAS = ThreadpoolController().select(user_api="blas").lib_controllers
TRAIN = formats["tt"].build((3,) * 4, 2)
NETWORK = tnlab.Network.random(TRAIN, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
X = planted(ring((3,) * 4, (0, 2, 1, 3), (2, 1, 2, 2)), noise=0.01, seed=1)
EYE = torch.eye(3, dtype=torch.float64)
FREE, BOUND = {2}, {1}

COMPUTES = {  # what computes, of all public names
    "fit": lambda: tnlab.fit(X, TRAIN, max_sweeps=2),
    "decompose": lambda: tnlab.decompose(X, "tt", target_error=0.1),
    "search": lambda: tnlab.search(X, target_error=0.1, engine="random", max_evaluations=2),
    "Search": partial(list, Search(X, 0.1, engine="random", max_evaluations=2)),
    "error_bound": lambda: tnlab.error_bound(X, TRAIN),
    "parameter_bound": lambda: tnlab.parameter_bound(X, 0.1),
    "CutSpectra": partial(tnlab.CutSpectra(X).tail, (0,)),
    "Network": NETWORK.to_tensor,
    "round_network": lambda: tnlab.round_network(NETWORK, ranks=1),
    "canonical": lambda: tnlab.canonical(NETWORK),
    "inner": lambda: arithmetic.inner(NETWORK, NETWORK),
    "log_inner": lambda: arithmetic.log_inner(NETWORK, NETWORK),
    "norm": lambda: arithmetic.norm(NETWORK),
    "log_norm": lambda: arithmetic.log_norm(NETWORK),
    "distance": lambda: arithmetic.distance(NETWORK, NETWORK),
    "relative_distance": lambda: arithmetic.relative_distance(NETWORK, NETWORK),
    "mode_product": lambda: arithmetic.mode_product(NETWORK, 0, EYE),
    "choose_rank": lambda: choose_rank(X, "cp", [1], max_sweeps=2),
}
PLAIN = {  # what holds data, works on structures alone, or goes through every entry once
    "Bond", "Certificate", "Core", "FewestParameters", "Fit", "Observed", "ParameterBound", "SearchResult", "Snapshot",
    "Start", "Stop",
    "Status", "Structure", "TensorFunction", "WeightedSum", "add", "arithmetic", "canonical_form", "contraction_cost",
    "cut_rank", "edits", "engines", "isomorphic", "multiply", "scale", "select", "subtract",
}  # fmt: skip


def now() -> set[int]:
    """Return how many threads torch, in this thread of Python, and every BLAS of the process would use."""
    return {torch.get_num_threads(), *(library.get_num_threads() for library in BLAS)}


class Watch(TorchDispatchMode):
    """Sees every operation of torch in this thread."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[int] = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.seen |= now()
        return func(*args, **(kwargs or {}))

    def reporting(self, plain):
        """Return a function of numpy that is seen too."""

        def seen(*args, **settings):
            self.seen |= now()
            return plain(*args, **settings)

        return seen


@pytest.fixture(autouse=True)
def two_threads():
    """Let everything have two threads, whatever the environment says, and take nothing along to other tests."""
    before = torch.get_num_threads(), [library.get_num_threads() for library in BLAS]
    torch.set_num_threads(2)
    for library in BLAS:
        library.set_num_threads(2)
    assert now() == FREE
    yield
    after = now()
    torch.set_num_threads(before[0])
    for library, count in zip(BLAS, before[1], strict=True):
        library.set_num_threads(count)
    assert after == FREE


@contextmanager
def watched(monkeypatch):
    """Yield the numbers of threads that are met by torch's operations and by numpy's decompositions."""
    with Watch() as watch:
        for name in ("eigvalsh", "eigh", "svd", "qr"):
            plain = getattr(np.linalg, name)
            monkeypatch.setattr(np.linalg, name, watch.reporting(plain))
        yield watch.seen


def test_every_public_name_is_known_here():
    """One that is new says whether it computes."""
    own = {name for name, thing in vars(arithmetic).items() if getattr(thing, "__module__", "") == arithmetic.__name__}
    modules = {"arithmetic", "edits"}  # whose functions are public
    public = {name for name in tnlab.__all__ if name in modules or not isinstance(getattr(tnlab, name), ModuleType)}
    inside = {"scaled_norm"}  # what norms and roundings compute with, on the thread that they have
    names = {*public, *(name for name in own if not name.startswith("_"))} - inside
    assert names == (COMPUTES.keys() - {"choose_rank"}) | PLAIN


@pytest.mark.parametrize("name", COMPUTES)
def test_what_computes_does_it_on_one_thread(name, monkeypatch):
    with watched(monkeypatch) as seen:
        COMPUTES[name]()
    assert seen == BOUND


@pytest.mark.parametrize("name", solvers)
def test_every_solver_sweeps_on_one_thread_and_is_free_between(name):
    """A solver that is iterated over by hand too, and one that is left in the middle."""
    part = solvers[name]
    structure = formats[part.fits[0] if part.fits else "tt"].build((3,) * 4, 2)
    data = data_for(part)
    steps = part(max_sweeps=3).iterate(data, structure, generator=torch.Generator().manual_seed(0))
    with Watch() as watch:
        next(steps)
    assert watch.seen == BOUND
    assert now() == FREE
    del steps
    gc.collect()
    assert now() == FREE


def data_for(part: type[AbstractSolver]):
    whole = X.abs() if part.nonnegative else X
    if part.takes == "function":
        return tnlab.TensorFunction((3,) * 4, lambda at: whole[tuple(at.T)])
    return (
        tnlab.Observed.from_mask(whole, torch.ones_like(whole, dtype=torch.bool)) if part.takes == "observed" else whole
    )


def test_a_callback_is_within_and_what_stands_between_snapshots_is_not():
    seen = []
    tnlab.fit(X, TRAIN, max_sweeps=2, callback=lambda _: seen.append(now()))
    tnlab.search(X, target_error=0.1, engine="random", max_evaluations=2, callback=lambda _: seen.append(now()))
    assert len(seen) > 2
    assert all(one == BOUND for one in seen)
    run = iter(Search(X, 0.1, engine="random", max_evaluations=4))
    next(run)
    assert now() == FREE
    del run
    gc.collect()
    assert now() == FREE


def test_an_error_leaves_nothing_bound():
    def fail(_):
        assert now() == BOUND
        raise KeyError

    for run in (partial(tnlab.fit, X, TRAIN), partial(tnlab.search, X, target_error=0.1)):
        with pytest.raises(KeyError):
            run(callback=fail)
        assert now() == FREE


def test_a_solver_of_the_users_own_is_bound_too():
    class Own(als.ALS):
        def iterate(self, tensor, structure, *, init="svd", generator):
            for snapshot in super().iterate(tensor, structure, init=init, generator=generator):
                met.append(now())
                yield snapshot

    met: list[set[int]] = []
    for _ in Own(max_sweeps=2).iterate(X, TRAIN, generator=torch.Generator().manual_seed(0)):
        assert now() == FREE
    assert met
    assert all(one == BOUND for one in met)


def test_large_tensors_keep_their_threads():
    with one_thread(ONE_THREAD + 1):
        assert now() == FREE
    with one_thread(ONE_THREAD), one_thread(ONE_THREAD + 1):
        assert now() == BOUND


def test_two_threads_overlap():
    """The first to enter leaves first: BLAS waits for the second, torch has its own number in each."""
    entered, left, met = threading.Event(), threading.Event(), []

    def second():
        with one_thread():
            entered.set()
            assert left.wait(10)
            met.append(now())
        met.append(now())

    other = threading.Thread(target=second)
    with one_thread():
        other.start()
        assert entered.wait(10)
    assert torch.get_num_threads() == 2
    assert {library.get_num_threads() for library in BLAS} == BOUND
    left.set()
    other.join()
    assert met == [BOUND, FREE]
    assert now() == FREE


def test_steps_close_what_they_iterate_over():
    closed = []

    def steps():
        try:
            yield now()
            yield now()
        finally:
            closed.append(True)

    run = steps_on_one_thread(steps(), 0)
    assert next(run) == BOUND
    assert now() == FREE
    run.close()
    assert closed
    assert list(steps_on_one_thread(iter([1, 2]), 0)) == [1, 2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_is_not_bound_by_threads_that_did_not_come_along():
    inside, leave = threading.Event(), threading.Event()

    def other():
        with one_thread():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(10)
    tnlab.threads._process.forked()  # what a child does: it runs on alone
    try:
        assert now() == FREE
    finally:
        tnlab.threads._process.inside = 1
        leave.set()
        thread.join()


def test_a_thread_that_is_new_while_another_is_inside_is_not_bound_for_good():
    """torch gives a new thread the count that was set last, which is then the 1 of the thread inside."""
    torch.set_num_threads(2)
    met = []

    def large():
        with one_thread(ONE_THREAD + 1):
            met.append(torch.get_num_threads())

    with one_thread():
        other = threading.Thread(target=large)
        other.start()
        other.join()
    assert met == [2]
