"""Structures in the order of their parameters, and the bound for networks of every kind."""

import itertools
import math

import pytest
import torch

from tnlab.bounds.ascending import ascending
from tnlab.bounds.cut_problem import cut_problem
from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.error_bound import error_bound
from tnlab.bounds.parameter_bound import parameter_bound
from tnlab.data import planted
from tnlab.formats import formats
from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.solvers.fit import fit

X = planted(ring((3, 2, 3, 2), (0, 2, 1, 3), (2, 1, 2, 2)), noise=0.05, seed=3)


def every_structure(spectra, error, max_rank, admit):
    """All ranks on all pairs that satisfy every cut, by brute force."""
    problem = cut_problem(spectra, error, max_rank, math.inf)
    for ranks in itertools.product(range(1, max_rank + 1), repeat=len(problem.pairs)):
        chosen = {pair: rank for pair, rank in zip(problem.pairs, ranks, strict=True) if rank > 1}
        if admit(chosen) and problem.satisfied(chosen):
            yield problem.structure(chosen)


def few_bonds(chosen, most):
    return all(sum(core in pair for pair in chosen) <= most for core in range(4))


@pytest.mark.parametrize(("family", "admit"), [("any", lambda _: True), ("degree3", lambda c: few_bonds(c, 3))])
def test_it_yields_everything_in_order(family, admit):
    spectra = CutSpectra(X)
    expected = {structure for structure in every_structure(spectra, 0.2, 3, admit) if structure.parameters <= 40}
    found = []
    for structure in ascending(spectra, 0.2, family=family, max_rank=3, max_seconds=math.inf):
        if structure.parameters > 40:
            break
        found.append(structure)
    assert [one.parameters for one in found] == sorted(one.parameters for one in found)
    assert set(found) == expected
    assert found


def test_the_first_one_has_as_many_parameters_as_the_bound():
    spectra = CutSpectra(X)
    for family in ("ring", "any"):
        first = next(ascending(spectra, 0.1, family=family, max_rank=None, max_seconds=math.inf))
        assert first.parameters == parameter_bound(spectra, 0.1, family=family).parameters
        assert error_bound(spectra, first).error_bound <= 0.1


@pytest.mark.parametrize("name", ["tucker", "binary_tree", "cp", "tensor_train", "tensor_ring"])
def test_no_fit_of_any_format_is_below_the_general_bound(name):
    for rank in (1, 2, 3):
        found = fit(X, formats[name].build(X.shape, rank), max_sweeps=100, restarts=2)
        if 1e-6 < found.relative_error < 1:
            bound = parameter_bound(X, min(0.999, found.relative_error * (1 + 1e-9)), family="latent")
            assert bound.parameters <= found.parameters
            assert bound.latent_cores


def test_the_general_bound_is_the_least_sum_over_partitions():
    spectra = CutSpectra(X)
    problem = cut_problem(spectra, 0.1, None, math.inf)

    def partitions(modes):
        if not modes:
            yield []
            return
        first, rest = modes[0], modes[1:]
        for size in range(len(rest) + 1):
            for others in itertools.combinations(rest, size):
                left = [mode for mode in rest if mode not in others]
                for parts in partitions(left):
                    yield [(first, *others), *parts]

    def cost(part):
        return math.prod(X.shape[mode] for mode in part) * problem.needed[sum(1 << mode for mode in part)]

    best = min(sum(map(cost, partition)) for partition in partitions([0, 1, 2, 3]))
    assert parameter_bound(spectra, 0.1, family="latent").parameters == best


def test_a_dense_tensor_needs_all_its_entries_whatever_the_network():
    dense = torch.randn(3, 3, 3, generator=torch.Generator().manual_seed(0))
    assert parameter_bound(dense, 1e-6, family="latent").parameters == 27


def test_the_general_bound_is_no_larger_than_the_others():
    for error in (0.05, 0.1, 0.3):
        general = parameter_bound(X, error, family="latent").parameters
        assert general <= parameter_bound(X, error, family="any").parameters


def test_the_bound_of_high_orders_is_weaker_but_sound(monkeypatch):
    spectra = CutSpectra(X)
    exact = parameter_bound(spectra, 0.1, family="latent").parameters
    monkeypatch.setattr("tnlab.bounds.general_family.EXACT_ORDER", 1)
    assert 1 <= parameter_bound(spectra, 0.1, family="latent").parameters <= exact


def test_trees_have_no_loops():
    ordered = ascending(CutSpectra(X), 0.2, family="tree", max_rank=4, max_seconds=math.inf)
    found = list(itertools.islice(ordered, 20))
    assert len(found) == 20
    for structure in found:
        assert len(structure.bonds) == len(structure.cores) - 1
        assert structure == from_ranks(X.shape, {bond.cores: bond.rank for bond in structure.bonds})
