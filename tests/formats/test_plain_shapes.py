"""Plain shapes are told by distances alone: chains, rings, circles, grids, and trees without crossings."""

import networkx as nx
import numpy as np
import pytest

from tnlab.formats.base import SPACING
from tnlab.formats.plain_shapes import crossings, plain_shape, radial_tree


def shuffled(graph: nx.Graph) -> tuple[nx.Graph, np.ndarray]:
    """Return a graph with its nodes in another order, and the distances between them."""
    order = np.random.default_rng(5).permutation(len(graph)).tolist()
    graph = nx.relabel_nodes(nx.convert_node_labels_to_integers(graph), dict(enumerate(order)))
    return graph, SPACING * np.array(nx.floyd_warshall_numpy(graph, nodelist=range(len(graph))))


@pytest.mark.parametrize(
    "graph",
    [nx.path_graph(1), nx.path_graph(2), nx.path_graph(40), nx.cycle_graph(3), nx.cycle_graph(40), nx.cycle_graph(41)],
)
def test_neighbours_in_chains_and_rings_are_one_bond_apart(graph):
    graph, distance = shuffled(graph)
    points = plain_shape(distance)
    assert points is not None
    assert all(np.linalg.norm(points[one] - points[other]) == pytest.approx(SPACING) for one, other in graph.edges)


def test_rings_are_round():
    points = plain_shape(shuffled(nx.cycle_graph(24))[1])
    assert points is not None
    assert np.ptp(np.linalg.norm(points, axis=1)) < 1e-9


@pytest.mark.parametrize("sides", [(2, 2), (2, 7), (5, 5), (4, 9), (20, 25)])
@pytest.mark.parametrize("missing", [0, 1])
def test_grids_are_square_even_with_a_shorter_last_row(sides, missing):
    graph = nx.grid_2d_graph(*sides)
    graph.remove_nodes_from([(sides[0] - 1, sides[1] - 1 - place) for place in range(missing * (sides[1] - 1))])
    graph, distance = shuffled(graph)
    points = plain_shape(distance)
    if graph.number_of_edges() < len(graph):
        return  # nothing but a chain is left
    assert points is not None
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    if min(sides) > 2:
        assert np.array_equal(np.isclose(apart, SPACING), distance == SPACING)
    assert np.isclose(apart[distance == SPACING], SPACING).all()


def test_cores_that_are_equally_far_apart_stand_around_the_one_that_joins_them():
    star = nx.star_graph(200)
    graph, distance = shuffled(star)
    points = plain_shape(distance)
    assert points is not None
    hub = max(graph, key=graph.degree)
    assert points[hub].tolist() == [0, 0]
    assert np.ptp(np.linalg.norm(np.delete(points, hub, axis=0), axis=1)) < 1e-9
    full = plain_shape(shuffled(nx.complete_graph(30))[1])
    assert full is not None
    assert np.ptp(np.linalg.norm(full, axis=1)) < 1e-9


@pytest.mark.parametrize(
    "graph",
    [
        nx.petersen_graph(),
        nx.grid_2d_graph(4, 5, periodic=True),
        nx.balanced_tree(2, 3),
        nx.lollipop_graph(4, 2),
        nx.grid_graph((3, 3, 3)),
    ],
)
def test_other_graphs_have_no_plain_shape(graph):
    assert plain_shape(shuffled(graph)[1]) is None


@pytest.mark.parametrize("seed", range(4))
def test_a_radial_tree_has_no_crossings_and_room_for_every_core(seed):
    graph, distance = shuffled(nx.random_labeled_tree(150, seed=seed))
    edges = np.array(graph.edges)
    points = radial_tree(distance, edges)
    assert crossings(points, edges) == 0
    apart = np.linalg.norm(points[:, None] - points, axis=2) + 1000 * np.eye(len(points))
    assert apart.min() > 0.6 * SPACING


def test_crossings_count_pairs_of_edges_without_a_common_end():
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    assert crossings(square, np.array([[0, 2], [1, 3], [0, 1], [2, 3]])) == 1
    assert crossings(square, np.array([[0, 1], [1, 2], [2, 3], [0, 3]])) == 0
