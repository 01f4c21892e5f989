"""``--missing``, ``--mask`` and ``--observed``: which entries a fit sees."""

import json

import numpy as np
import pytest
import torch

from tests.cli.command_line import refused, run
from tnlab.cli.missing import Missing
from tnlab.data import Source
from tnlab.data.observed import Observed
from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.network.network import Network


def test_missing_entries_from_the_shell(tmp_path, capsys):
    tensor = formats["tt"].build((8, 8, 8), 2)
    array = Network.random(tensor, generator=torch.Generator().manual_seed(0)).to_tensor().numpy()
    mask = np.random.default_rng(0).random(array.shape) < 0.6
    spoiled, full, known = (tmp_path / f"{name}.npy" for name in ("spoiled", "full", "known"))
    np.save(spoiled, np.where(mask, array, np.nan))
    np.save(full, array)
    np.save(known, mask)
    end = ("--format", "tt", "--rank", 2, "--json")
    by_nan = json.loads(run("fit", spoiled, *end, "--missing", "nan"))
    by_mask = json.loads(run("fit", full, *end, "--mask", known))
    both = json.loads(run("fit", spoiled, *end, "--mask", known))
    assert by_nan["held_out_error"] == by_mask["held_out_error"] == both["held_out_error"] < 1e-4
    part = json.loads(run("fit", full, *end, "--observed", 0.5, "--target-error", 0.01))
    assert part["status"] == "reached"
    assert part["held_out_error"] <= 0.01
    assert "held-out error" in run("fit", full, *end[:-1], "--observed", 0.5, "--solver", "completion_lbfgs")
    assert "--missing nan" in refused(capsys, "fit", spoiled, *end)
    assert "above 0 and at most 1" in refused(capsys, "fit", full, *end, "--observed", 2)
    assert "--missing must be nan" in refused(capsys, "fit", full, *end, "--missing", "zero")
    assert "Unknown solver 'alx'" in refused(capsys, "fit", full, *end, "--solver", "alx")
    assert "--target-error must be" in refused(capsys, "fit", full, *end, "--target-error", 2)
    assert "leaves 1 known entries, too few for the 64" in refused(capsys, "fit", full, *end, "--observed", 0.00001)
    np.save(known, mask[:4])
    assert "must have the shape 8x8x8" in refused(capsys, "fit", full, *end, "--mask", known)
    np.save(known, np.zeros_like(mask))
    assert "No entry is known" in refused(capsys, "fit", full, *end, "--mask", known)


def test_nan_and_a_mask_narrow_what_is_known(tmp_path):
    array = np.array([[1.0, np.nan, 3.0], [4.0, 5.0, 6.0]])
    mask = tmp_path / "mask.npy"
    np.save(mask, np.array([[1, 1, 0], [1, 1, 2]]))
    missing = Missing("nan", mask)
    filled = missing.fill(array)
    assert filled.tolist() == [[1, 0, 0], [4, 5, 6]]
    observed = missing.entries(Source.of(filled))
    assert isinstance(observed, Observed)
    assert sorted(observed.values.tolist()) == [1, 4, 5, 6]


def test_a_part_of_the_known_entries_is_kept():
    source = Source.of(np.arange(1.0, 101).reshape(10, 10))
    part = Missing(part=0.3, seed=5).entries(source)
    assert isinstance(part, Observed)
    assert len(part.values) == 30
    again = Missing(part=0.3, seed=5).entries(source)
    assert isinstance(again, Observed)
    assert torch.equal(part.values, again.values)
    assert Missing().entries(source) is source.tensor


def test_other_values_are_refused():
    with pytest.raises(DataError, match="--missing must be nan"):
        Missing("0")
    with pytest.raises(DataError, match="--observed must be above 0 and at most 1"):
        Missing(part=0.0)


def test_a_nan_in_a_mask_is_neither_known_nor_unknown(tmp_path):
    mask = tmp_path / "mask.npy"
    np.save(mask, np.array([[1.0, np.nan]]))
    with pytest.raises(DataError, match="write 0 for unknown and 1 for known"):
        Missing(mask=mask).fill(np.ones((1, 2)))
