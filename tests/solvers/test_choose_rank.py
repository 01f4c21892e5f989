"""The rank whose fit says most about entries that it has not seen."""

import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.errors import DataError, FormatError
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.solvers.choose_rank import choose_rank


def planted(structure, seed=0, noise=0.0):
    generator = torch.Generator().manual_seed(seed)
    tensor = Network.random(structure, generator=generator).to_tensor()
    tensor = tensor / tensor.square().mean().sqrt()
    return tensor + noise * torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype)


def test_the_rank_with_the_least_held_out_error():
    tensor = planted(formats["cp"].build((14, 14, 14), 3), noise=0.05, seed=2)
    choice = choose_rank(Observed.random_part(tensor, 0.5), "cp", range(1, 6), restarts=2)
    assert choice.rank == 3
    assert list(choice.held_out_errors) == [1, 2, 3, 4, 5]
    assert choice.held_out_errors[3] < 0.1 < choice.held_out_errors[2]


def test_of_exact_ranks_the_smallest_is_chosen():
    tensor = planted(formats["cp"].build((8, 8, 8), 2), seed=1)
    choice = choose_rank(tensor, "cp", [4, 2, 3])
    assert choice.rank == 2
    assert choice.fits[2].structure.ranks == (2,)


def test_no_rank_to_try_is_refused():
    with pytest.raises(FormatError, match="no rank to try"):
        choose_rank(torch.ones(3, 3), "tt", [])


@pytest.mark.parametrize("none", [0, 0.0, None])
def test_training_errors_are_not_compared(none):
    with pytest.raises(DataError, match=r"but held_out is (0|0.0|None)"):
        choose_rank(planted(formats["cp"].build((6, 6, 6), 2)), "cp", [1, 2], held_out=none)


@pytest.mark.filterwarnings("ignore::tnlab.errors.FewEntriesWarning")
@pytest.mark.parametrize("values", [[2.0], [2.0, 0.0, 0.0]])
def test_too_few_entries_to_hold_any_out_are_refused(values):
    at = [(k, k, k) for k in range(len(values))]
    with pytest.raises(DataError, match=f"{len(values)} entries are known and 1 of them"):
        choose_rank(Observed.from_entries((3, 3, 3), at, values), "cp", [1, 2])
