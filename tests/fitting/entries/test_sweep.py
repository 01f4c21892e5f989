"""Environments at given entries: each times its own core is the network there."""

from functools import reduce

import numpy as np
import torch
from hypothesis import given, settings

from tnlab.fitting.entries.grouping import Entries
from tnlab.fitting.entries.sweep import EntrySweep
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.testing.structures import structures


def places(structure, count, seed=1):
    generator = torch.Generator().manual_seed(seed)
    columns = [torch.randint(size, (count,), generator=generator) for size in structure.modes]
    return torch.stack(columns, dim=1)


@settings(max_examples=60, deadline=None)
@given(structures(min_cores=1))
def test_every_environment_gives_back_the_entries(structure):
    """On any graph, an environment times its own core is the network at the entries."""
    network = Network.random(structure, generator=torch.Generator().manual_seed(0))
    at = places(structure, 30)
    wanted = network.to_tensor()[tuple(at.T)].numpy()
    sweep = EntrySweep(Entries(structure, at), [core.numpy() for core in network.cores])
    assert np.allclose(sweep.values(), wanted)
    visited = []

    def again(environment):
        visited.append(environment.core)
        core = sweep.cores[environment.core]
        groups = sweep.entries.groups(environment.core)
        values = np.zeros(30)
        for bucket in groups.whole:
            matrix = sweep.matrix(environment, bucket)
            rows = core.reshape(-1, len(matrix))[bucket.rows]
            found = np.einsum("qgm,gq->gm", matrix, rows).ravel()
            used = np.ones(found.size, dtype=bool)
            used[bucket.pads] = False
            assert np.all(found[~used] == 0)
            values[bucket.at.ravel()[used]] = found[used]
        assert np.allclose(values, wanted)
        return core

    assert np.allclose(sweep.walk(again), wanted)
    assert sorted(visited) == list(range(len(structure.cores)))


def test_a_walk_evaluates_with_the_cores_that_it_is_given():
    structure = formats["tr"].build((4, 5, 6), 2)
    old, new = (Network.random(structure, generator=torch.Generator().manual_seed(seed)) for seed in range(2))
    at = places(structure, 40)
    sweep = EntrySweep(Entries(structure, at), [core.numpy() for core in old.cores])
    values = sweep.walk(lambda environment: new.cores[environment.core].numpy())
    assert np.allclose(values, new.to_tensor()[tuple(at.T)].numpy())
    assert np.allclose(sweep.values(), values)


def test_fixed_environments_come_once_per_core():
    structure = formats["ht"].build((3, 4, 3, 4), 2)
    network = Network.random(structure, generator=torch.Generator().manual_seed(0))
    sweep = EntrySweep(Entries(structure, places(structure, 10)), [core.numpy() for core in network.cores])
    sweep.values()
    assert sorted(environment.core for environment in sweep.environments()) == [*range(len(structure.cores))]


def test_a_train_of_more_cores_than_functions_may_call_themselves():
    structure = formats["tt"].build((2,) * 1100, 2)
    network = Network.random(structure, generator=torch.Generator().manual_seed(0))
    cores = [core.numpy() / np.abs(core.numpy()).max() for core in network.cores]
    at = places(structure, 3)
    wanted = [reduce(np.matmul, (core[i] for i, core in zip(row, cores, strict=True))) for row in at.tolist()]
    sweep = EntrySweep(Entries(structure, at), cores)
    assert np.allclose(sweep.values(), wanted, rtol=1e-9, atol=0)
    assert np.allclose(sweep.walk(lambda environment: sweep.cores[environment.core]), wanted, rtol=1e-9, atol=0)
