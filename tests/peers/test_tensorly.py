"""What the suite of tensorly asserts of decompositions, in our own words and data.

Subjects of tensorly 0.10 (``decomposition/tests``: CP, Tucker, tensor trains, TT matrices, tensor rings, nonnegative,
robust, masked; ``tests`` of its classes; ``random``; ``tenalg``; ``metrics``). How its classes are read and written is
in ``tests/interop/test_tensorly_tensors.py``. ``docs/asks.md`` says what is declined.
"""

import numpy as np
import pytest
import torch

from tests.peers.planted import FORMATS, MODES, TREES, network, planted, seeded
from tnlab import Network, Observed, arithmetic, decompose, fit, parameter_bound
from tnlab.errors import FormatError, StructureError
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.residual import relative_residual
from tnlab.network.unfolding import fold, unfolding
from tnlab.solvers.robust import Robust


def uniform(modes=(5, 4, 6), seed=0):
    return torch.rand(modes, generator=seeded(seed), dtype=torch.float64)


def factors(found):
    """Return the factor matrices of a Tucker or CP network, mode by mode."""
    return [core for core, own in zip(found.cores, found.structure.cores, strict=True) if own.legs]


def middle(found):
    return next(core for core, own in zip(found.cores, found.structure.cores, strict=True) if not own.legs)


# Decompositions are exact where a tensor has the ranks


@pytest.mark.parametrize("format_name", FORMATS)
def test_planted_tensors_are_recovered(format_name):
    tensor = planted(format_name, (6, 6, 6, 6), 2, seed=3)
    found = fit(tensor, formats[format_name].build(tensor.shape, 2), restarts=3, seed=0, max_sweeps=500, tolerance=1e-9)
    assert found.relative_error < 1e-5
    assert relative_residual(tensor, found.network) == pytest.approx(found.relative_error, rel=1e-3, abs=1e-12)


@pytest.mark.parametrize("format_name", TREES)
@pytest.mark.parametrize("modes", [(3, 4, 3), (2, 1, 5, 3), (7, 2)])
def test_full_ranks_give_the_tensor_back(format_name, modes):
    tensor = uniform(modes)
    found = decompose(tensor, format_name, rank=1000)
    assert relative_error(tensor, found.network.to_tensor()) < 1e-13


@pytest.mark.parametrize("rank", [1, 2, 4])
@pytest.mark.parametrize("format_name", ["cp", "tucker", "tensor_train"])
def test_of_a_matrix_every_format_is_the_singular_value_decomposition(format_name, rank):
    matrix = torch.randn(8, 6, generator=seeded(), dtype=torch.float64)
    values = torch.linalg.svdvals(matrix)
    best = float(values[rank:].norm() / values.norm())
    found = fit(matrix, formats[format_name].build((8, 6), rank), max_sweeps=400, tolerance=1e-9)
    assert found.relative_error == pytest.approx(best, rel=1e-5)


def test_the_best_rank_one_of_a_symmetric_tensor_is_its_power_iteration():
    """The tensor of orthogonal powers a_r^3 with weights 3, 2, 1 has (3, a_1) as its best term."""
    basis = torch.linalg.qr(torch.randn(7, 3, generator=seeded(), dtype=torch.float64))[0]
    weights = torch.tensor([3.0, 2.0, 1.0], dtype=torch.float64)
    tensor = torch.einsum("r,ir,jr,kr->ijk", weights, basis, basis, basis)
    found = fit(tensor, formats["cp"].build((7, 7, 7), 1), tolerance=1e-12, max_sweeps=200)
    torch.testing.assert_close(
        found.network.to_tensor(), 3 * torch.einsum("i,j,k->ijk", *[basis[:, 0]] * 3), rtol=1e-6, atol=1e-6
    )


# CP


def test_the_terms_of_a_cp_are_recovered_up_to_order_sign_and_scale():
    """A CP of rank 3 in generic position is unique: every factor's normed columns are found, each once."""
    truth = network("cp", (8, 7, 9), 3, seed=2)
    found = fit(truth.to_tensor(), truth.structure, restarts=3, seed=0, tolerance=1e-10, max_sweeps=500)
    matches = torch.ones(3, 3, dtype=torch.float64)
    for real, own in zip(truth.cores, found.network.cores, strict=True):
        matches *= (real / real.norm(dim=0)).T @ (own / own.norm(dim=0))
    assert sorted(matches.abs().argmax(1).tolist()) == [0, 1, 2]
    assert float(matches.abs().max(1).values.min()) > 0.9999
    assert bool((matches.gather(1, matches.abs().argmax(1, keepdim=True)) > 0).all())  # signs of the modes cancel


def test_norm_and_inner_product_of_a_cp_are_those_of_gram_matrices():
    first, second = network("cp", (5, 6, 7), 3), network("cp", (5, 6, 7), 2, seed=1)
    grams = torch.ones(3, 2, dtype=torch.float64)
    for left, right in zip(first.cores, second.cores, strict=True):
        grams *= left.T @ right
    assert arithmetic.inner(first, second) == pytest.approx(float(grams.sum()), rel=1e-11)
    assert arithmetic.norm(first) == pytest.approx(float(first.to_tensor().norm()), rel=1e-11)


@pytest.mark.parametrize("init", ["svd", "random"])
def test_the_error_of_least_squares_never_rises(init):
    found = fit(uniform((7, 8, 6)), formats["cp"].build((7, 8, 6), 4), init=init, seed=1, tolerance=0, max_sweeps=60)
    assert np.diff(found.history).max() < 1e-9
    assert found.relative_error < 0.45


def test_both_starts_come_near_the_same_error():
    tensor = uniform((7, 8, 6))
    structure = formats["cp"].build(tensor.shape, 3)
    svd, random = (fit(tensor, structure, init=init, seed=0, restarts=3, max_sweeps=100) for init in ("svd", "random"))
    assert svd.relative_error == pytest.approx(random.relative_error, rel=1e-2)


@pytest.mark.parametrize("format_name", FORMATS)
def test_one_seed_gives_one_fit(format_name):
    tensor, structure = uniform(MODES), formats[format_name].build(MODES, 2)
    first, again, other = (fit(tensor, structure, init="random", seed=s, max_sweeps=3).network for s in (5, 5, 6))
    assert all(torch.equal(a, b) for a, b in zip(first.cores, again.cores, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(first.cores, other.cores, strict=True))


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_start_is_not_made_worse(format_name):
    tensor = uniform(MODES)
    first = fit(tensor, formats[format_name].build(MODES, 2), max_sweeps=4)
    further = fit(tensor, first.structure, init=first.network, max_sweeps=4)
    assert further.relative_error <= first.relative_error + 1e-12
    with pytest.raises(StructureError):
        fit(tensor, formats[format_name].build(MODES, 1), init=first.network)


@pytest.mark.parametrize("modes", [(1, 5, 4), (1, 1, 1), (9,), (3, 1, 2, 1)])
@pytest.mark.parametrize("format_name", FORMATS)
def test_modes_of_size_one_and_few_modes(format_name, modes):
    if formats[format_name].refusal(len(modes)):
        with pytest.raises(FormatError, match="needs"):
            formats[format_name].build(modes, 2)
        return
    tensor = uniform(modes, seed=1)
    found = fit(tensor, formats[format_name].build(modes, 3), max_sweeps=20)
    assert relative_residual(tensor, found.network) == pytest.approx(found.relative_error, rel=1e-3, abs=1e-9)
    assert found.relative_error <= fit(tensor, formats[format_name].build(modes, 1)).relative_error + 1e-6


# Tucker


@pytest.mark.parametrize("solver", ["hosvd", "st_hosvd", "hooi", "tree_svd"])
@pytest.mark.parametrize("rank", [2, (2, 3, 2), (5, 4, 6), (1, 2, 2), 1])
def test_tucker_factors_are_orthonormal_and_the_core_holds_the_rest(solver, rank):
    tensor = uniform()
    found = decompose(tensor, "tucker", rank=rank, solver=solver)
    ranks = (rank,) * 3 if isinstance(rank, int) else rank
    assert middle(found.network).shape == ranks
    for factor, size, own in zip(factors(found.network), tensor.shape, ranks, strict=True):
        assert factor.shape == (size, own)
        torch.testing.assert_close(factor.T @ factor, torch.eye(own, dtype=torch.float64))
    left = float(tensor.norm()) ** 2 - float(middle(found.network).norm()) ** 2
    assert found.relative_error == pytest.approx((max(left, 0) ** 0.5) / float(tensor.norm()), abs=1e-7)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_higher_order_singular_values_bound_a_tucker(rank):
    """The largest tail of an unfolding is below any error; all tails together are above those of both HOSVDs."""
    tensor = uniform((6, 7, 8))
    tails = [torch.linalg.svdvals(unfolding(tensor, mode))[rank:].norm() / tensor.norm() for mode in range(3)]
    least, most = float(max(tails)), float(torch.stack(tails).norm())
    errors = {
        solver: decompose(tensor, "tucker", rank=rank, solver=solver).relative_error
        for solver in ("hosvd", "st_hosvd", "hooi")
    }
    assert all(least - 1e-12 <= error <= most + 1e-12 for error in errors.values())
    assert errors["hooi"] <= errors["st_hosvd"] + 1e-12
    assert errors["hooi"] <= errors["hosvd"] + 1e-12


def test_a_mode_may_stay_whole():
    """Their partial Tucker is one whose other modes have full rank: they cost no error."""
    tensor = uniform((3, 6, 7))
    values = torch.linalg.svdvals(unfolding(tensor, 1))
    found = decompose(tensor, "tucker", rank=(3, 2, 7))
    assert found.relative_error == pytest.approx(float(values[2:].norm() / values.norm()), rel=1e-9)


# Trains, matrices, rings


@pytest.mark.parametrize("rank", [1, 2, (2, 3, 2)])
def test_trains_have_the_ranks_asked_for_and_the_error_of_their_cuts(rank):
    tensor = uniform((4, 5, 3, 4))
    found = decompose(tensor, "tensor_train", rank=rank)
    ranks = (rank,) * 3 if isinstance(rank, int) else rank
    assert found.structure.ranks == ranks
    tails = [
        torch.linalg.svdvals(tensor.flatten(0, bond).flatten(1))[own:].norm() / tensor.norm()
        for bond, own in enumerate(ranks)
    ]
    assert float(max(tails)) - 1e-12 <= found.relative_error <= float(torch.stack(tails).norm()) + 1e-12


@pytest.mark.parametrize("ranks", [(2, 2, 2, 2), (1, 2, 3, 2), (4, 2, 3, 2)])
def test_rings_have_the_ranks_asked_for(ranks):
    structure = formats["tensor_ring"].build((6, 5, 4, 5), ranks)
    tensor = Network.random(structure, generator=seeded(1)).to_tensor()
    found = fit(tensor, structure, restarts=4, seed=0, max_sweeps=600, tolerance=1e-9)
    assert found.structure.ranks == ranks
    assert found.relative_error < 1e-4


def test_a_train_is_a_ring_whose_first_rank_is_one():
    tensor = uniform((4, 5, 3, 4))
    bond = next(b for b, bond in enumerate(formats["tensor_ring"].build((4,) * 4, 2).bonds) if bond.cores == (0, 3))
    ranks = [3, 3, 3, 3]
    ranks[bond] = 1
    ring = fit(tensor, formats["tensor_ring"].build(tensor.shape, ranks), max_sweeps=300, tolerance=1e-9)
    line = fit(tensor, formats["tensor_train"].build(tensor.shape, 3), max_sweeps=300, tolerance=1e-9)
    assert ring.relative_error == pytest.approx(line.relative_error, rel=1e-3)


@pytest.mark.parametrize(
    ("format_name", "rank"),
    [
        ("tensor_train", (2, 2)),
        ("tucker", (2, 2)),
        ("cp", (2, 3)),
        ("tensor_train", 0),
        ("cp", -1),
        ("tensor_ring", 1.5),
    ],
)
def test_ranks_that_are_none_are_refused(format_name, rank):
    with pytest.raises((FormatError, StructureError), match="rank"):
        decompose(uniform((3, 4, 3, 2)), format_name, rank=rank)


# Missing entries


@pytest.mark.parametrize("format_name", ["cp", "tucker", "tensor_train", "binary_tree"])
def test_a_mask_hides_a_wrong_entry(format_name):
    tensor = planted(format_name, (5, 5, 5), 1, seed=4)
    spoilt, known = tensor.clone(), torch.ones(5, 5, 5, dtype=torch.bool)
    spoilt[0, 0, 0], known[0, 0, 0] = 1e3, False
    found = fit(spoilt, formats[format_name].build((5, 5, 5), 1), mask=known, seed=0, tolerance=1e-9)
    assert relative_error(tensor, found.network.to_tensor()) < 1e-4


@pytest.mark.parametrize("format_name", ["cp", "tucker", "tensor_train"])
def test_a_mask_that_hides_nothing_changes_little(format_name):
    tensor, structure = uniform((6, 6, 6)), formats[format_name].build((6, 6, 6), 2)
    plain = fit(tensor, structure, max_sweeps=300, tolerance=1e-9, restarts=3, seed=0)
    masked = fit(tensor, structure, mask=np.ones((6, 6, 6), bool), max_sweeps=300, tolerance=1e-9, restarts=3, seed=0)
    assert relative_residual(tensor, masked.network) < 1.1 * plain.relative_error


@pytest.mark.parametrize("part", [0.3, 0.6])
def test_missing_entries_are_found(part):
    tensor = planted("cp", (12, 12, 12), 2, seed=5)
    known = Observed.random_part(tensor, part, seed=1)
    found = fit(known, formats["cp"].build((12, 12, 12), 2), seed=0, max_sweeps=500, tolerance=1e-9)
    assert relative_error(tensor, found.network.to_tensor()) < 1e-3


# Nonnegative and robust


@pytest.mark.parametrize("format_name", ["cp", "tucker", "tensor_train", "tensor_ring"])
@pytest.mark.parametrize("init", ["svd", "random"])
def test_nonnegative_networks_are_nonnegative(format_name, init):
    held = network(format_name, (4, 5, 4, 3), 2, seed=6)
    tensor = Network(held.structure, tuple(core.abs() for core in held.cores)).to_tensor()
    found = fit(tensor, held.structure, solver="nonnegative", init=init, seed=0, max_sweeps=100)
    assert all(bool((core >= 0).all()) for core in found.network.cores)
    assert relative_residual(tensor, found.network) == pytest.approx(found.relative_error, rel=1e-3)
    if init == "random":
        assert found.relative_error < 0.03  # it is planted, so that 0 can be had


@pytest.mark.parametrize("format_name", ["cp", "tucker", "tensor_train"])
def test_gross_errors_do_not_disturb_a_robust_fit(format_name):
    tensor = planted(format_name, (10, 10, 10), 2, seed=7)
    wrong = torch.rand(tensor.shape, generator=seeded(8)) < 0.05
    spoilt = torch.where(wrong, float(tensor.abs().max()), tensor)
    structure = formats[format_name].build(tensor.shape, 2)
    robust = fit(spoilt, structure, solver=Robust(loss="l1", max_sweeps=60), seed=0)
    plain = fit(spoilt, structure, seed=0)
    errors = [relative_error(tensor, found.network.to_tensor()) for found in (robust, plain)]
    assert errors[0] < 0.02 < 0.2 < errors[1]


# Random tensors, products


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_random_networks_have_the_shape_type_and_seed_asked_for(format_name, dtype):
    held = network(format_name, dtype=dtype)
    assert held.to_tensor().shape == MODES
    assert {core.dtype for core in held.cores} == {held.to_tensor().dtype} == {dtype}
    assert held.parameters == sum(core.numel() for core in held.cores) == held.structure.parameters
    assert torch.equal(held.to_tensor(), network(format_name, dtype=dtype).to_tensor())


@pytest.mark.parametrize("format_name", FORMATS)
def test_mode_products_of_every_format(format_name):
    held = network(format_name)
    tensor = held.to_tensor()
    for mode, size in enumerate(MODES):
        matrix = torch.randn(3, size, generator=seeded(mode), dtype=torch.float64)
        held = arithmetic.mode_product(held, mode, matrix)
        tensor = fold(matrix @ unfolding(tensor, mode), tensor, mode)
    torch.testing.assert_close(held.to_tensor(), tensor)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_unfolding_and_folding_are_inverse(axis):
    tensor = uniform()
    matrix = unfolding(tensor, axis)
    assert matrix.shape == (tensor.shape[axis], tensor.numel() // tensor.shape[axis])
    torch.testing.assert_close(matrix[2], tensor.select(axis, 2).flatten())
    assert torch.equal(fold(matrix, tensor, axis), tensor)


@pytest.mark.parametrize(("share", "format_name"), [(0.1, "tensor_train"), (0.5, "tucker")])
def test_ranks_are_chosen_by_an_error_and_not_by_a_share(share, format_name):
    """Their ``rank=0.5`` asks for a share of the entries; here an error is asked for, with the least ranks found."""
    tensor = planted(format_name, (6, 6, 6), 3, seed=9) + 0.02 * uniform((6, 6, 6))
    with pytest.raises((FormatError, StructureError), match="rank"):
        decompose(tensor, format_name, rank=share)
    found = decompose(tensor, format_name, target_error=share)
    assert found.relative_error <= share
    assert found.parameters >= parameter_bound(tensor, share, family="tree").parameters
