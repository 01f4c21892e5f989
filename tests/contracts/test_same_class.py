"""One class of models written in several formats: a solver that says it has converged has the same answer in all."""

import pytest
import torch

from tests.contracts.data_kinds import random_part
from tnlab.data.observed import Observed
from tnlab.formats import formats
from tnlab.metrics import relative_error
from tnlab.solvers import solvers
from tnlab.solvers.base import Status
from tnlab.solvers.fit import fit
from tnlab.solvers.robust import Robust

MODES = (6, 5, 4)
RANK_ONE = {name: formats[name].build(MODES, 1) for name in formats if not formats[name].refusal(len(MODES))}
TRAIN = formats["tensor_train"].build(MODES, 2)
RING = formats["tensor_ring"].build(MODES, [2, 2, 1])  # its last bond, of rank 1, closes the ring
SETTLED = {Status.CONVERGED, Status.EXACT, Status.DIRECT}
ALIKE = 2e-4  # of |X|: what is left between two fits that have converged to a tolerance of 1e-6 a sweep
ANY = [name for name, part in solvers.items() if not part.fits]


def planted(noise, *, positive=False):
    """Return a tensor of rank 1 and norm 1, and the same with noise of that norm."""
    generator = torch.Generator().manual_seed(4)
    factors = [random_part((size,), generator) for size in MODES]
    clean = torch.einsum("i,j,k->ijk", *(factor.abs() if positive else factor for factor in factors))
    disturbance = random_part(MODES, generator)
    return clean / clean.norm(), clean / clean.norm() + noise * disturbance / disturbance.norm()


def answer(name, tensor, structure):
    part = solvers[name]
    observed = part.takes == "observed"
    data = Observed.from_mask(tensor, torch.ones_like(tensor, dtype=torch.bool)) if observed else tensor
    solver = part(max_sweeps=800, **({"held_out": 0.0} if observed else {}))
    return fit(data, structure, solver=solver)


@pytest.mark.parametrize("name", ANY)
def test_rank_one_in_every_format(name):
    _, tensor = planted(0.3, positive=solvers[name].nonnegative)
    found = {kind: answer(name, tensor, structure) for kind, structure in RANK_ONE.items()}
    least = min(one.relative_error for one in found.values())
    for kind, one in found.items():
        assert one.status not in SETTLED or one.relative_error < least + ALIKE, kind


@pytest.mark.parametrize("name", ANY)
def test_a_ring_with_a_bond_of_rank_one_is_a_train(name):
    tensor = random_part(MODES, torch.Generator().manual_seed(5))
    tensor = tensor.abs() if solvers[name].nonnegative else tensor
    train, ring = (answer(name, tensor, structure) for structure in (TRAIN, RING))
    if {train.status, ring.status} <= SETTLED:
        assert train.relative_error == pytest.approx(ring.relative_error, abs=ALIKE)


@pytest.mark.parametrize("loss", ["huber", "l1"])
@pytest.mark.parametrize("seed", range(3))
def test_robust_fits_of_rank_one_agree_in_every_format(loss, seed):
    """A tenth of the entries is grossly wrong; the clean tensor has many small entries, so that delta gets small."""
    generator = torch.Generator().manual_seed(seed)
    factors = [random_part((size,), generator) for size in (10, 9, 8)]
    clean = torch.einsum("i,j,k->ijk", *factors)
    clean /= clean.norm()
    wrong = (torch.rand(clean.shape, generator=generator) < 0.1) * random_part(clean.shape, generator)
    tensor = clean + 10 * clean.abs().max() * wrong + 1e-4 / 27 * random_part(clean.shape, generator)
    for kind in ("cp", "tucker", "tensor_train", "tensor_ring"):
        found = fit(tensor, formats[kind].build(clean.shape, 1), solver=Robust(loss=loss))
        assert found.status is Status.CONVERGED
        assert relative_error(clean, found.network.to_tensor()) < 1e-4
