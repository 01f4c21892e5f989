"""Alternating least squares on known entries keeps every component, however strong the first one is."""

import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.solvers.fit import fit

WEAK = 1e-3  # norm of a component beside the strong one


@pytest.mark.parametrize("rank", [2, 3])
@pytest.mark.parametrize("seed", [0, 1])
def test_data_with_a_strong_positive_part_do_not_collapse_to_rank_1(rank, seed):
    """CP of cores between 0 and 1, whose first component holds most of the norm."""
    structure = formats["cp"].build((13, 14, 12), rank)
    generator = torch.Generator().manual_seed(seed)
    cores = [torch.rand(shape, generator=generator, dtype=torch.float64) for shape in structure.core_shapes]
    tensor = Network(structure, tuple(cores)).to_tensor()
    result = fit(Observed.random_part(tensor, 0.9), structure, solver="completion_als")
    assert result.relative_error < 1e-4  # of rank 1 it would be above 0.1


def test_a_weak_component_is_kept():
    """A component of a thousandth of the norm of the other is found as the strong one is."""
    structure = formats["cp"].build((10, 11, 12), 2)
    cores = list(Network.random(structure, generator=torch.Generator().manual_seed(2)).cores)
    cores[0] = cores[0] * torch.tensor([1.0, WEAK], dtype=torch.float64)
    tensor = Network(structure, tuple(cores)).to_tensor()
    result = fit(Observed.random_part(tensor, 0.5), structure, solver="completion_als")
    assert result.relative_error < 1e-3 * WEAK


def test_the_scale_of_the_cores_does_not_change_the_first_sweep():
    """The ridge penalises what a row adds to the tensor, so the share of a core in the norm does not matter."""
    structure = formats["tucker"].build((6, 7, 8), 2)
    generator = torch.Generator().manual_seed(3)
    tensor = Network.random(structure, generator=generator).to_tensor()
    start = Network.random(structure, generator=generator)
    scales = (1e-3, 1e2, 1.0, 10.0)
    moved = Network(structure, tuple(core * scale for core, scale in zip(start.cores, scales, strict=True)))
    data = Observed.random_part(tensor, 0.6)
    errors = [
        fit(data, structure, solver="completion_als", init=one, max_sweeps=1).history[1] for one in (start, moved)
    ]
    assert errors[0] == pytest.approx(errors[1], rel=1e-9)
