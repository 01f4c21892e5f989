"""The loop of every fit: when it ends, with which cores and errors, and how it is interrupted."""

import itertools
import math
import threading
import time

import pytest
import torch

from tnlab.formats import formats
from tnlab.interrupt import Limit, limited
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.solvers import solvers
from tnlab.solvers.fit import fit
from tnlab.solvers.loop import QUICK, SURE, Loop
from tnlab.solvers.settings import Stop
from tnlab.solvers.snapshot import Ending, Status, Swept

PATIENCE = 60  # seconds after which a step that should have been left behind ends
STRUCTURE = formats["tt"].build((2, 2), 1)


def network(size=1.0):
    return Network(STRUCTURE, tuple(torch.full(shape, size, dtype=torch.float64) for shape in STRUCTURE.core_shapes))


def run(swept, *, stop=None, ending=None, patience=None, warm=False, measure=None, heavy=False):
    """Return the snapshots of a loop over what a solver yields."""

    def forbidden(_):
        raise AssertionError("measured")

    loop = Loop(
        stop or Stop(max_sweeps=20, tolerance=0.01),
        ending or Ending(window=(2, 2)),
        patience=patience,
        warm=warm,
        size=4,
        heavy=heavy,
        measure=measure or forbidden,
        nothing=lambda: network(0.0),
    )
    return list(loop.snapshots(iter(swept)))


def errors(*values, **more):
    return [Swept(network(), value, compared=k > 0, **more) for k, value in enumerate((2.0, *values))]


def falling(factor=0.9):
    return (Swept(network(), factor**k, compared=k > 0) for k in itertools.count())


# The decrease is measured between the first and the last of 3 values, over two sweeps.
@pytest.mark.parametrize(
    ("values", "wanders", "sweeps"),
    [
        ([1.0, 0.99, 0.979, 0.5], False, None),  # 0.021 > 2 * 0.01
        ([1.0, 0.99, 0.981, 0.5], False, 3),
        ([1.0, 1.2, 1.1, 0.5], False, 3),  # what rises falls no longer
        ([1.0, 1.2, 1.1, 0.5], True, None),
    ],
)
def test_a_fit_has_settled_when_it_falls_by_less_than_the_tolerance_per_sweep(values, wanders, sweeps):
    found = run(errors(*values), ending=Ending((2, 2), wanders=wanders), stop=Stop(max_sweeps=4, tolerance=0.01))
    assert found[-1].status is (Status.MAX_SWEEPS if sweeps is None else Status.CONVERGED)
    assert found[-1].sweep == (sweeps or 4)


def test_a_short_window_may_judge_the_first_sweep_and_a_start_that_is_compared():
    swept = [Swept(network(), error) for error in (1.0, 0.999, 0.5)]
    assert run(swept, ending=Ending(window=(1, 2)))[-1].sweep == 1


def test_a_solver_may_know_better_whether_it_has_settled():
    swept = errors(1.0, 1.0, 1.0, 1.0, settled=False)
    assert run(swept, stop=Stop(max_sweeps=4))[-1].status is Status.MAX_SWEEPS
    swept = errors(1.0, 0.5, 0.1)
    swept[2] = Swept(network(), 0.5, settled=True)
    assert (run(swept)[-1].status, run(swept)[-1].sweep) == (Status.CONVERGED, 2)


def test_progress_is_compared_in_place_of_the_error():
    swept = [Swept(network(), 0.5, compared=k > 0, progress=0.9**k) for k in range(5)]
    assert run(swept, stop=Stop(max_sweeps=4))[-1].status is Status.MAX_SWEEPS


@pytest.mark.parametrize(
    ("error", "settled", "sweep", "status"),
    [
        (1e-15, True, 1, Status.EXACT),
        (0.1, True, 1, Status.REACHED),
        (0.2, True, 1, Status.CONVERGED),
        (0.2, None, 5, Status.MAX_SWEEPS),
    ],
)
def test_the_first_reason_to_end_is_the_status(error, settled, sweep, status):
    swept = [Swept(network(), 2.0), *[Swept(network(), error, settled=settled)] * 5]
    stop = Stop(max_sweeps=5, target_error=0.1, tolerance=0.0)
    assert [(one.sweep, one.status) for one in run(swept, stop=stop)][-1] == (sweep, status)


def test_the_start_is_judged_only_where_what_follows_may_be_worse():
    swept = [Swept(network(), 1e-15), Swept(network(), 1e-15)]
    assert run(swept)[-1].sweep == 1
    assert run(swept, ending=Ending(wanders=True))[-1].sweep == 0


def test_an_error_that_ends_a_fit_is_measured():
    """And the fit goes on where the measured error is not within the target."""
    swept = [Swept(network(), 2.0), Swept(network(), 0.09, 1e-9), Swept(network(), 0.2, 1e-9), Swept(network(), 0.09)]
    measured = iter([0.11])
    found = run(swept, stop=Stop(target_error=0.1, tolerance=0.0), measure=lambda _: next(measured))
    assert [one.relative_error for one in found] == [2.0, 0.11, 0.2, 0.09]
    assert found[-1].status is Status.REACHED


def test_an_error_that_the_solver_does_not_know_is_measured():
    found = run(
        [Swept(network(k)) for k in range(3)], stop=Stop(max_sweeps=2), measure=lambda it: float(it.cores[0].sum())
    )
    assert [one.relative_error for one in found] == [0.0, 2.0, 4.0]


def test_a_fit_converges_when_no_error_is_clearly_lower():
    values = [1.0, 0.95, 0.5, 0.49, 0.48, 0.47]
    swept = [Swept(network(), value) for value in values]
    found = run(swept, ending=Ending(window=(3, 3), lower=0.9), stop=Stop(tolerance=0.0))
    assert (found[-1].status, found[-1].sweep) == (Status.CONVERGED, 5)


def held_out(*values):
    return [Swept(network(k), 0.9**k, compared=k > 0, held_out_error=value) for k, value in enumerate(values)]


def test_patience_ends_a_fit_at_its_least_held_out_error():
    swept = held_out(0.9, 0.5, 0.6, 0.7, 0.8)
    last = run(swept, patience=2)[-1]
    assert (last.status, last.sweep, last.held_out_error) == (Status.HELD_OUT, 3, 0.5)
    assert last.relative_error == 0.9
    assert last.network is swept[1].network
    late = run(swept, patience=2, ending=Ending(window=(2, 2), warm_up=2))[-1]
    assert late.sweep == 4
    assert run(swept, patience=2, ending=Ending(window=(2, 2), warm_up=2), warm=True)[-1].sweep == 3


def test_a_solver_that_ends_by_its_held_out_error_returns_its_own_last_network():
    swept = [*held_out(0.9, 0.5), Swept(network(), 0.4, held_out_error=0.5, ended=Status.HELD_OUT)]
    last = run(swept, patience=9)[-1]
    assert (last.status, last.relative_error) == (Status.HELD_OUT, 0.4)
    assert last.network is swept[-1].network


def test_the_target_is_one_of_the_held_out_error_where_there_is_one():
    last = run(held_out(0.9, 0.5, 0.05), stop=Stop(target_error=0.1), patience=9)[-1]
    assert (last.status, last.sweep) == (Status.REACHED, 2)


def test_a_limit_reached_before_the_start_leaves_zeros():
    with limited(Limit(cancel=lambda: True)):
        (only,) = run(falling())
    assert (only.status, only.sweep, only.relative_error) == (Status.STOPPED, 0, 1.0)
    assert not only.network.to_tensor().any()


@pytest.mark.parametrize("name", ["als", "robust", "nonnegative", "completion_als"])
def test_a_fit_stopped_before_its_start_returns_what_it_was_given(name):
    """Where that is a result of the solver whose error can be measured; else zeros."""
    tensor = torch.arange(4.0, dtype=torch.float64).reshape(2, 2) + 1
    for size in (0.5, -0.5):
        given = network(size)
        found = fit(tensor, STRUCTURE, init=given, solver=name, cancel=lambda: True)
        assert (found.status, found.sweeps) == (Status.STOPPED, 0)
        kept = name != "completion_als" and (size > 0 or name != "nonnegative")
        expected = given.to_tensor() if kept else torch.zeros(2, 2, dtype=torch.float64)
        assert torch.equal(found.network.to_tensor(), expected)
        assert found.relative_error == pytest.approx(relative_error(tensor, expected), abs=1e-12)


def test_a_cancelled_fit_keeps_its_best_cores_measured():
    seen = []

    def swept():
        for k, error in enumerate((2.0, 0.3, 0.4)):
            yield Swept(network(k), error, 1e-9, compared=k > 0)
            seen.append(k)
        raise AssertionError("the limit was reached before")

    with limited(Limit(cancel=lambda: len(seen) == 2)):
        found = run(swept(), measure=lambda _: 0.25, stop=Stop(tolerance=0.0))
    assert (found[-1].status, found[-1].sweep, found[-1].relative_error) == (Status.STOPPED, 2, 0.25)
    assert found[-1].network is found[1].network


def test_a_stop_is_quick_where_measuring_is_slow():
    """Then the best of the networks whose errors are sure is kept, and the step that runs is left behind."""
    measured, waiting, end = [], threading.Event(), threading.Event()

    def slow(it):
        measured.append(it)
        time.sleep(1.2 * QUICK)
        return 0.5

    def swept():
        yield Swept(network(0))
        for error, doubt in ((0.4, 1e-6), (0.3, SURE / 2), (0.2, 1e-6)):
            yield Swept(network(error), error, doubt)
        waiting.set()
        end.wait(PATIENCE)

    with limited(Limit(cancel=waiting.is_set)):
        found = run(swept(), measure=slow, heavy=True, stop=Stop(tolerance=0.0))
    end.set()
    assert (found[-1].status, found[-1].sweep, found[-1].relative_error) == (Status.STOPPED, 3, 0.3)
    assert len(measured) == 1


def test_errors_are_measured_ahead_where_a_stop_would_wait_for_it():
    """The first one at once, the next ones within their share of the time."""
    measured = []

    def slow(it):
        measured.append(it)
        time.sleep(1.2 * QUICK)
        return 0.5

    swept = [Swept(network(k), 0.9**k, 1e-6, compared=k > 0) for k in range(4)]
    run(swept, measure=slow, stop=Stop(max_sweeps=3, tolerance=0.0))
    assert measured == [swept[3].network]
    measured.clear()
    swept = [Swept(network(), compared=False), *swept[1:]]
    with limited(Limit(cancel=lambda: False)):
        run(swept, measure=slow, stop=Stop(max_sweeps=3, tolerance=0.0))
    assert measured == [swept[0].network, swept[3].network]


def test_every_registered_solver_runs_in_the_loop():
    """Also one that is registered elsewhere: it defines ``sweeps``, and the loop is that of the base."""
    for name, part in solvers.items():
        if part.__module__.startswith("tnlab."):
            own = [kind for kind in part.__mro__ if "iterate" in vars(kind)]
            assert [kind.__name__ for kind in own] == ["AbstractSolver"], name
            assert math.isfinite(part.ending.window[1])
