"""Known entries: from masks, NaN and coordinates; every no says which entry."""

import math

import numpy as np
import pytest
import torch

from tnlab.data.observed import Observed
from tnlab.errors import DataError


def test_mask_nan_and_coordinates_agree():
    tensor = torch.arange(12.0, dtype=torch.float64).reshape(3, 4)
    mask = tensor % 3 != 0
    spoiled = torch.where(mask, tensor, torch.full_like(tensor, math.nan))
    one, two = Observed.from_mask(tensor, mask), Observed.from_nan(spoiled)
    three = Observed.from_entries((3, 4), np.argwhere(mask.numpy()), tensor[mask].tolist())
    for observed in (one, two, three):
        assert torch.equal(observed.indices, mask.nonzero())
        assert torch.equal(observed.values, tensor[mask])
        assert observed.size == 12


def test_a_random_part_is_as_large_as_asked_and_repeatable():
    tensor = torch.randn(20, 30, generator=torch.Generator().manual_seed(0))
    part = Observed.random_part(tensor, 0.25, seed=1)
    assert len(part.values) == 150
    assert torch.equal(part.values, tensor[tuple(part.indices.T)])
    assert torch.equal(part.indices, Observed.random_part(tensor, 0.25, seed=1).indices)
    assert not torch.equal(part.indices, Observed.random_part(tensor, 0.25, seed=2).indices)


@pytest.mark.parametrize(
    ("modes", "indices", "values", "message"),
    [
        ((3, 3), [[0, 0], [1, 2], [2, 2], [1, 2]], [1.0] * 4, r"\[1, 2\] is observed twice, in rows 1 and 3"),
        ((2**40, 2**40), [[5, 7], [1, 2], [5, 7]], [1.0] * 3, r"\[5, 7\] is observed twice, in rows 0 and 2"),
        ((3, 3), [[0, 3]], [1.0], r"entry 0 is at \[0, 3\]"),
        ((3, 3), [[0, 1]], [math.inf], "1 of 1 entries"),
        ((3, 3), [[0, 1]], [1.0, 2.0], r"shape \(entries, 2\)"),
        ((3, 3), [[0.5, 1]], [1.0], "whole numbers"),
    ],
)
def test_bad_entries_are_named(modes, indices, values, message):
    with pytest.raises(DataError, match=message):
        Observed.from_entries(modes, indices, values)


def test_entries_whose_places_have_no_number():
    huge = Observed.from_entries((2**40, 2**40), [[5, 7], [7, 5]], [1.0, 2.0])
    assert len(huge.values) == 2


def test_bad_masks_and_parts():
    tensor = torch.ones(3, 3)
    with pytest.raises(DataError, match="boolean"):
        Observed.from_mask(tensor, tensor)
    with pytest.raises(DataError, match="No entry"):
        Observed.from_nan(tensor * math.nan)
    with pytest.raises(DataError, match="above 0 and at most 1"):
        Observed.random_part(tensor, 0)
