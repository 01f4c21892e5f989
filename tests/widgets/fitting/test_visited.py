"""Visited structures: one record up to isomorphism, an error that belongs to the cores kept with it, bounded memory."""

import pytest
import torch

from tnlab.formats import formats
from tnlab.network.edits import set_rank
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab_widgets.fitting import visited as module
from tnlab_widgets.fitting.visited import MAX_VISITS, Visited, visit_key

MODES = (4,) * 6
TRAIN = formats["tt"].build(MODES, 3)


def network(structure=TRAIN):
    """Return a network whose entries do not matter."""
    return Network(structure, tuple(torch.zeros(shape, dtype=torch.float64) for shape in structure.core_shapes))


def test_visits_are_one_per_structure_up_to_numbering_and_bounded():
    visited = Visited()
    reordered = Structure(
        TRAIN.modes,
        tuple(reversed(TRAIN.cores)),
        tuple(type(bond)(tuple(sorted(5 - core for core in bond.cores)), bond.rank) for bond in TRAIN.bonds),
    )
    assert visit_key(reordered) == visit_key(TRAIN)
    for rank in range(1, MAX_VISITS + 20):
        visited.remember(set_rank(TRAIN, 0, rank), 0.5, "")
    assert len(visited) == MAX_VISITS
    assert min(visit.structure.ranks[0] for visit in visited) == 20


def test_of_two_networks_the_one_of_the_lower_error_is_kept_with_its_error():
    visited, key = Visited(), visit_key(TRAIN)
    first, worse, better = network(), network(), network()
    assert visited.record(key, first, 0.3, "one").network is first
    kept = visited.record(key, worse, 0.4, "two")
    assert (kept.network, kept.relative_error, kept.status) == (first, 0.3, "two")
    kept = visited.record(key, better, 0.2, "three")
    assert (kept.network, kept.relative_error, kept.id) == (better, 0.2, 1)


def test_a_visit_without_cores_takes_the_next_network_with_its_own_error():
    visited, key, found = Visited(), visit_key(TRAIN), network()
    visited.remember(TRAIN, 0.1, "of an earlier session")
    kept = visited.record(key, found, 0.4, "now")
    assert (kept.network, kept.relative_error) == (found, 0.4)


def test_cores_beyond_the_memory_are_dropped_from_the_oldest_visits(monkeypatch):
    visited = Visited()
    monkeypatch.setattr(module, "MAX_ENTRIES", 2 * TRAIN.parameters)
    for rank in (3, 2, 1):
        structure = set_rank(TRAIN, 0, rank)
        visited.record(visit_key(structure), network(structure), 0.1 * rank, "")
    assert [visit.network is None for visit in visited] == [True, False, False]
    again = network()
    kept = visited.record(visit_key(TRAIN), again, 0.9, "")
    assert (kept.network, kept.relative_error) == (again, 0.9)


def test_an_error_is_corrected_for_the_cores_it_belongs_to_only():
    visited, key, found = Visited(), visit_key(TRAIN), network()
    visited.record(key, found, 0.3, "")
    visited.correct(key, network(), 0.7)
    assert visited.best(key).relative_error == 0.3
    visited.correct(key, found, 0.31)
    assert visited.best(key).relative_error == 0.31


@pytest.mark.parametrize(("rank", "words"), [(3, "6 cores, ranks 3, 3, 3, 3, 3"), (1, "6 cores, ranks 1, 1, 1, 1, 1")])
def test_a_label_names_cores_and_ranks(rank, words):
    structure = formats["tt"].build(MODES, rank)
    assert Visited().record(visit_key(structure), network(structure), 0.1, "").label == words
