"""A tensor peeled to a tree: what is lost is what the network misses, and no rank is above the one asked for."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.errors import StructureError
from tnlab.fitting.truncation.tree_svd import Goal, hub, peel, residual
from tnlab.formats import formats
from tnlab.network.contraction import contract
from tnlab.network.graph import is_tree
from tnlab.testing.structures import structures


def random_tensor(modes, seed=0):
    return torch.randn(modes, generator=torch.Generator().manual_seed(seed)).numpy()


@settings(max_examples=60)
@given(structures(hyper=False, max_extra_bonds=0).filter(is_tree), st.booleans(), st.booleans())
def test_what_is_lost_is_what_the_network_misses(structure, late, by_error):
    array = random_tensor(structure.modes)
    total = float((array**2).sum())
    goal = Goal(0.5 if by_error else None, late=late)
    peeled = peel(array, structure, goal, total=total)
    cores = peeled.cores()
    missed = float(((array - contract(peeled.structure, cores)) ** 2).sum())
    assert peeled.lost == pytest.approx(missed, abs=1e-10 * total)
    assert residual(array, peeled, cores) == pytest.approx(missed, abs=1e-10 * total)
    assert peeled.promised == pytest.approx(peeled.lost, abs=1e-10 * total)
    if by_error:
        assert missed <= 0.25 * total * (1 + 1e-9)
    else:
        assert peeled.structure == structure


def test_all_cores_but_the_root_are_orthonormal():
    structure = formats["tt"].build((4, 5, 6, 4), 2)
    array = random_tensor(structure.modes)
    peeled = peel(array, structure, Goal(root=2), total=float((array**2).sum()))
    assert {step.core for step in peeled.steps} == {0, 1, 3}
    for step in peeled.steps:
        assert torch.allclose(torch.from_numpy(step.basis.T @ step.basis), torch.eye(2))


def test_a_train_is_peeled_from_both_ends():
    structure = formats["tt"].build((4,) * 6, 4)
    array = random_tensor(structure.modes)
    order = [step.core for step in peel(array, structure, Goal(), total=float((array**2).sum())).steps]
    assert set(order[:2]) == {0, 5}


def test_a_cache_changes_no_number():
    structure = formats["ht"].build((4, 5, 4, 5), 2)
    array = random_tensor(structure.modes)
    total, cache = float((array**2).sum()), {}
    for share in (1.0, 0.7, 1.4):
        alone = peel(array, structure, Goal(0.6, share), total=total)
        cached = peel(array, structure, Goal(0.6, share), total=total, cache=cache)
        assert cached.structure == alone.structure
        assert cached.lost == alone.lost
    assert cache


def test_independent_bases_lose_at_least_as_much_and_promise_a_bound():
    structure = formats["tucker"].build((5, 6, 7), 2)
    array = random_tensor(structure.modes)
    total = float((array**2).sum())
    peeled = peel(array, structure, Goal(independent=True, root=hub(structure)), total=total)
    missed = float(((array - contract(peeled.structure, peeled.cores())) ** 2).sum())
    assert peeled.lost == pytest.approx(missed)
    assert peeled.promised > peeled.lost


def test_the_hub_of_a_star_is_its_centre():
    structure = formats["tucker"].build((4, 4, 4), 2)
    assert len(structure.core_bonds[hub(structure)]) == 3


def test_a_loop_is_refused():
    structure = formats["tr"].build((3, 3, 3), 2)
    with pytest.raises(StructureError, match="closes 1 loop"):
        peel(random_tensor((3, 3, 3)), structure, Goal(), total=1.0)
