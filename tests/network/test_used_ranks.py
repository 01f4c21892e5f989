"""Components that add nothing are told apart from weak ones, in every format."""

import pytest
import torch

from tnlab.formats import formats
from tnlab.network.edits import set_rank
from tnlab.network.network import Network
from tnlab.network.used_ranks import lacks_rank, used_ranks


def network(name, rank=2):
    structure = formats[name].build((5, 6, 5, 6), rank)
    return Network.random(structure, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", ["cp", "tucker", "tensor_train", "tensor_ring", "binary_tree", "fully_connected"])
def test_a_random_network_uses_all(name):
    full = network(name)
    assert used_ranks(full) == full.structure.ranks
    assert not lacks_rank(full)


@pytest.mark.parametrize("name", ["cp", "tucker", "tensor_train", "tensor_ring", "binary_tree"])
def test_a_dead_slice_is_found_also_in_another_basis(name):
    full = network(name)
    bond = full.structure.bonds[0]
    for core in bond.cores:
        axis = len(full.structure.cores[core].legs) + full.structure.core_bonds[core].index(0)
        full.cores[core].select(axis, 1).zero_()
    if len(bond.cores) == 2:
        core = bond.cores[0]
        axis = len(full.structure.cores[core].legs) + full.structure.core_bonds[core].index(0)
        turn = torch.tensor([[0.6, 0.8], [-0.8, 0.6]], dtype=torch.float64)
        moved = torch.tensordot(full.cores[core], turn, dims=([axis], [0])).movedim(-1, axis)
        full.cores[core].copy_(moved)
    assert used_ranks(full)[0] == 1
    assert lacks_rank(full)


def test_a_rank_that_no_core_can_carry_is_not_missed():
    wide = set_rank(formats["tt"].build((2, 3), 2), 0, 4)
    assert not lacks_rank(Network.random(wide, generator=torch.Generator().manual_seed(0)))
