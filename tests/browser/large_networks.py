"""Networks of 200 cores for the editor, every core placed: a grid, a binary tree and a random one."""

from math import cos, pi, sin

import networkx as nx

from tnlab import Bond, Core, Structure

CORES = 200
APART = 120.0  # diagram units between neighbours, as the editor draws them
ACROSS = 20  # cores in a row of the grid


def _grid() -> tuple[nx.Graph, list[tuple[float, float]]]:
    graph = nx.grid_2d_graph(CORES // ACROSS, ACROSS)
    places = [(APART * column, APART * row) for row, column in sorted(graph)]
    return nx.convert_node_labels_to_integers(graph, ordering="sorted"), places


def _tree() -> tuple[nx.Graph, list[tuple[float, float]]]:
    graph = nx.empty_graph(CORES)
    graph.add_edges_from(((child - 1) // 2, child) for child in range(1, CORES))
    places = []
    for core in range(CORES):
        level = (core + 1).bit_length() - 1
        turn = 2 * pi * (core + 1.5 - 2**level) / 2**level
        places.append((2 * APART * level * cos(turn), 2 * APART * level * sin(turn)))
    return graph, places


def _random() -> tuple[nx.Graph, list[tuple[float, float]]]:
    radius = APART * CORES / (2 * pi)
    places = [(radius * cos(2 * pi * k / CORES), radius * sin(2 * pi * k / CORES)) for k in range(CORES)]
    return nx.random_regular_graph(3, CORES, seed=0), places


_SHAPES = {"grid": _grid, "tree": _tree, "random 3-regular": _random}
NAMES = tuple(_SHAPES)


def large_network(name: str) -> Structure:
    """Return the network of this name: 200 placed cores C0, C1, ..., a mode of size 2 on each, ranks from 2 to 4."""
    graph, places = _SHAPES[name]()
    cores = tuple(Core((k,), f"C{k}", place) for k, place in enumerate(places))
    bonds = tuple(Bond(pair, 2 + k % 3) for k, pair in enumerate(sorted(tuple(sorted(edge)) for edge in graph.edges)))
    return Structure((2,) * CORES, cores, bonds)
