"""Every family lists and bounds structures that belong to it."""

import itertools
import math

import pytest
import torch

from tnlab.bounds.cut_problem import cut_problem
from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.families import FAMILIES, family_of, kinds_of
from tnlab.formats import formats
from tnlab.structure_search.objective import FewestParameters
from tnlab.structure_search.problem import Problem

X = torch.randn(2, 3, 2, 3, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_structures_listed_are_in_the_family_and_none_is_below_the_bound(name):
    family = FAMILIES[name]
    cuts = cut_problem(CutSpectra(X), 0.7, None, math.inf)
    problem = Problem(X, FewestParameters(0.7), family=name)
    found = list(itertools.islice(family.ascending(cuts, math.inf), 5))
    assert found
    for ranks in found:
        assert problem.admits(cuts.structure(ranks))
        assert cuts.parameters(ranks) >= family.solve(cuts, math.inf, None).bound


@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family.degree < 5])
def test_a_star_of_more_bonds_than_the_degree_is_outside(name):
    degree = FAMILIES[name].degree
    cuts = cut_problem(CutSpectra(X), 0.99, None, math.inf)
    for bonds in (degree, degree + 1):
        star = cuts.structure({(0, other): 2 for other in range(1, bonds + 1)})
        assert Problem(X, FewestParameters(0.7), family=name).admits(star) == (bonds <= degree)


@pytest.mark.parametrize(("name", "family"), [("tt", "any"), ("tr", "any"), ("cp", "latent"), ("tucker", "latent")])
def test_the_family_of_what_is_drawn_holds_it(name, family):
    train, drawn = formats["tt"].build((2, 3, 4), 2), formats[name].build((2, 3, 4), 2)
    assert family_of([drawn]) == family_of([train, drawn]) == family
    assert family_of([]) == "any"


def test_families_are_named_once():
    assert kinds_of(["ring", "latent", "ring"]) == "rings and trains; all networks"
    assert len({family.kind for family in FAMILIES.values()}) == len(FAMILIES)
