"""Cross approximation: tensors that are never formed."""

import numpy as np
import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError, StructureError
from tnlab.fitting.cross.passes import train_values
from tnlab.fitting.cross.train import Train
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.entries import entries
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.solvers.base import Status
from tnlab.solvers.decompose import decompose
from tnlab.solvers.fit import fit
from tnlab.solvers.tt_cross import TTCross


def inverse_sum(at):
    return 1 / (1 + at.to(torch.float64).sum(dim=1))


class Counted:
    """A function that counts how many entries it was asked for."""

    def __init__(self, function):
        self.function, self.count = function, 0

    def __call__(self, at):
        self.count += len(at)
        return self.function(at)


@pytest.mark.parametrize(("modes", "target"), [((20,) * 10, 1e-6), ((20,) * 10, 1e-10), ((2,) * 20, 1e-8)])
def test_reaches_a_target_error_from_a_tiny_part_of_the_entries(modes, target):
    counted, seen = Counted(inverse_sum), []
    result = decompose(TensorFunction(modes, counted), "tt", target_error=target, callback=seen.append)
    assert result.status is Status.REACHED
    assert result.relative_error <= target
    assert seen[-1].evaluations == counted.count < 200_000
    fresh = torch.stack([torch.randint(size, (3000,)) for size in modes], dim=1)
    train = Train(result.structure).cores(result.network)
    assert np.linalg.norm(
        train_values(train, fresh.numpy()) - inverse_sum(fresh).numpy()
    ) < 3 * target * np.linalg.norm(inverse_sum(fresh).numpy())


def test_as_good_as_a_truncated_svd_where_the_tensor_can_be_formed():
    modes = (12,) * 5
    whole = inverse_sum(torch.from_numpy(np.indices(modes).reshape(5, -1).T.copy())).reshape(modes)
    ours = decompose(TensorFunction(modes, inverse_sum), "tt", rank=4)
    svd = fit(whole, formats["tt"].build(modes, 4), solver="tt_svd")
    true = relative_error(whole, ours.network.to_tensor())
    assert true < 3 * svd.relative_error
    assert ours.relative_error == pytest.approx(true, rel=0.3)
    assert ours.structure.ranks == (4, 4, 4, 4)


def test_an_exact_rank_is_found_and_its_network_is_exact():
    structure = formats["tt"].build((9, 8, 7, 8, 9), 3)
    tensor = Network.random(structure, generator=torch.Generator().manual_seed(0)).to_tensor()
    result = decompose(TensorFunction(structure.modes, lambda at: tensor[tuple(at.T)]), "tt", target_error=1e-9)
    assert result.structure.ranks == (3, 3, 3, 3)
    assert relative_error(tensor, result.network.to_tensor()) < 1e-9


def test_a_dense_tensor_and_a_train_in_another_order():
    structure = Structure(  # modes and bonds in an order of their own
        (5, 6, 7, 4),
        (Core((2,)), Core((0,)), Core((3,)), Core((1,))),
        (Bond((1, 3), 2), Bond((0, 3), 3), Bond((0, 2), 2)),
    )
    tensor = Network.random(structure, generator=torch.Generator().manual_seed(1)).to_tensor()
    result = fit(tensor, structure, solver="tt_cross")
    assert result.structure == structure
    assert result.held_out_error is None  # so small that every entry is compared
    assert relative_error(tensor, result.network.to_tensor()) < 1e-9


def test_more_rank_than_the_tensor_can_have():
    structure = formats["tt"].build((3, 4, 3), 6)
    result = fit(TensorFunction((3, 4, 3), inverse_sum), structure)
    assert result.structure == structure
    assert result.relative_error < 1e-12


def test_stops_at_the_largest_rank():
    noise = torch.randn(10, 10, 10, 10, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    function = TensorFunction((10,) * 4, lambda at: noise[tuple(at.T)])
    result = fit(function, formats["tt"].build((10,) * 4, 1), solver=TTCross(target_error=0.01, max_rank=5))
    assert result.status is Status.CONVERGED
    assert max(result.structure.ranks) <= 5
    assert result.relative_error > 0.5


def test_same_seed_same_floats():
    runs = [decompose(TensorFunction((6,) * 6, inverse_sum), "tt", rank=2, seed=4) for _ in range(2)]
    assert runs[0].history == runs[1].history
    assert all(torch.equal(one, two) for one, two in zip(*(run.network.cores for run in runs), strict=True))


@pytest.mark.filterwarnings("ignore::tnlab.errors.FewEntriesWarning")
def test_what_it_cannot_do_is_refused():
    function = TensorFunction((4, 4, 4), inverse_sum)
    with pytest.raises(StructureError, match="chain"):
        fit(function, formats["tr"].build((4, 4, 4), 2), solver="tt_cross")
    with pytest.raises(DataError, match="zero at all"):
        fit(TensorFunction((4, 4, 4), lambda at: 0.0 * at[:, 0]), formats["tt"].build((4, 4, 4), 1))
    with pytest.raises(DataError, match="shape 4x4x4"):
        fit(function, formats["tt"].build((4, 4, 5), 1))
    observed = Observed((2, 2), torch.tensor([[0, 1]]), torch.ones(1))
    with pytest.raises(DataError, match="completion_als"):
        fit(observed, formats["tt"].build((2, 2), 1), solver="tt_cross")
    with pytest.raises(DataError, match="one value per index row"):
        fit(TensorFunction((4, 4, 4), lambda at: at[:1, 0]), formats["tt"].build((4, 4, 4), 1))


def line(at):
    """Return the number in [0, 1) whose binary digits are the indices."""
    return (at * 2 ** torch.arange(19, -1, -1)).sum(dim=1).double() / 2**20


@pytest.mark.parametrize(
    "function",
    [
        lambda at: (line(at) < 1 / 3).double(),
        lambda at: (line(at) < 0.1234567).double() + 1e-3,
        lambda at: (line(at) < 1 / 3).double() - 2 * (line(at) > 0.777).double(),
        lambda at: (line(at) - 1 / 3).abs(),
        lambda at: 1 / (1e-4 + (line(at) - 0.4321) ** 2),
    ],
    ids=["step", "step and constant", "two steps", "kink", "peak"],
)
@pytest.mark.parametrize("size", [{"target_error": 1e-6}, {"rank": 4}], ids=str)
def test_what_a_sample_says_is_near_the_truth_and_never_called_exact(function, size):
    modes = (2,) * 20
    whole = function(torch.from_numpy(np.indices(modes).reshape(20, -1).T.copy())).reshape(modes)
    result = decompose(TensorFunction(modes, function), "tt", **size)
    true = relative_error(whole, result.network.to_tensor())
    assert result.status in (Status.REACHED, Status.CONVERGED)
    entry = 3 / float(whole.norm())  # what a single wrong entry amounts to: no sample can exclude a few of them
    assert true < 2 * result.relative_error + entry
    assert result.relative_error < 2 * true + 1e-12


def test_a_tensor_that_is_there_is_measured_at_every_entry():
    whole = torch.zeros((2,) * 16, dtype=torch.float64)
    whole[(0,) * 16] = 1.0
    whole += 1e-3
    result = fit(whole, formats["tt"].build(whole.shape, 1), solver="tt_cross")
    assert result.relative_error == pytest.approx(relative_error(whole, result.network.to_tensor()), abs=1e-12)


@pytest.mark.parametrize(("modes", "steep"), [((16,) * 12, 3.0), ((16,) * 8, 1.0)])
def test_the_norm_is_not_that_of_a_sample_that_misses_the_peak(modes, steep):
    def peak(at):
        return torch.exp(-steep * ((at.double() - 8) ** 2).sum(dim=1))

    result = decompose(TensorFunction(modes, peak), "tt", rank=2)
    assert result.status is Status.CONVERGED
    assert result.relative_error < 1e-10
    assert float(entries(result.network, torch.full((1, len(modes)), 8))) == pytest.approx(1.0)


@pytest.mark.parametrize("size", [3, 2**15])
def test_a_vector_is_computed_as_a_whole(size):
    structure = formats["tt"].build((size,), 1)
    result = fit(TensorFunction((size,), lambda at: at[:, 0].double() + 1), structure)
    assert result.status is Status.EXACT
    assert torch.equal(result.network.to_tensor(), torch.arange(1.0, size + 1))
    whole = torch.rand(size, generator=torch.Generator().manual_seed(0))
    assert torch.equal(fit(whole, structure, solver="tt_cross").network.to_tensor(), whole)
