"""Closed forms: the error asked for is kept, the bound holds, the ranks are least, the oracles agree."""

import itertools
import math
from typing import Any

import pytest
import tensorly.decomposition
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.errors import DataError, StructureError
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.solvers import Status, solvers
from tnlab.solvers.decompose import decompose
from tnlab.solvers.fit import fit
from tnlab.solvers.hooi import HOOI
from tnlab.solvers.tr_svd import TRSVD
from tnlab.solvers.tree_svd import TreeSVD
from tnlab.solvers.tt_svd import TTSVD

DIRECT = {
    "tt_svd": "tensor_train",
    "tr_svd": "tensor_ring",
    "hosvd": "tucker",
    "st_hosvd": "tucker",
    "tree_svd": "binary_tree",
}


def decaying(shape, seed=0, rate=0.5, dtype=torch.float64):
    """A smooth tensor with noise of many sizes: singular values that fall, but not to zero."""
    generator = torch.Generator().manual_seed(seed)
    tensor = torch.randn(shape, generator=generator, dtype=torch.float64)
    for mode, size in enumerate(shape):
        weights = rate ** torch.arange(size, dtype=torch.float64)
        tensor = tensor * weights.reshape([-1 if k == mode else 1 for k in range(len(shape))])
    for mode, size in enumerate(shape):
        turn = torch.linalg.qr(torch.randn(size, size, generator=generator, dtype=torch.float64))[0]
        tensor = (tensor.movedim(mode, -1) @ turn.T).movedim(-1, mode)
    return tensor.to(dtype)


def planted(structure, seed=0):
    network = Network.random(structure, generator=torch.Generator().manual_seed(seed))
    return network.to_tensor()


def check(tensor, result, target=None):
    true = relative_error(tensor, result.network.to(torch.float64).to_tensor())
    assert result.relative_error == pytest.approx(true, rel=1e-5, abs=1e-13)
    assert true <= result.upper_bound
    assert result.status is Status.DIRECT
    if target is not None:
        assert true <= target


@st.composite
def problems(draw):
    shape = draw(st.lists(st.integers(1, 6), min_size=1, max_size=5))
    dtype = draw(st.sampled_from([torch.float64, torch.float64, torch.float32]))
    least = -5 if dtype == torch.float32 else -10
    target = 10 ** draw(st.floats(least, -1))
    rate = draw(st.sampled_from([1.0, 0.5, 0.05, 1e-3]))
    tensor = decaying(shape, draw(st.integers(0, 9)), rate, dtype)
    if draw(st.booleans()) and shape[0] > 1:
        tensor[0] = 0
    if draw(st.booleans()):
        tensor = tensor * 1e6
    return tensor, target


@settings(max_examples=60, deadline=None)
@given(problems(), st.sampled_from(list(DIRECT)), st.booleans())
def test_the_error_is_never_above_the_one_asked_for(problem, solver, randomised):
    tensor, target = problem
    part = formats[DIRECT[solver]]
    if tensor.dim() < part.min_order or not tensor.norm():
        return
    extra: dict[str, Any] = {"randomised": randomised}
    chosen = solvers[solver](target_error=target, **extra)
    result = fit(tensor, part.build(tuple(tensor.shape), 1), solver=chosen)
    check(tensor, result, target)


@pytest.mark.parametrize("solver", list(DIRECT))
@pytest.mark.parametrize("target", [1e-1, 1e-3, 1e-6, 1e-7, 1e-8, 1e-10])
def test_every_tolerance_is_kept_and_no_rank_wasted(solver, target):
    tensor = decaying((9, 12, 10, 11), rate=0.1)
    result = decompose(tensor, DIRECT[solver], target_error=target, solver=solver)
    check(tensor, result, target)
    assert result.relative_error > target / 60  # the budget is used: one rank less would exceed it
    if solver in ("tt_svd", "st_hosvd", "tree_svd"):  # no more than an equal share for every cut needs
        for place in range(4):
            values = torch.linalg.svdvals(tensor.movedim(place, 0).reshape(tensor.shape[place], -1))
            tails = values.flip(0).square().cumsum(0).flip(0).sqrt() / tensor.norm()
            share = int((tails > 0.4 * target).sum())
            if solver != "tt_svd" or place in (0, 3):
                bond = 2 if solver == "tt_svd" and place == 3 else place
                assert result.structure.ranks[bond] <= share + 1


@pytest.mark.parametrize("solver", list(DIRECT))
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_what_has_low_rank_is_found_to_rounding(solver, dtype):
    structure = formats[DIRECT[solver]].build((6, 5, 7, 6), 2)
    if solver == "tr_svd":
        structure = formats["tr"].build((6, 5, 7, 6), (1, 2, 2, 2))  # a ring of ranks 2 is not found by splitting
    tensor = planted(structure).to(dtype)
    by_rank = fit(tensor, structure, solver=solver)
    floor = 1e-13 if dtype == torch.float64 else 2e-6
    assert by_rank.structure == structure
    assert by_rank.relative_error < floor
    assert by_rank.network.cores[0].dtype == dtype
    by_error = fit(tensor, structure, solver=solver, target_error=max(1e-10, floor * 4))
    check(tensor, by_error, max(1e-10, floor * 4))
    assert by_error.parameters <= structure.parameters


def test_float32_says_what_it_cannot_keep():
    tensor = decaying((4, 5, 6), dtype=torch.float32)
    with pytest.raises(DataError, match="float64"):
        decompose(tensor, "tt", target_error=1e-8)
    with pytest.raises(DataError, match="rounding alone"):
        decompose(tensor.double(), "tt", target_error=1e-16)


@pytest.mark.parametrize("shape", [(5,), (1,), (5, 1), (1, 1, 1), (1, 7, 1, 4), (2, 300), (300, 2)])
def test_thin_and_short_tensors(shape):
    tensor = decaying(shape, rate=0.9)
    for target in (0.3, 1e-9):
        for name in ("tt_svd", "st_hosvd", "hosvd", "tree_svd", "tr_svd"):
            if len(shape) >= formats[DIRECT[name]].min_order:
                check(tensor, decompose(tensor, DIRECT[name], target_error=target, solver=name), target)
    result = fit(tensor, formats["tt"].build(shape, 3), solver="tt_svd")
    assert result.structure.ranks == (3,) * (len(shape) - 1)  # more than there is: filled with zeros
    check(tensor, result)


def test_a_train_of_one_core_does_not_share_memory_with_the_data():
    tensor = decaying((5,))
    result = fit(tensor, formats["tt"].build((5,), 1), solver="tt_svd")
    tensor[0] = 99.0
    assert result.network.cores[0][0] != 99.0


def test_tensorly_agrees_on_hosvd():
    tensor = decaying((12, 11, 10), rate=0.7)
    core, factors = tensorly.decomposition.tucker(tensor.numpy(), (4, 4, 4), init="svd", n_iter_max=1)
    iterated = tensorly.decomposition.tucker(tensor.numpy(), (4, 4, 4), n_iter_max=200, tol=1e-12)
    structure = formats["tucker"].build((12, 11, 10), 4)
    hooi = fit(tensor, structure, solver=HOOI(tolerance=1e-10))
    theirs = relative_error(tensor, torch.from_numpy(tensorly.tucker_to_tensor(iterated)))
    assert hooi.relative_error == pytest.approx(theirs, rel=1e-6)
    assert list(hooi.history) == sorted(hooi.history, reverse=True)
    for solver in ("hosvd", "st_hosvd"):
        result = fit(tensor, structure, solver=solver)
        check(tensor, result)
        assert hooi.relative_error <= result.relative_error <= math.sqrt(3) * hooi.relative_error
        for factor in result.network.cores[:3]:
            torch.testing.assert_close(factor.T @ factor, torch.eye(4, dtype=torch.float64))
    plain = fit(tensor, structure, solver="hosvd").network.cores[0]
    vectors = torch.linalg.svd(tensor.reshape(12, -1), full_matrices=False)[0][:, :4]
    torch.testing.assert_close((plain.T @ vectors).abs(), torch.eye(4, dtype=torch.float64), atol=1e-6, rtol=0)
    assert len(factors) == 3
    assert core.shape == (4, 4, 4)


def test_tensorly_is_not_better_on_a_train_of_the_same_ranks():
    tensor = decaying((8, 9, 10, 7), rate=0.6)
    theirs = tensorly.decomposition.tensor_train(tensor.numpy(), [1, 3, 4, 3, 1])
    error = relative_error(tensor, torch.from_numpy(tensorly.tt_to_tensor(theirs)))
    ours = fit(tensor, formats["tt"].build((8, 9, 10, 7), (3, 4, 3)), solver="tt_svd")
    assert ours.relative_error <= 1.02 * error


def test_an_unused_budget_is_handed_on():
    tensor = decaying((4,) * 7, rate=0.6)
    shares = 0.1 / math.sqrt(6) * tensor.norm()
    rest, ranks, parameters = tensor, [1], 0
    for size in tensor.shape[:-1]:  # what everybody does: left to right, an equal share each
        left, values, right = torch.linalg.svd(rest.reshape(ranks[-1] * size, -1), full_matrices=False)
        tails = values.flip(0).square().cumsum(0).flip(0).sqrt()
        rank = max(int((tails > shares).sum()), 1)
        parameters += left.shape[0] * rank
        ranks.append(rank)
        rest = values[:rank, None] * right[:rank]
    parameters += rest.numel()
    result = decompose(tensor, "tt", target_error=0.1)
    check(tensor, result, 0.1)
    assert result.parameters < parameters
    one = decompose(tensor, "tt", target_error=0.1, solver=TTSVD(target_error=0.1, tries=1))
    assert result.parameters <= one.parameters


def test_a_ring_is_never_larger_than_the_train_it_contains():
    tensor = decaying((5, 6, 5, 4), rate=0.5)
    train = decompose(tensor, "tt", target_error=0.05, solver=TTSVD(target_error=0.05, tries=1))
    ring = decompose(tensor, "tr", target_error=0.05, solver="tr_svd")
    assert ring.parameters <= train.parameters
    check(tensor, ring, 0.05)


def test_a_ring_divides_its_first_rank():
    structure = formats["tr"].build((4, 5, 4), (2, 2, 2))
    tensor = planted(structure, seed=2)
    result = fit(tensor, structure, solver=TRSVD())
    check(tensor, result)
    assert result.relative_error < 0.5
    assert result.structure == structure


TREES = {
    "several modes on a core": Structure(
        (3, 4, 5, 3, 4), (Core((0, 3)), Core((1,)), Core((4, 2))), (Bond((0, 1), 5), Bond((1, 2), 5))
    ),
    "latent cores": Structure(
        (3, 4, 5, 3),
        (Core(), Core((2,)), Core((0, 1)), Core(), Core((3,))),
        (Bond((0, 1), 3), Bond((0, 2), 4), Bond((0, 3), 2), Bond((3, 4), 2)),
    ),
    "a latent leaf": Structure((4, 5), (Core((1,)), Core((0,)), Core()), (Bond((0, 1), 3), Bond((1, 2), 2))),
    "one core": Structure((3, 4), (Core((1, 0)),)),
    "a spider": Structure(
        (3, 3, 3, 3, 3),
        (Core((1,)), Core((0,)), Core((2,)), Core((3,)), Core((4,))),
        tuple(Bond((0, leaf), 2) for leaf in range(1, 5)),
    ),
}


@pytest.mark.parametrize("name", list(TREES))
def test_any_tree(name):
    structure = TREES[name]
    tensor = planted(structure)
    by_rank = fit(tensor, structure, solver="tree_svd")
    assert by_rank.relative_error < 1e-12
    assert by_rank.structure == structure
    noisy = decaying(structure.modes, rate=0.4)
    for target in (0.2, 1e-3, 1e-9):
        result = fit(noisy, structure, solver=TreeSVD(target_error=target))
        check(noisy, result, target)
        assert result.structure.cores == structure.cores
        assert [bond.cores for bond in result.structure.bonds] == [bond.cores for bond in structure.bonds]


def test_loops_and_hyper_bonds_are_refused():
    tensor = decaying((4, 4, 4))
    with pytest.raises(StructureError, match="joins 3 cores; fit it with als"):
        fit(tensor, formats["cp"].build((4, 4, 4), 2), solver="tree_svd")
    with pytest.raises(StructureError, match="closes 1 loop"):
        fit(tensor, formats["tr"].build((4, 4, 4), 2), solver="tree_svd")
    with pytest.raises(StructureError, match="needs a ring"):
        fit(tensor, formats["tt"].build((4, 4, 4), 2), solver="tr_svd")
    with pytest.raises(StructureError, match="Tucker"):
        fit(tensor, formats["tt"].build((4, 4, 4), 2), solver="hooi")


def test_hooi_lowers_ranks_and_keeps_to_the_error():
    tensor = decaying((10, 10, 10), rate=0.7)
    structure = formats["tucker"].build((10, 10, 10), 1)
    start = fit(tensor, structure, solver="st_hosvd", target_error=0.1)
    result = fit(tensor, structure, solver="hooi", target_error=0.1)
    true = relative_error(tensor, result.network.to_tensor())
    assert result.relative_error == pytest.approx(true, rel=1e-6)
    assert true <= 0.1
    assert result.parameters <= start.parameters


@pytest.mark.parametrize("init", ["svd", "random"])
def test_hooi_never_climbs(init):
    tensor = decaying((6, 7, 8, 5), rate=0.9)
    structure = formats["tucker"].build((6, 7, 8, 5), (2, 9, 2, 3))  # the second has more than it can carry
    chosen = HOOI(max_sweeps=20)
    run = list(chosen.iterate(tensor, structure, init=init, generator=torch.Generator().manual_seed(0)))
    errors = [snapshot.relative_error for snapshot in run]
    assert all(later <= earlier + 1e-12 for earlier, later in itertools.pairwise(errors))
    for snapshot in run:
        true = relative_error(tensor, snapshot.network.to_tensor())
        assert snapshot.relative_error == pytest.approx(true, rel=1e-9)


def test_a_search_for_mode_orders_undoes_a_shuffle():
    structure = formats["tt"].build((4,) * 6, 3)
    tensor = planted(structure).permute(3, 0, 5, 1, 4, 2).contiguous()
    given = decompose(tensor, "tt", target_error=1e-6)
    found = decompose(tensor, "tt", target_error=1e-6, solver=TTSVD(target_error=1e-6, mode_orders="search"))
    check(tensor, found, 1e-6)
    assert found.parameters == structure.parameters
    assert given.parameters > 3 * found.parameters
    by_rank = fit(tensor, structure, solver=TTSVD(mode_orders="search"))
    assert by_rank.relative_error < 1e-12


def test_a_mode_order_is_found_beyond_exhaustive_search():
    structure = formats["tt"].build((2,) * 8, 2)
    tensor = planted(structure, seed=1).permute(0, 1, 2, 4, 3, 5, 7, 6).contiguous()
    found = decompose(tensor, "tt", target_error=1e-6, solver=TTSVD(target_error=1e-6, mode_orders="search"))
    assert found.parameters <= structure.parameters


@pytest.mark.parametrize("solver", [*DIRECT, "hooi"])
@pytest.mark.parametrize("randomised", [False, True])
def test_torch_does_what_numpy_does(solver, randomised, monkeypatch):
    """What runs on a GPU, here on the CPU."""
    if randomised and solver == "hooi":
        pytest.skip("it has no random sampling")
    tensor = decaying((8, 40, 10, 7), rate=0.4)
    for dtype in (torch.float64, torch.float32):
        for target in (None, 1e-3, 1e-2):
            structure = formats[DIRECT.get(solver, "tucker")].build(tuple(tensor.shape), 3)
            extra: dict[str, Any] = {"randomised": True} if randomised else {}
            chosen = solvers[solver](target_error=target, **extra)
            with_numpy = fit(tensor.to(dtype), structure, solver=chosen)
            with monkeypatch.context() as patch:
                for module in ("fitting.truncation.closed_form", "solvers.tr_svd", "solvers.hooi"):
                    patch.setattr(f"tnlab.{module}.as_array", lambda tensor: tensor.detach())
                with_torch = fit(tensor.to(dtype), structure, solver=chosen)
            assert with_torch.structure == with_numpy.structure
            assert target is None or max(with_torch.relative_error, with_numpy.relative_error) <= target
            assert with_torch.relative_error == pytest.approx(with_numpy.relative_error, rel=1e-4)


@pytest.mark.parametrize("solver", [*DIRECT, "hooi"])
def test_on_the_gpu(solver):
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    name = DIRECT.get(solver, "tucker")
    for dtype in (torch.float64, torch.float32):
        tensor = decaying((8, 9, 10, 7), rate=0.4, dtype=dtype)
        choices: tuple[dict[str, Any], ...] = ({"rank": 3}, {"target_error": 1e-3})
        for wanted in choices:
            here = decompose(tensor, name, solver=solver, **wanted)
            there = decompose(tensor.cuda(), name, solver=solver, **wanted)
            assert there.network.cores[0].is_cuda
            assert there.relative_error == pytest.approx(here.relative_error, rel=1e-3)
