"""TNLS: its published schedule of samples and steps, and the toy of its successors."""

from tests.structure_search.engines.toy import TRUTH, answers, generator, problem, searched
from tnlab.network.isomorphism import isomorphic
from tnlab.structure_search.engines.tnls import TNLS

# pyright: reportPrivateUsage=false


def test_finds_the_hidden_ring_of_the_authors():
    """Ranks and permutation, 126 parameters; more than rounding cannot be left."""
    result = searched("tnls", 0)
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
