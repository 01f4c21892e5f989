"""Paths contract every array once, cost far less than a greedy search on loops, and leave Python's generator alone."""

import random

import networkx as nx
import opt_einsum
import pytest

from tnlab.network.contraction import contraction_cost
from tnlab.network.contraction_path import FEW, contraction_path
from tnlab.network.structure import Bond, Core, Structure


def regular(cores, rank, seed):
    edges = sorted(tuple(sorted(edge)) for edge in nx.random_regular_graph(3, cores, seed=seed).edges())
    return Structure((1,), (Core((0,)), *(Core() for _ in range(cores - 1))), tuple(Bond(edge, rank) for edge in edges))


@pytest.mark.parametrize("cores", [2, FEW, FEW + 2, 40])
def test_every_array_is_contracted_once(cores):
    operands = [(k, k + 1) for k in range(cores)]
    path = contraction_path(operands, (0, cores), dict.fromkeys(range(cores + 1), 3))
    left = cores
    for pair in path:
        assert len(set(pair)) == 2
        assert max(pair) < left
        left -= 1
    assert left == 1


@pytest.mark.parametrize(("cores", "seed"), [(30, 0), (30, 1), (50, 0)])
def test_loops_cost_a_fraction_of_what_a_greedy_path_costs(cores, seed):
    structure = regular(cores, 4, seed)
    text, shapes = structure.einsum, structure.core_shapes
    greedy = opt_einsum.contract_path(text, *shapes, shapes=True, optimize="greedy")[1].opt_cost
    assert contraction_cost(structure) < greedy / 3


def test_the_search_is_repeatable_and_leaves_pythons_generator_alone():
    structure = regular(20, 3, 0)
    problem = structure.core_indices, range(1), dict(enumerate(structure.index_sizes))
    random.seed(5)
    first = contraction_path(*problem)
    drawn = random.random()
    random.seed(5)
    assert random.random() == drawn
    assert contraction_path(*problem) == first
