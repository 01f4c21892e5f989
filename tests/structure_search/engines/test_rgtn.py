"""The renormalisation flow reaches the truth of its own generator, which the published program misses sixfold."""

import pytest

from tests.structure_search.engines.toy import ENDLESS
from tnlab.data.planted_tensors import planted
from tnlab.network.rank_matrix import from_ranks
from tnlab.structure_search.engines.rgtn import RGTN
from tnlab.structure_search.run import Search

TRUTH = from_ranks((7, 8, 7, 8, 7), {(0, 3): 2, (1, 3): 2, (1, 4): 3, (2, 4): 2, (0, 4): 2})


@pytest.mark.parametrize("seed", [0, 1])
def test_finds_a_chain_with_one_more_bond(seed):
    run = Search(planted(TRUTH, seed=seed), 1e-2, engine="rgtn", max_evaluations=60, max_seconds=ENDLESS)
    steps = list(run)
    assert run.result.reached
    assert run.result.parameters <= TRUTH.parameters
    assert steps[-1].counts.fitted < 60


def test_expands_first_and_compresses_then():
    run = Search(
        planted(TRUTH, noise=0.1, seed=0), 0.15, engine=RGTN(scales=(2.0,)), max_evaluations=100, max_seconds=ENDLESS
    )
    moves = [step.evaluation.move.split()[0] for step in run if step.evaluation is not None]
    assert moves[0] == "nothing"
    assert moves[1] == "expand"
    assert "narrow" in moves
    assert "expand" not in moves[moves.index("narrow") :]
