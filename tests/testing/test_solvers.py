"""Every test of the solver suite fails on a solver that breaks the one rule, and passes on a sound one."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from typing_extensions import override

from tnlab.interrupt import unlimited
from tnlab.network.network import Network
from tnlab.solvers.als import ALS
from tnlab.solvers.base import Snapshot, Status
from tnlab.testing.solvers import SolverContract

SEEDS = itertools.count()


def changed(change: Callable[..., Iterator[Snapshot]]) -> type:
    """Return alternating least squares with other snapshots: ``change`` gets the sound ``iterate`` and the tensor."""

    @dataclass(frozen=True)
    class Bad(ALS):
        @override
        def iterate(self, tensor: Any, structure, *, init="svd", generator):
            def sound(tensor, init=init, generator=generator):
                return ALS.iterate(self, tensor, structure, init=init, generator=generator)

            return change(sound, tensor)

    return Bad


def late(sound, tensor):
    return (replace(snapshot, sweep=snapshot.sweep + 1) for snapshot in sound(tensor))


def endless(sound, tensor):
    return (replace(snapshot, status=Status.RUNNING) for snapshot in sound(tensor))


def boasting(sound, tensor):
    return (replace(snapshot, relative_error=0.99 * snapshot.relative_error) for snapshot in sound(tensor))


def lazy(sound, tensor):
    yield replace(next(sound(tensor, init="random")), status=Status.CONVERGED)


def double(sound, tensor):
    return (replace(snapshot, network=snapshot.network.to(torch.float64)) for snapshot in sound(tensor))


def fresh(sound, tensor):
    return sound(tensor, init="random", generator=torch.Generator().manual_seed(next(SEEDS)))


def writes_data(sound, tensor):
    yield from sound(tensor)
    tensor.mul_(2)


def writes_cores(sound, tensor):
    last: Network | None = None
    for snapshot in sound(tensor):
        if last is not None:
            last.cores[0].mul_(2)
        last = snapshot.network
        yield snapshot


def patient(sound, tensor):
    return sound(torch.nan_to_num(tensor, posinf=0.0))


def rounded(sound, tensor):
    return (replace(snapshot, relative_error=snapshot.relative_error + 1e-11) for snapshot in sound(tensor))


def boasting_in_the_end(sound, tensor):
    for snapshot in sound(tensor):
        stopped = snapshot.status is Status.STOPPED
        yield replace(snapshot, relative_error=0.99 * snapshot.relative_error) if stopped else snapshot


def stubborn(sound, tensor):
    with unlimited():
        run = list(sound(tensor))
    yield from run


BAD = [
    ("test_yields_snapshots_from_sweep_0_to_a_final_status", late),
    ("test_yields_snapshots_from_sweep_0_to_a_final_status", endless),
    ("test_reports_the_true_error_in_float64", boasting),
    ("test_reports_the_true_error_in_float64", rounded),
    ("test_stops_with_measured_cores", boasting_in_the_end),
    ("test_stops_with_measured_cores", stubborn),
    ("test_gets_down_to_the_noise", lazy),
    ("test_follows_float32", double),
    ("test_same_seed_same_floats", fresh),
    ("test_leaves_the_tensor_as_it_was", writes_data),
    ("test_leaves_the_tensor_as_it_was", writes_cores),
    ("test_refuses_what_is_not_finite", patient),
]


ARGUMENTS = {
    "test_refuses_what_is_not_finite": (float("inf"),),
    "test_stops_with_measured_cores": ("cancel",),
    "test_reports_the_true_error_in_float64": (torch.float64,),
}


def suite(part: type) -> SolverContract:
    """Return the suite over one solver that is not registered."""
    return type("Suite", (SolverContract,), {"solver": "mine", "part": part})()


def test_every_test_of_the_suite_is_here():
    assert {name for name in vars(SolverContract) if name.startswith("test_")} == {name for name, _ in BAD}


@pytest.mark.parametrize(("name", "change"), BAD)
def test_a_broken_rule_fails_its_test(name, change):
    arguments = ARGUMENTS.get(name, ())
    getattr(suite(ALS), name)(*arguments)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        getattr(suite(changed(change)), name)(*arguments)
