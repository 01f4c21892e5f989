"""A train whose cores are listed in any order is read along the train, and written back."""

import numpy as np
import pytest
import torch

from tnlab.errors import StructureError
from tnlab.fitting.cross.passes import train_values
from tnlab.fitting.cross.train import Train
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure

MIXED = Structure(  # along the train: modes 3, 2, 0, 1 or the reverse
    (5, 6, 7, 4),
    (Core((2,)), Core((0,)), Core((3,)), Core((1,))),
    (Bond((1, 3), 2), Bond((0, 1), 3), Bond((0, 2), 4)),
)


def test_the_order_along_the_train():
    train = Train(MIXED)
    legs = [MIXED.cores[core].legs[0] for core in train.order]
    assert legs in ([3, 2, 0, 1], [1, 0, 2, 3])
    assert train.modes == tuple(MIXED.modes[leg] for leg in legs)
    assert train.ranks in ([4, 3, 2], [2, 3, 4])
    assert sorted(train.limits) == [4, 6, 28]
    assert [legs[place] for place in train.back] == [0, 1, 2, 3]


def test_cores_along_the_train_are_the_network_and_come_back(generator):
    train, network = Train(MIXED), Network.random(MIXED, generator=generator)
    cores = train.cores(network)
    assert [core.shape[1] for core in cores] == list(train.modes)
    places = np.indices(train.modes).reshape(4, -1).T
    whole = network.to_tensor()[tuple(torch.from_numpy(places[:, train.back].copy()).T)]
    assert np.allclose(train_values(cores, places), whole.numpy())
    again = train.network(cores, torch.float64)
    assert again.structure == MIXED
    assert all(torch.equal(one, two) for one, two in zip(again.cores, network.cores, strict=True))


@pytest.mark.parametrize("name", ["tr", "tucker", "cp"])
def test_other_structures_are_refused(name):
    with pytest.raises(StructureError, match="needs a tensor train"):
        Train(formats[name].build((4, 4, 4), 2))
