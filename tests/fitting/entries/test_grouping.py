"""Entries grouped by the row of a core: every entry is in one place, and little is padding."""

from collections import Counter

import numpy as np
import pytest
import torch

from tnlab.fitting.entries import grouping
from tnlab.fitting.entries.grouping import SPREAD, Entries
from tnlab.network.structure import Bond, Core, Structure

STRUCTURE = Structure((4, 5, 6), (Core((2, 0)), Core((1,)), Core()), (Bond((0, 2), 2), Bond((1, 2), 2)))


@pytest.fixture
def entries():
    """Entries of which some rows have many, some few and some none."""
    random = np.random.default_rng(0)
    columns = [np.minimum(random.geometric(0.4, 200) - 1, size - 1) for size in STRUCTURE.modes]
    return Entries(STRUCTURE, torch.from_numpy(np.stack(columns, axis=1)))


def held(bucket):
    """Return the pairs of a row and an entry that a batch holds, padding left out."""
    used = np.ones(bucket.at.size, dtype=bool)
    used[bucket.pads] = False
    rows = np.repeat(bucket.rows, bucket.at.shape[1])
    return list(zip(rows[used].tolist(), bucket.at.ravel()[used].tolist(), strict=True))


def test_the_row_is_the_flattened_index_of_the_legs(entries):
    first, second, third = entries.indices.T.numpy()
    assert np.array_equal(entries.rows[0], third * 4 + first)
    assert np.array_equal(entries.rows[1], second)
    assert entries.rows[2] is None


@pytest.mark.parametrize("core", range(3))
def test_every_entry_is_once_in_its_row(entries, core):
    rows = entries.rows[core] if core < 2 else np.zeros(200, dtype=int)
    groups = entries.groups(core)
    assert dict(zip(groups.present.tolist(), groups.counts.tolist(), strict=True)) == Counter(rows.tolist())
    pairs = [pair for bucket in groups.whole for pair in held(bucket)]
    assert sorted(pairs, key=lambda pair: pair[1]) == list(zip(rows.tolist(), range(200), strict=True))
    assert all(bucket.entries >= SPREAD * bucket.at.size for bucket in groups.whole)
    assert entries.groups(core) is groups


def test_the_way_back_finds_every_entry(entries):
    groups = entries.groups(0)
    padded = np.concatenate([bucket.at.ravel() for bucket in groups.whole])
    assert np.array_equal(padded[groups.back], np.arange(200))


def test_small_batches_hold_the_same(entries, monkeypatch):
    whole = sorted(pair for bucket in entries.groups(0).whole for pair in held(bucket))
    monkeypatch.setattr(grouping, "BLOCK", 60)
    pieces = entries.groups(0).pieces(4)
    assert sorted(pair for piece in pieces for bucket in piece for pair in held(bucket)) == whole
    assert max(bucket.at.size for piece in pieces for bucket in piece) * 4 <= 60
    for piece in pieces:
        assert all(np.array_equal(bucket.rows, piece[0].rows) for bucket in piece)
