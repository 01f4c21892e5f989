"""A structure with loops at a target error: within it, and not worse than anything it contains or equal ranks."""

import threading

import pytest
import torch

from tnlab.data.planted_tensors import planted
from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.edits import clip_ranks, set_ranks
from tnlab.network.graph import is_tree
from tnlab.network.network import Network
from tnlab.solvers.base import Status
from tnlab.solvers.contained import contained_formats, contained_trees
from tnlab.solvers.decompose import decompose
from tnlab.solvers.fit import fit
from tnlab.solvers.least_ranks import even_ranks

LOOPS = [name for name, part in formats.items() if not is_tree(part.build((2,) * 8, 2))]
EVEN = 5  # equal ranks tried beside a result
DRAWN = formats["fully_connected"].build((4, 3, 5, 4), 1)


def photograph(modes):
    """A smooth picture with edges and grain."""
    generator = torch.Generator().manual_seed(1)
    count = int(torch.tensor(modes).prod())
    x = torch.linspace(0, 6, count, dtype=torch.float64).reshape(modes)
    return 1 + x.sin() + (x.flip(-1).cos() > 0.3) + 0.1 * torch.randn(modes, generator=generator, dtype=torch.float64)


def walk(modes):
    """A time series: a random walk."""
    steps = torch.randn(modes, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    return steps.reshape(-1).cumsum(0).reshape(modes)


def ring(modes):
    return planted(formats["fully_connected"].build(modes, 2), seed=3, noise=0.02)


def positive(modes):
    generator = torch.Generator().manual_seed(4)
    cores = [torch.rand(size, 3, generator=generator, dtype=torch.float64) for size in modes]
    letters = "abcdefgh"[: len(modes)]
    return torch.einsum(",".join(f"{letter}z" for letter in letters) + "->" + letters, *cores)


def check(result, tensor, target, topology):
    explicit = relative_error(tensor, result.network.to_tensor())
    assert result.status is Status.REACHED
    assert result.relative_error == pytest.approx(explicit, abs=1e-12)
    assert explicit <= target
    assert set_ranks(result.structure, topology.ranks) == topology
    assert clip_ranks(result.structure) == result.structure


def not_worse(result, tensor, target, topology, even):
    """Compare with what the structure contains, and with the default fit of equal ranks below the result."""
    for inner in contained_formats(topology):
        outer = inner.embedded(decompose(tensor, inner.structure, target_error=target).network)
        assert result.parameters <= outer.parameters
    for inner in contained_trees(topology):
        assert (
            result.parameters
            <= inner.embedded(decompose(tensor, inner.structure, target_error=target).network).parameters
        )
    for rank in range(1, EVEN):
        structure = even(rank)
        if structure.parameters < result.parameters:
            assert fit(tensor, structure, target_error=target).relative_error > target


CASES = [
    (photograph, (4, 3, 5, 4), 0.1),
    (walk, (5, 6, 4, 4), 0.05),
    (ring, (4, 5, 3, 4), 0.1),
    (positive, (5, 4, 6, 3), 1e-3),
]


@pytest.mark.parametrize(("data", "modes", "target"), CASES, ids=lambda case: getattr(case, "__name__", ""))
@pytest.mark.parametrize("name", LOOPS)
def test_reaches_the_target_and_is_not_worse_than_what_it_contains(name, data, modes, target):
    tensor = data(modes)
    topology = formats[name].build(modes, 1)
    result = decompose(tensor, name, target_error=target)
    if is_tree(topology):
        assert result.relative_error <= target
        return
    topology = set_ranks(topology, (1,) * len(topology.bonds))
    check(result, tensor, target, topology)
    not_worse(result, tensor, target, topology, lambda rank: clip_ranks(formats[name].build(modes, rank)))


@pytest.mark.slow
@pytest.mark.parametrize("modes", [(7, 6, 5), (3, 4, 2, 3, 4), (3, 2, 3, 2, 3, 2), (2,) * 8], ids=len)
@pytest.mark.parametrize("target", [0.3, 0.03])
@pytest.mark.parametrize("name", LOOPS)
def test_other_orders_and_targets(name, modes, target):
    if formats[name].refusal(len(modes)):
        pytest.skip(formats[name].refusal(len(modes)))
    tensor = photograph(modes)
    topology = formats[name].build(modes, 1)
    topology = set_ranks(topology, (1,) * len(topology.bonds))
    result = decompose(tensor, name, target_error=target)
    assert result.relative_error <= target
    not_worse(result, tensor, target, topology, lambda rank: clip_ranks(formats[name].build(modes, rank)))


def test_a_drawn_structure_is_searched_as_its_format_is():
    tensor = photograph(DRAWN.modes)
    drawn = decompose(tensor, DRAWN, target_error=0.1)
    named = decompose(tensor, "fully_connected", target_error=0.1)
    assert (drawn.structure, drawn.relative_error) == (named.structure, named.relative_error)


@pytest.mark.parametrize("seed", [3, None])
def test_the_same_seed_gives_the_same_floats(seed):
    tensor = photograph(DRAWN.modes)
    results = [decompose(tensor, DRAWN, target_error=0.15, seed=seed) for _ in range(2)]
    assert results[0].relative_error <= 0.15
    if seed is not None:
        assert torch.equal(results[0].network.to_tensor(), results[1].network.to_tensor())


def test_what_was_found_is_not_lost_when_it_is_stopped():
    """Stopped after ever more snapshots, the result is within the target as soon as one fit was, and never grows."""
    tensor = ring(DRAWN.modes)
    counted = []
    whole = decompose(tensor, DRAWN, target_error=0.1, callback=lambda snapshot: counted.append(snapshot) and None)
    parameters = []
    for most in sorted({1, 2, 3, 5, len(counted) // 4, len(counted) // 2, len(counted) - 1}):
        stop, seen = threading.Event(), []

        def tell(snapshot, most=most, stop=stop, seen=seen):
            seen.append(snapshot)
            if len(seen) >= most:
                stop.set()

        result = decompose(tensor, DRAWN, target_error=0.1, callback=tell, cancel=stop.is_set)
        assert result.status is Status.STOPPED
        assert result.relative_error == pytest.approx(relative_error(tensor, result.network.to_tensor()), abs=1e-12)
        assert result.relative_error <= 0.1, "The first snapshot is a closed form within the target."
        assert set_ranks(result.structure, DRAWN.ranks) == DRAWN
        parameters.append(result.parameters)
    assert parameters == sorted(parameters, reverse=True)
    assert parameters[0] > parameters[-1] >= whole.parameters


def test_a_call_that_says_stop_stops_all_fits():
    result = decompose(photograph(DRAWN.modes), DRAWN, target_error=0.1, callback=lambda _: True)
    assert result.status is Status.STOPPED


def test_without_time_the_result_is_zero_and_says_so():
    result = decompose(photograph(DRAWN.modes), DRAWN, target_error=0.1, max_seconds=0.0)
    assert (result.status, result.relative_error) == (Status.STOPPED, 1.0)


def test_a_target_below_rounding_is_not_said_to_be_reached():
    tensor = positive((5, 4, 6)).float()
    result = decompose(tensor, "cp", target_error=1e-12)
    assert result.status in (Status.CONVERGED, Status.MAX_SWEEPS)
    assert 1e-12 < result.relative_error < 1e-5


@pytest.mark.parametrize("exponent", [-1000, 1000])
def test_the_scale_of_the_data_changes_nothing_but_the_scale(exponent):
    tensor, factor = photograph((4, 3, 5)), 2.0**exponent
    told = []
    plain = decompose(tensor, "tensor_ring", target_error=0.1)
    scaled = decompose(tensor * factor, "tensor_ring", target_error=0.1, callback=told.append)
    assert (scaled.structure, scaled.relative_error) == (plain.structure, plain.relative_error)
    assert torch.equal(scaled.network.to_tensor(), plain.network.to_tensor() * factor)
    assert relative_error(tensor, told[0].network.to_tensor() / factor) < 0.11


def test_zeros_are_zeros():
    result = decompose(torch.zeros(3, 4, 5, dtype=torch.float64), "tensor_ring", target_error=0.1)
    assert (result.relative_error, result.structure.ranks) == (0.0, (1, 1, 1))


def test_a_given_network_is_a_candidate():
    tensor = ring(DRAWN.modes)
    whole = decompose(tensor, DRAWN, target_error=0.05)
    again = decompose(tensor, DRAWN, target_error=0.05, init=whole.network)
    assert again.parameters <= whole.parameters
    other = Network.random(formats["tensor_train"].build(DRAWN.modes, 2), generator=torch.Generator())
    with pytest.raises(StructureError, match="warm_start"):
        decompose(tensor, DRAWN, target_error=0.05, init=other)


def test_equal_ranks_are_lowered_where_the_cores_cannot_use_them():
    assert even_ranks(formats["tucker"].build((3, 2, 4), 1), 3).ranks == (3, 2, 3)


def test_a_large_tensor_costs_limited_work(monkeypatch):
    """Sweeps end at ``WORK`` operations, and what the closed forms found stays: here, with hardly any, it is all."""
    tensor = ring((5, 5, 5, 5))
    full = decompose(tensor, "tensor_ring", target_error=0.1)
    monkeypatch.setattr("tnlab.solvers.least_ranks.WORK", 0.0)
    monkeypatch.setattr("tnlab.solvers.least_ranks.HEAVY", 0.0)
    short = decompose(tensor, "tensor_ring", target_error=0.1)
    train = decompose(tensor, "tensor_train", target_error=0.1)
    assert short.relative_error <= 0.1
    assert short.sweeps < full.sweeps / 4
    assert full.parameters < short.parameters <= train.parameters
