"""The answer of every solver goes along with its question: modes, structure and starting cores in another order."""

import pytest
import torch

from tests.contracts.data_kinds import sample
from tnlab.data.observed import Observed
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.solvers import solvers
from tnlab.solvers.base import Status
from tnlab.solvers.fit import fit

MODES = (6, 5, 4)
ORDER = (2, 0, 1)  # of the modes
FORMATS = ("cp", "tucker", "tensor_train", "tensor_ring", "block_term")
CASES = [
    (name, family)
    for name, part in solvers.items()
    if part.takes != "function"  # cross approximation chooses its own start, and its crosses along the train
    for family in part.fits or FORMATS
    if not formats[family].refusal(len(MODES))
]
IN_TURN = {  # solvers that change one core after the other, and how near their errors end
    "als": 1e-6,
    "completion": 1e-6,
    "completion_als": 1e-6,
    "compressed": 1e-6,
    "hooi": 1e-6,
    "nonnegative": 1e-4,
    "progressive": 1e-6,
    "robust": 1e-3,  # its objective is not smooth, and has many minima
}
ORDERED = dict.fromkeys(IN_TURN, (True,)) | {  # where the order of modes (False), or of cores, is part of an algorithm
    "hooi": (False, True),  # it takes the modes in turn
    "tr_svd": (True,),  # it cuts the ring at its first core
}


def permuted(network, modes, cores, bonds):
    """Return a network with mode k the old mode ``modes[k]``, and cores and bonds likewise."""
    old = network.structure
    structure = Structure(
        tuple(old.modes[mode] for mode in modes),
        tuple(Core(tuple(sorted(map(modes.index, old.cores[core].legs)))) for core in cores),
        tuple(Bond(tuple(sorted(map(cores.index, old.bonds[bond].cores))), old.bonds[bond].rank) for bond in bonds),
    )
    old_label = [*modes, *(old.order + bond for bond in bonds)]
    arrays = [
        network.cores[core].permute([old.core_indices[core].index(old_label[index]) for index in indices])
        for core, indices in zip(cores, structure.core_indices, strict=True)
    ]
    return Network(structure, tuple(array.contiguous() for array in arrays))


def reordered(network, *, parts):
    """Return a network with its modes in ``ORDER`` and, if ``parts``, its cores and bonds backwards."""
    step = -1 if parts else 1
    cores, bonds = (list(range(count))[::step] for count in (len(network.cores), len(network.structure.bonds)))
    return permuted(network, list(ORDER), cores, bonds)


def fitted(name, tensor, start, **settings):
    if solvers[name].takes == "observed":
        tensor = Observed.from_mask(tensor, torch.ones_like(tensor, dtype=torch.bool))
        settings |= {"held_out": 0.0}
    if name == "adam":
        settings |= {"steps_per_sweep": 2}
    return fit(tensor, start.structure, init=start, solver=solvers[name](tolerance=1e-8, **settings))


def start_for(name, structure, generator):
    network = Network.random(structure, generator=generator)
    cores = tuple(core.abs() for core in network.cores) if solvers[name].nonnegative else network.cores
    return Network(structure, cores)


def minimised(found):
    return found.relative_error if found.objective is None else found.objective


@pytest.mark.parametrize("family", FORMATS)
def test_the_permuted_network_has_the_permuted_tensor(family, generator):
    network = Network.random(formats[family].build(MODES, 2), generator=generator)
    other = reordered(network, parts=True)
    assert torch.allclose(other.to_tensor(), network.to_tensor().permute(ORDER))


@pytest.mark.parametrize(
    ("name", "family", "parts"),
    [(name, family, parts) for name, family in CASES for parts in (False, True) if parts not in ORDERED.get(name, ())],
)
def test_another_order_changes_nothing_but_the_order(name, family, parts, generator):
    structure = formats[family].build(MODES, 2)
    for kind in ("noisy", "sparse"):
        tensor = sample(kind, structure)
        start = start_for(name, structure, generator)
        one = fitted(name, tensor, start, max_sweeps=3)
        other = fitted(name, tensor.permute(ORDER), reordered(start, parts=parts), max_sweeps=3)
        assert other.relative_error == pytest.approx(one.relative_error, rel=1e-9), kind
        assert relative_error(one.network.to_tensor().permute(ORDER), other.network.to_tensor()) < 1e-7, kind


@pytest.mark.parametrize(("name", "family"), [(name, family) for name, family in CASES if name in IN_TURN])
def test_cores_that_change_in_another_order_end_at_the_same_error(name, family, generator):
    structure = formats[family].build(MODES, 2)
    truth = start_for(name, structure, generator)
    noise = torch.randn(MODES, generator=generator, dtype=torch.float64)
    tensor = truth.to_tensor() / truth.to_tensor().norm() + 0.1 * noise / noise.norm()
    wrong = (1 + 0.3 * torch.rand(core.shape, generator=generator, dtype=torch.float64) for core in truth.cores)
    start = Network(structure, tuple(core * factor for core, factor in zip(truth.cores, wrong, strict=True)))
    one = fitted(name, tensor, start, max_sweeps=200)
    other = fitted(name, tensor.permute(ORDER), reordered(start, parts=True), max_sweeps=200)
    assert {one.status, other.status} <= {Status.CONVERGED, Status.MAX_SWEEPS}
    if one.status is other.status is Status.CONVERGED:
        assert minimised(other) == pytest.approx(minimised(one), rel=IN_TURN[name])
