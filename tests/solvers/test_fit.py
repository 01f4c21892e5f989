"""One call: the same seed gives the same floats, the best of several starts is kept, bad arguments are refused."""

import itertools

import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.solvers.base import Status
from tnlab.solvers.fit import fit


def planted(structure, seed=0, noise=0.0):
    generator = torch.Generator().manual_seed(seed)
    tensor = Network.random(structure, generator=generator).to_tensor()
    tensor = tensor / tensor.norm()
    return tensor + noise * torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype) / tensor.numel() ** 0.5


def test_same_seed_same_floats():
    structure = formats["tr"].build((4,) * 5, 3)
    tensor = planted(structure, noise=0.5)
    once, again = (fit(tensor, structure, seed=7, max_sweeps=20, restarts=2) for _ in range(2))
    other = fit(tensor, structure, seed=8, max_sweeps=20, init="random")
    assert once.history == again.history
    assert all(torch.equal(one, two) for one, two in zip(once.network.cores, again.network.cores, strict=True))
    assert other.history != once.history


def test_a_callback_stops_and_keeps_the_best():
    structure = formats["tt"].build((4,) * 4, 2)
    seen = []
    result = fit(
        planted(structure, noise=0.5), structure, callback=lambda s: seen.append(s) or s.sweep == 3, restarts=4
    )
    assert result.status is Status.STOPPED
    assert result.sweeps == 3 == seen[-1].sweep
    assert result.relative_error == pytest.approx(min(snapshot.relative_error for snapshot in seen), rel=1e-9)


def test_running_out_of_sweeps_is_a_status():
    structure = formats["tr"].build((4,) * 5, 2)
    result = fit(planted(structure, noise=0.5), structure, max_sweeps=2, tolerance=0)
    assert result.status is Status.MAX_SWEEPS
    assert len(result.history) == 3


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        (torch.full((3, 3), float("nan")), "9 of 9 entries are NaN"),
        (torch.tensor([[1.0, float("inf")], [0, 0]]), "1 of 4 entries"),
        (torch.ones(3, 3, dtype=torch.complex64), "Complex entries"),
        ("a text", "must hold numbers"),
        (formats["tt"].build((3, 3), 1), "comes first"),
        (torch.ones(4, 3), "shape 3x3, but the tensor has shape 4x3"),
    ],
)
def test_bad_tensors_are_refused(tensor, message):
    modes = (2, 2) if message.startswith("1 of") else (3, 3)
    with pytest.raises(DataError, match=message):
        fit(tensor, formats["tt"].build(modes, 1))


def test_bad_arguments_are_refused():
    structure, tensor = formats["tt"].build((3, 3), 1), torch.ones(3, 3)
    for bad in ({"max_sweeps": 0}, {"restarts": 0}, {"tolerance": float("nan")}, {"init": "svdd"}):
        with pytest.raises(ValueError, match=r"at least|init must be"):
            fit(tensor, structure, **bad)
    with pytest.raises(TypeError, match="seed"):
        fit(tensor, structure, seed=1.5)
    with pytest.raises(KeyError, match="Did you mean 'als'"):
        fit(tensor, structure, solver="alss")


def test_the_best_start_is_kept_and_all_sweeps_are_counted():
    """Three starts from one seed: the error is the least of theirs, the sweeps are their sum."""
    structure = formats["cp"].build((5, 6, 7), 4)
    tensor = planted(structure, noise=0.5)
    ends = []
    result = fit(tensor, structure, init="random", restarts=3, max_sweeps=15, callback=ends.append)
    starts = [k for k, snapshot in enumerate(ends) if snapshot.sweep == 0] + [len(ends)]
    errors = [min(one.relative_error for one in ends[a:b]) for a, b in itertools.pairwise(starts)]
    assert len(errors) == 3
    assert result.relative_error == pytest.approx(min(errors), rel=1e-9)
    assert result.sweeps == sum(ends[stop - 1].sweep for stop in starts[1:])


def test_a_mask_leaves_the_other_entries_unread():
    structure = formats["tt"].build((6, 6, 6), 1)
    tensor = planted(structure)
    mask = torch.rand(tensor.shape, generator=torch.Generator().manual_seed(1)) < 0.6
    spoiled = torch.where(mask, tensor, float("nan"))
    result = fit(spoiled, structure, mask=mask)
    assert relative_error(tensor, result.network.to_tensor()) < 1e-6
    with pytest.raises(DataError, match="A mask goes with"):
        fit(Observed.from_nan(spoiled), structure, mask=mask)
