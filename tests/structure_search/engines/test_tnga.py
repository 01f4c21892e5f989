"""TNGA: crossing, mutation, and what of a generation can be pruned."""

import math

from tests.structure_search.engines.toy import answers, generator, problem
from tnlab.structure_search.engines.tnga import TNGA
from tnlab.structure_search.parts.rank_codes import Code, Coding

# pyright: reportPrivateUsage=false


def test_tnga_gives_both_children_foreign_genes():
    """The published program overwrites a view, so that only one child changes."""
    coding = Coding(problem("any"), math.inf)
    low, high = (Code((rank,) * 15, tuple(range(6))) for rank in (1, 3))
    children = list(TNGA()._crossed(coding, low, high, generator()))
    assert [sorted(set(child.ranks)) for child in children] == [[1, 3], [1, 3]]


def test_tnga_keeps_to_one_rank_as_first_published():
    """Bonds have rank 2 or are none, through crossing and mutation."""
    engine = TNGA(integer_ranks=False, population=10, keep=8)
    state = engine.start(problem("any"), generator())
    for turn in range(3):
        assert {rank for code in state.codes for rank in code.ranks} == {1, 2}
        state = engine.tell(state, answers(engine, state), generator(turn))


def test_tnga_prunes_only_what_cannot_be_kept():
    """Up to ``keep`` evaluations every score counts; then the score of the last one kept is the cutoff."""
    engine = TNGA(population=6, keep=4)
    state = engine.start(problem("any"), generator())
    told = answers(engine, state)
    assert engine.cutoff_within(state, told[:3]) == math.inf
    assert engine.cutoff_within(state, told[:5]) == sorted(found.score for found in told[:5])[3]
