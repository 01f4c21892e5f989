"""Incumbents as they are drawn: positions that stay, and what has changed in words."""

import numpy as np

from tests.widgets.searching.searches import MODES, found
from tnlab.network.rank_matrix import from_ranks, ring
from tnlab_widgets.searching.incumbents import Incumbents


def test_an_incumbent_says_what_has_changed_and_keeps_its_places():
    shown = Incumbents()
    first = shown.show(found(1), reached=False)
    assert first["changed"] == {"bonds": [], "words": ""}
    assert not first["reached"]
    places = {core["name"]: core["position"] for core in first["structure"]["cores"]}
    larger = from_ranks(MODES, {(0, 1): 3, (1, 2): 2, (2, 3): 2, (0, 3): 2})
    second = shown.show(found(2, larger), reached=True)
    assert second["changed"]["words"] == "A-B from 2 to 3"
    [place] = second["changed"]["bonds"]
    assert second["structure"]["bonds"][place]["rank"] == 3
    assert {core["name"]: core["position"] for core in second["structure"]["cores"]} == places
    assert shown.show(found(2, larger), reached=True) is second
    chain = from_ranks(MODES, {(0, 1): 3, (1, 2): 2, (2, 3): 2})
    third = shown.show(found(3, chain), reached=True)
    assert third["changed"] == {"bonds": [], "words": "A-D is gone"}
    assert shown.show(found(4, chain, error=0.1), reached=True)["changed"] == third["changed"]  # only better fitted
    assert shown.show(None, reached=False) is None


def test_an_incumbent_of_another_topology_is_turned_to_the_one_before():
    shown = Incumbents()
    before = shown.show(found(1), reached=True)["structure"]
    after = shown.show(found(2, ring(MODES, (0, 1, 3, 2), (2, 2, 2, 2))), reached=True)["structure"]
    old, new = ({core["name"]: np.array(core["position"]) for core in one["cores"]} for one in (before, after))
    moved = sum(np.linalg.norm(new[name] - old[name]) for name in old)
    mirrored = sum(np.linalg.norm(new[name] * (-1, 1) - old[name]) for name in old)
    assert moved <= mirrored + 1e-6
