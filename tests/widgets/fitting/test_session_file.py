"""Sessions as files: what is written comes back, and what does not belong together is refused with a sentence."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from tnlab.data import Source
from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab_widgets.fitting.pin import Pin
from tnlab_widgets.fitting.session_file import SavedSession, read_session, write_session

MODES = (3, 3, 3)
TRAIN = formats["tt"].build(MODES, 2)
RING = formats["tr"].build(MODES, 1)
PIN = {"name": "mine", "structure": structure_json.to_dict(TRAIN), "relative_error": 0.25, "status": ""}
OTHER = structure_json.to_dict(formats["tt"].build((2, 2), 1))


@pytest.fixture
def saved(generator):
    source = Source.of(np.random.default_rng(0).normal(size=MODES), name="mine.npy", modes=MODES)
    cores = tuple(torch.randn(shape, generator=generator, dtype=torch.float64) for shape in TRAIN.core_shapes)
    network = Network(TRAIN, cores)
    pins = (
        Pin(id=1, name="mine", structure=TRAIN, network=network, relative_error=0.25, status="Converged."),
        Pin(id=2, name="a ring", structure=RING, network=None, relative_error=None, status=""),
    )
    visits = ((TRAIN, 0.25, "Converged."), (RING, 0.5, "Stopped."))
    return SavedSession(
        source=source, structure=TRAIN, network=network, seed=11, target_error=0.05, visited=visits, pins=pins
    )


def test_a_session_comes_back_as_it_was_written(saved):
    again = read_session("mine.tnlab", write_session(saved))
    assert np.array_equal(again.source.array, saved.source.array)
    assert (again.source.name, again.source.modes, again.source.order) == ("mine.npy", MODES, saved.source.order)
    assert (again.structure, again.seed, again.target_error) == (TRAIN, 11, 0.05)
    assert again.visited == saved.visited
    for one, other in zip(again.network.cores, saved.network.cores, strict=True):
        assert torch.equal(one, other)


def test_pins_come_back_with_their_cores(saved):
    mine, ring = read_session("mine.tnlab", write_session(saved)).pins
    assert (mine.name, mine.structure, mine.relative_error, mine.status) == ("mine", TRAIN, 0.25, "Converged.")
    assert all(map(torch.equal, mine.network.cores, saved.network.cores))
    assert (ring.name, ring.structure, ring.network, ring.relative_error) == ("a ring", RING, None, None)


def test_a_session_of_version_1_has_no_pins(saved):
    again = read_session("mine.tnlab", spoilt(replace(saved, pins=()), version="1"))
    assert again.pins == ()
    assert again.visited == saved.visited


def spoilt(saved, arrays=None, **changes):
    """Return the bytes of a session with some fields of its record, or some arrays, replaced."""
    content = write_session(saved)
    length = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + length])["__metadata__"]
    if "version" in changes:
        metadata["tnlab_session"] = changes.pop("version")
    metadata["session"] = json.dumps(json.loads(metadata["session"]) | changes)
    return save(load(content) | (arrays or {}), metadata)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": "3"}, "only 1 and 2 are read"),
        ({"seed": -1}, "its seed is -1"),
        ({"seed": True}, "its seed is True"),
        ({"target_error": float("nan")}, "its target error is nan"),
        ({"target_error": 0.0}, "its target error is 0.0"),
        ({"data": {"name": "x"}}, "the field 'modes' is missing"),
        ({"visited": [{"structure": {}, "relative_error": 0.1, "status": ""}]}, "cannot be opened"),
        ({"pins": "all"}, "cannot be opened"),
        ({"pins": [PIN | {"relative_error": -0.1}]}, "the relative error of a pin is -0.1"),
        ({"pins": [PIN | {"name": ["mine"]}]}, "The name of a pin"),
        ({"pins": [PIN | {"structure": OTHER}]}, "does not belong to its tensor"),
        ({"arrays": {"pin.0.core.1": torch.ones(7, dtype=torch.float64)}}, "cannot be opened"),
        ({"arrays": {"pin.0.core.1": torch.full((2, 3, 2), torch.inf, dtype=torch.float64)}}, "finite real numbers"),
        ({"arrays": {"core.0": torch.full((3, 2), torch.nan, dtype=torch.float64)}}, "finite real numbers"),
        ({"arrays": {"core.0": torch.ones(5, 2, dtype=torch.float64)}}, "cannot be opened"),
    ],
)
def test_what_does_not_belong_together_is_refused(saved, changes, words):
    with pytest.raises(DataError, match=words):
        read_session("mine.tnlab", spoilt(saved, **changes))


def test_a_visit_of_other_modes_or_without_a_number_for_its_error_is_refused(saved):
    other = formats["tt"].build((2, 2), 1)
    for visit in ((other, 0.1, ""), (TRAIN, -0.1, "")):
        session = SavedSession(
            source=saved.source, structure=TRAIN, network=None, seed=0, target_error=0.1, visited=(visit,)
        )
        with pytest.raises(DataError, match="does not belong to its tensor"):
            read_session("mine.tnlab", write_session(session))


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x04K\x01.", save({"x": torch.ones(2)})])
def test_what_is_no_session_is_refused_by_name(content):
    with pytest.raises(DataError, match=r"'mine\.tnlab' cannot be opened as a session"):
        read_session("mine.tnlab", content)


def test_missing_entries_and_names_of_axes_come_back(saved):
    array = saved.source.array.copy()
    array[0, 1, 2] = np.nan
    source = Source.of(array, modes=MODES, gaps=True, axes=("x", "", "time"))
    again = read_session("mine.tnlab", write_session(replace(saved, source=source))).source
    assert (again.axes, again.note) == (source.axes, source.note)
    assert np.array_equal(again.known, source.known)
