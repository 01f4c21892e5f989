"""Published engines on the instance of their authors, and what is special about each."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tnlab.data.planted import planted
from tnlab.network.gauge.split_core import split_core, splits
from tnlab.network.isomorphism import isomorphic
from tnlab.network.network import Network
from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.network.structure import Bond, Core, Structure
from tnlab.structure_search.engines.base import AbstractEngine
from tnlab.structure_search.engines.greedy_tn import GreedyTN
from tnlab.structure_search.engines.tnale import TnALE
from tnlab.structure_search.engines.tnga import TNGA
from tnlab.structure_search.engines.tnls import TNLS
from tnlab.structure_search.evaluation import Evaluation, Fate
from tnlab.structure_search.objective import FewestParameters
from tnlab.structure_search.parts.moves import draw, random_move, rank_moves
from tnlab.structure_search.parts.rank_codes import Code, Coding
from tnlab.structure_search.parts.rank_one_slices import Slices
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.run import Search, search

TOY = torch.from_numpy(np.load(Path(__file__).parents[3] / "benchmarks" / "data" / "tnale_ring_toy.npy"))
TRUTH = from_ranks((3,) * 6, {(0, 3): 3, (0, 5): 2, (1, 2): 2, (1, 4): 2, (2, 3): 4, (4, 5): 3})


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def problem(family: str = "ring", max_rank: int = 7) -> Problem:
    return Problem(TOY, FewestParameters(1e-4), family, max_rank)


def answers(engine: AbstractEngine, state: object, error: float = 0.5) -> list[Evaluation]:
    """Return what a driver would tell if every structure had the same error."""
    asked = list(engine.ask(state, generator()))
    parameters = [proposal.structure.parameters for proposal in asked]
    return [
        Evaluation(proposal.structure, error, problem().score(size, error), None, Fate.FITTED, "", 1, 0, 0.0)
        for proposal, size in zip(asked, parameters, strict=True)
    ]


@pytest.mark.parametrize(("engine", "seed"), [("tnls", 0), ("tnale", 1), ("greedy_tn", 0), ("hill_climb", 2)])
def test_finds_the_hidden_ring_of_the_authors(engine, seed):
    """Ranks and permutation, 126 parameters; more than rounding cannot be left."""
    result = search(TOY, target_error=1e-4, engine=engine, family="ring", max_rank=7, max_seconds=600, seed=seed)
    assert result.parameters == 126
    assert isomorphic(result.structure, TRUTH)
    assert result.relative_error <= 1e-4


def test_tnls_asks_60_structures_per_generation():
    """One first, then 60 each, all of them small enough."""
    engine = TNLS()
    state = engine.start(problem(), generator())
    assert len(list(engine.ask(state, generator()))) == 1
    for _ in range(3):
        state = engine.tell(state, answers(engine, state), generator(1))
        assert len(list(engine.ask(state, generator()))) == 60
        assert all(state.coding.small(code) for code in state.batch)


def test_tnls_ends_after_its_rounds():
    """One round is the published program: one evaluation and 20 generations of samples."""
    engine = TNLS(samples=5, rounds=1)
    state, asked = engine.start(problem(), generator()), 0
    while told := answers(engine, state):
        asked += len(told)
        state = engine.tell(state, told, generator(asked))
    assert asked == 1 + 20 * 5


def test_tnls_turns_round_at_the_ends_of_the_ranks():
    """Rank 1 goes up, the largest rank goes down, and no step is longer than 4."""
    assert TNLS._step(1, -1.2, 7) == 2
    assert TNLS._step(7, 0.7, 7) == 6
    assert TNLS._step(3, 0.4, 7) == 3
    assert TNLS._step(1, 9.0, 7) == 5


@pytest.mark.parametrize(("family", "stops", "asked"), [("ring", 13, 52), ("any", 29, 87)])
def test_tnale_round_trip_costs_what_was_published(family, stops, asked):
    """12 ranks of 3 evaluations and 16 orders of the modes on a ring of order 6; 29 ranks of 3 on a graph."""
    engine = TnALE(max_size=math.inf)
    state = engine.start(problem(family), generator(3))
    counts = []
    while state.trips == 0:
        told = answers(engine, state)
        counts.append(len(told))
        state = engine.tell(state, told, generator())
    assert (len(counts), sum(counts)) == (stops, asked)


def test_tnale_interpolates_between_three_ranks():
    """Errors of the ranks left out lie on straight lines, parameters are exact, and what is known is carried on."""
    engine = TnALE(max_size=math.inf)
    state = engine.start(problem(), generator(0))
    state = replace(state, centre=replace(state.centre, ranks=(4,) * 6), here=replace(state.here, ranks=(4,) * 6))
    state = engine._at_stop(state)
    assert [code.ranks[0] for code in state.candidates] == [2, 3, 4, 5, 6]
    assert state.asked == (0, 2, 4)
    errors = (0.4, 0.2, 0.1)
    told = [replace(found, relative_error=error) for found, error in zip(answers(engine, state), errors, strict=True)]
    squares = engine._squared_errors(state, told)
    assert squares == pytest.approx([0.16, 0.1, 0.04, 0.025, 0.01])
    assert engine._squared_errors(replace(state, known=0.03), told)[2] == pytest.approx(0.03)


def test_tnale_scatters_inside_the_windows_when_a_trip_was_in_vain():
    """The centre stays; the next trip begins elsewhere, within reach of it."""
    engine = TnALE(first_trips=0)
    state = engine.start(problem(), generator(5))
    state = replace(state, centre_score=0.0, best=(state.here, 1.0, 0.5), stop=13)
    after = engine._after(state, generator())
    assert after.centre == state.centre
    assert after.here != state.centre
    assert all(abs(a - b) <= 2 for a, b in zip(after.here.ranks, state.centre.ranks, strict=True))
    assert after.known == math.inf


def test_tnga_gives_both_children_foreign_genes():
    """The published program overwrites a view, so that only one child changes."""
    coding = Coding(problem("any"), math.inf)
    low, high = (Code((rank,) * 15, tuple(range(6))) for rank in (1, 3))
    for child in TNGA()._crossed(coding, low, high, generator()):
        assert sorted(set(child.ranks)) == [1, 3]


def test_tnga_keeps_to_one_rank_as_first_published():
    """Bonds have rank 2 or are none, through crossing and mutation."""
    engine = TNGA(integer_ranks=False, population=10, keep=8)
    state = engine.start(problem("any"), generator())
    for turn in range(3):
        assert {rank for code in state.codes for rank in code.ranks} <= {1, 2}
        state = engine.tell(state, answers(engine, state), generator(turn))


def test_tnga_prunes_only_what_cannot_be_kept():
    """While fewer are told than are kept, every score matters; then only those above the last kept do not."""
    engine = TNGA(population=6, keep=4)
    state = engine.start(problem("any"), generator())
    told = answers(engine, state)
    assert engine.cutoff_within(state, told[:3]) == math.inf
    assert engine.cutoff_within(state, told[:5]) == sorted(found.score for found in told[:5])[3]


@pytest.mark.parametrize("family", ["ring", "tree", "degree3", "any"])
def test_moves_stay_in_the_family(family):
    """Random structures, their neighbours, and walks of random moves."""
    one = problem(family, max_rank=3)
    here = draw(one, generator(1), largest=2)
    assert one.admits(here)
    assert all(one.admits(structure) for structure, _ in rank_moves(one, here))
    source = generator(2)
    for _ in range(20):
        here, _ = random_move(one, here, source)
        assert one.admits(here)


def test_a_slice_lowers_the_residual_as_it_says():
    """The network with the new rank has the error that was promised; edges on and off the graph."""
    X = planted(ring((3, 4, 3, 4), range(4), (2, 2, 2, 2)), seed=1)
    network = Network.random(from_ranks((3, 4, 3, 4), {(0, 1): 2, (1, 2): 1}), generator=generator())
    before = float((X - network.to_tensor()).norm())
    for pair in [(0, 1), (0, 2), (2, 3)]:
        left, wider = Slices(X, network).fit(pair, 2, generator())
        assert left == pytest.approx(float((X - wider.to_tensor()).norm()))
        assert left < before


def test_splitting_a_core_that_hides_a_bond_loses_nothing():
    """A core that is a product of two comes apart at rank 1, and the tensor stays."""
    pair = Network.random(Structure((4, 5), (Core((0, 1)),), ()), generator=generator())
    product = Network(pair.structure, (torch.outer(torch.arange(1.0, 5.0), torch.ones(5)).double(),))
    assert list(splits(product, 0, 1e-5)) == [((1,), 1)]
    parts = split_core(product, 0, (1,), 1)
    assert parts.structure.bonds == (Bond((0, 1), 1),)
    assert torch.allclose(parts.to_tensor(), product.to_tensor())


def test_greedy_finds_a_latent_core():
    """Tucker with a core of 2^4 hides in no graph of four cores."""
    star = Structure((6,) * 4, (*(Core((k,)) for k in range(4)), Core(())), tuple(Bond((k, 4), 2) for k in range(4)))
    result = search(planted(star, seed=0), target_error=1e-6, engine="greedy_tn", family="latent")
    assert isomorphic(result.structure, star)
    assert search(planted(star, seed=0), target_error=1e-6, engine="greedy_tn").parameters > star.parameters


def test_greedy_shrinks_what_it_overshot():
    """Lowering ranks at the end never loses the target."""
    X = planted(ring((5,) * 5, range(5), (2, 3, 4, 2, 3)), seed=2)
    published, shrunk = (search(X, target_error=1e-6, engine=GreedyTN(shrink=shrink)) for shrink in (False, True))
    assert published.reached
    assert shrunk.reached
    assert shrunk.parameters <= published.parameters


def test_greedy_keeps_to_a_degree():
    """No core gets a third bond."""
    run = Search(TOY, 1e-4, engine=GreedyTN(max_degree=1), max_evaluations=8)
    for progress in run:
        degrees = [0] * 6
        for bond in progress.evaluation.structure.bonds if progress.evaluation else ():
            for core in bond.cores:
                degrees[core] += bond.rank > 1
        assert max(degrees) <= 1


@pytest.mark.parametrize("engine", ["tpe", "nsga2"])
def test_optuna_goes_on_from_an_older_state(engine):
    """Telling one state twice gives the same next question, though optuna's study has grown in between."""
    pytest.importorskip("optuna")
    part = Search(TOY, 1e-4, engine=engine, family="ring", max_rank=4)._engine
    old = part.start(problem(), generator())
    told = answers(part, old)
    first = part.tell(old, told, generator())
    part.tell(first, answers(part, first), generator())
    again = part.tell(old, told, generator())
    assert (again.told, len(again.pending)) == (first.told, len(first.pending))
    assert len(again.study.trials) == again.told + len(again.pending)
