"""Trees and loops are told apart, and a tree is walked from its leaves to its centre."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.network.graph import axis_of, far_end, has_loops, is_tree, require_tree, towards
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures


def path(*ranks):
    order = len(ranks) + 1
    bonds = tuple(Bond((k, k + 1), rank) for k, rank in enumerate(ranks))
    return Structure((2,) * order, tuple(Core((k,)) for k in range(order)), bonds)


PARALLEL = Structure((3, 3), (Core((0,)), Core((1,))), (Bond((0, 1), 2), Bond((0, 1), 2)))


@pytest.mark.parametrize(
    ("name", "tree", "loops"),
    [
        ("tt", True, False),
        ("tucker", True, False),
        ("tree", True, False),
        ("cp", False, False),
        ("tr", False, True),
        ("fctn", False, True),
    ],
)
def test_formats_are_trees_or_have_loops(name, tree, loops):
    structure = formats[name].build((4,) * 4, 2)
    assert is_tree(structure) is tree
    assert has_loops(structure) is loops


def test_a_bond_of_rank_1_closes_no_loop():
    ring = formats["tr"].build((4,) * 4, (2, 2, 1, 2))
    assert not has_loops(ring)
    assert not is_tree(ring)
    assert has_loops(PARALLEL)


@given(structures())
def test_loops_are_cycles_of_the_graph_of_cores_and_bonds(structure):
    """Cores and bonds of rank above 1 as the two sides of a bipartite graph (networkx)."""
    graph = nx.Graph()
    graph.add_nodes_from(("core", core) for core in range(len(structure.cores)))
    for place, bond in enumerate(structure.bonds):
        if bond.rank > 1:
            graph.add_edges_from((("bond", place), ("core", core)) for core in bond.cores)
    assert has_loops(structure) is (not nx.is_forest(graph))


@given(structures(hyper=False, max_extra_bonds=0), st.data())
def test_a_tree_is_walked_from_its_leaves(structure, data):
    centre = data.draw(st.integers(0, len(structure.cores) - 1))
    walked = list(towards(structure, centre))
    assert sorted(core for core, _, _ in walked) == [core for core in range(len(structure.cores)) if core != centre]
    done = set()
    for core, bond, parent in walked:
        assert set(structure.bonds[bond].cores) == {core, parent}
        assert far_end(structure, bond, core) == parent
        assert parent not in done  # every core comes before its parent
        done.add(core)


def test_the_farthest_cores_come_first():
    assert list(towards(path(2, 2, 2), 1)) == [(3, 2, 2), (2, 1, 1), (0, 0, 1)]


def test_the_axis_of_a_bond_comes_after_the_legs():
    structure = Structure((4, 5, 6), (Core((0, 1)), Core(()), Core((2,))), (Bond((0, 1), 2), Bond((0, 2), 3)))
    assert [axis_of(structure, *at) for at in ((0, 0), (0, 1), (1, 0), (2, 1))] == [2, 3, 0, 1]


@pytest.mark.parametrize(
    ("structure", "message"),
    [
        (formats["cp"].build((3, 3, 3), 2), r"Only a tree has a gauge, but bond 0 \(A-B-C\) joins 3 cores; try this"),
        (PARALLEL, r"cores A and B share parallel bonds; merge_parallel_bonds\(\)"),
        (formats["tr"].build((3, 3, 3), 2), "closes 1 loop; try this"),
        (formats["fctn"].build((3, 3, 3, 3), 2), "closes 3 loops; try this"),
    ],
)
def test_what_is_no_tree_is_refused_by_name(structure, message):
    with pytest.raises(StructureError, match=message):
        require_tree(structure, what="a gauge", instead="try this")


def test_a_tree_passes():
    require_tree(path(2, 1), what="a gauge", instead="try this")
