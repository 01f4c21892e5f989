"""Trees of splits: all are listed, errors add up in squares, the integer program agrees with the list of ranks."""

import pytest
import torch

from tnlab.data.planted_tensors import planted
from tnlab.metrics import relative_error
from tnlab.network.rank_matrix import ring
from tnlab.structure_search.engines.tree_splits import TreeSplits
from tnlab.structure_search.parts import split_trees as module
from tnlab.structure_search.parts.split_trees import SplitTree, best_ranks, list_trees, split_tensor, splits_of
from tnlab.structure_search.run import Search


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
        (a, b)
        for at, a in enumerate(least)
        for b in list(least)[at + 1 :]
        if set(a) < set(b) or set(b) < set(a) or not set(a) & set(b)
    ]
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
