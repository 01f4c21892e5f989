"""Trees by SVD splits: the error is a guarantee, the ranks are the cheapest, the integer program agrees with a list."""

import pytest
import torch

from tnlab.data.planted import planted
from tnlab.metrics import relative_error
from tnlab.network.rank_matrix import from_ranks, ring
from tnlab.structure_search.engines.tree_splits import TreeSplits
from tnlab.structure_search.parts import split_trees as module
from tnlab.structure_search.parts.split_trees import SplitTree, best_ranks, list_trees, split_tensor, splits_of
from tnlab.structure_search.run import Search


def test_finds_a_planted_train():
    truth = from_ranks((6, 7, 8, 9), {(0, 1): 3, (1, 2): 2, (2, 3): 4})
    run = Search(planted(truth, seed=1), 1e-6, engine="tree_splits")
    list(run)
    assert run.result.reached
    assert run.result.parameters <= truth.parameters


@pytest.mark.parametrize("target", [0.02, 0.2, 0.6])
def test_error_is_guaranteed_and_the_budget_used(target):
    X = planted(ring((4, 3, 4, 3, 4), (0, 2, 1, 4, 3), (3, 2, 3, 2, 2)), noise=0.1, seed=2)
    run = Search(X, target, engine=TreeSplits(top=3))
    steps = list(run)
    assert all(step.evaluation and step.evaluation.relative_error <= target for step in steps)
    assert run.result.parameters < X.numel() or target == 0.02


def test_losses_of_the_splits_add_up_in_squares():
    X = torch.randn((3, 4, 5, 4), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    tree = SplitTree.of(X.shape, [(0,), (0, 1), (2,)])
    network = split_tensor(X, tree, (2, 3, 6))
    assert network.structure == tree.structure((2, 3, 6))
    inside = network.to_tensor()
    assert relative_error(X, inside) ** 2 == pytest.approx(1 - float(inside.norm() / X.norm()) ** 2)


def test_counts_all_trees_of_order_four():
    least = dict.fromkeys(splits_of(4), 1)
    families = [tree.splits for _, tree in list_trees((2, 2, 2, 2), least, 5, 1000)]
    by_size = [sum(len(splits) == size for splits in families) for size in range(6)]
    assert len(set(families)) == len(families)
    assert by_size[:2] == [1, 7]
    laminar = [
        (a, b) for at, a in enumerate(least) for b in list(least)[at + 1 :]
        if set(a) < set(b) or set(b) < set(a) or not set(a) & set(b)
    ]  # fmt: skip
    assert by_size[2] == len(laminar)


def test_integer_program_agrees_with_the_list(monkeypatch):
    X = planted(ring((5, 4, 5, 4), (0, 2, 1, 3), (3, 2, 3, 2)), noise=0.2, seed=4)
    engine = TreeSplits()
    problem = Search(X, 0.3, engine=engine).problem
    tree = SplitTree.of(X.shape, [(0,), (1,), (0, 2)])
    choices = [engine.choices(problem, split, 0.09) for split in tree.splits]
    listed = best_ranks(tree, choices, 0.09)
    monkeypatch.setattr(module, "LISTED", 0)
    assert best_ranks(tree, choices, 0.09) == listed


def test_largest_rank_is_kept():
    X = planted(ring((4, 3, 4, 3), (0, 2, 1, 3), (2, 1, 2, 2)), noise=0.01, seed=1)
    run = Search(X, 0.3, engine="tree_splits", max_rank=2)
    list(run)
    assert max(run.result.structure.ranks, default=1) <= 2
