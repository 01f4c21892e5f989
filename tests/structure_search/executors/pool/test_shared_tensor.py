"""The tensor of a search is sent to the processes of a pool once, in a file without a name."""

import os

import torch

from tests.structure_search.executors.fits import answered, evaluator, inline, task
from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks
from tnlab.structure_search.executors import remote
from tnlab.structure_search.executors.pool import shared_tensor as pool_freight


def test_the_tensor_travels_once(pool):
    """What is packed, for the search and for each task, has nothing of its size; its file has no name to be left."""
    big = torch.rand(40, 40, 40, 10, generator=torch.Generator().manual_seed(0))
    freight = pool_freight.Freight(evaluator(big))
    structure = from_ranks((40, 40, 40, 10), {(0, 1): 2, (1, 2): 2, (2, 3): 2})
    init = Network.random(structure, generator=torch.Generator().manual_seed(0))
    file = os.fstat(freight.handle)
    assert (file.st_size, file.st_nlink) == (8 * big.numel(), 0)
    assert len(freight.label[0]) < 2_000
    assert len(remote.pickled(task(1))) < 2_000
    assert len(remote.pickled(task(1, init=init))) < 8 * init.parameters + 4_000
    channel = pool.connect(evaluator(big))
    tasks = [task(number, 1, structure, init=init) for number in range(4)]
    assert answered(channel, *tasks) == inline(*tasks, X=big)
    channel.close()
