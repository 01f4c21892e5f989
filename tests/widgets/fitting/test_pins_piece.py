"""Pins: structures kept with their cores, gone back to exactly, compared, and saved."""

import numpy as np
import pytest
import torch
from safetensors.torch import load

from tests.waiting import wait_for
from tests.widgets.conftest import Page
from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.network.edits import set_rank
from tnlab.network.residual import relative_residual
from tnlab_widgets.fitting.pin import MAX_PINS
from tnlab_widgets.fitting.pins_piece import PinsPiece, name_of
from tnlab_widgets.fitting.session_file import read_session, write_session

MODES = (4, 4, 4, 4)
NOISE = np.random.default_rng(3).normal(size=MODES)
TRAIN = formats["tt"].build(MODES, 2)


@pytest.fixture
def shown():
    shown = Page(PinsPiece(NOISE, modes=MODES, structure=TRAIN))
    yield shown
    shown.piece.close()
    wait_for(lambda: not shown.piece._session.is_alive)


@pytest.fixture
def two(shown):
    """A page with two pins: ranks 2, 2, 2 and 2, 3, 2."""
    shown.settled()
    shown.say("pin")
    shown.propose(set_rank(TRAIN, 1, 3))
    shown.settled()
    shown.say("pin")
    return shown


def test_pins_are_shown_and_kept_with_their_cores(two):
    first, second = two.piece.pins
    assert [pin["id"] for pin in two.seen.pins] == [first.id, second.id]
    assert [pin["name"] for pin in two.seen.pins] == ["Tensor train, rank 2", "Tensor train, rank 3"]
    for pin in (first, second):
        assert pin.relative_error == relative_residual(two.piece.tensor, pin.network)
    assert second.relative_error < first.relative_error


def test_a_pin_comes_back_with_exactly_its_cores_and_error(two):
    first = two.piece.pins[0]
    assert not two.say("restore_pin", id=first.id)["error"]
    two.settled()
    assert two.piece.structure.ranks == (2, 2, 2)
    assert two.piece.relative_error == first.relative_error
    assert all(map(torch.equal, two.piece.network.cores, first.network.cores))
    assert (two.seen.fit["state"], two.seen.fit["sweep"], two.seen.fit["status"]) == ("KEPT", 0, first.status)
    assert two.say("pin")["id"] == first.id  # the same cores are not pinned twice
    two.piece.resume()  # may go on from there
    two.settled()
    assert two.piece.relative_error <= first.relative_error


def test_a_pin_of_a_running_fit_gets_its_last_cores(shown):
    shown.piece.pause()
    shown.propose(set_rank(TRAIN, 1, 4))
    pin = shown.piece.pin("mine")
    assert (pin.network, pin.relative_error) == (None, None)
    assert shown.seen.pins[0]["running"]
    assert "no cores yet" in shown.say("pin_picture", id=pin.id)["error"]
    shown.piece.resume()
    shown.settled()
    (pin,) = shown.piece.pins
    assert pin.relative_error == shown.piece.relative_error
    assert (shown.seen.pins[0]["running"], shown.seen.pins[0]["cut_short"]) == (False, False)


def test_a_pin_whose_fit_was_left_says_so(shown):
    shown.piece.pause()
    shown.propose(set_rank(TRAIN, 1, 4))
    shown.say("pin")
    shown.propose(set_rank(TRAIN, 1, 3))
    assert [(pin["running"], pin["cut_short"]) for pin in shown.seen.pins] == [(False, True)]


def test_pins_are_renamed_removed_and_brought_back_in_place(two):
    heard = []
    two.piece.on_pins(heard.append)
    first, second = two.piece.pins
    two.say("rename_pin", id=first.id, name=" the small one ")
    two.say("unpin", id=first.id)
    assert two.piece.pins == (second,)
    assert not two.say("put_back")["error"]
    assert [pin.name for pin in two.piece.pins] == ["the small one", second.name]
    assert two.say("put_back")["error"] == "There is no pin to bring back."
    assert [len(pins) for pins in heard] == [2, 1, 2]


def test_the_cores_of_a_pin_are_handed_over_as_a_file(two):
    first = two.piece.pins[0]
    arrays = load(bytes(two.say("pin_cores", id=first.id)["cores"]))
    assert all(torch.equal(arrays[f"core.{place}"], core) for place, core in enumerate(first.network.cores))
    empty = two.piece.add_pin(TRAIN, None, None, "", "empty")
    assert two.say("pin_cores", id=empty.id)["cores"] is None


@pytest.mark.parametrize("wanted", [99, "1", None, True, [1], {}])
def test_what_is_no_pin_is_refused(two, wanted):
    for kind in ("unpin", "rename_pin", "restore_pin", "pin_picture", "pin_cores"):
        assert two.say(kind, id=wanted, name="x")["error"] == "That pin is no longer there."
    assert two.say("side_by_side", first=wanted, second=wanted)["error"] == "That pin is no longer there."
    assert len(two.piece.pins) == 2


def test_two_pins_are_pictured_side_by_side(two):
    first, second = two.piece.pins
    pictures = two.say("side_by_side", first=first.id, second=second.id)["pictures"]
    size = pictures["width"] * pictures["height"]
    assert [len(each) for each in (*pictures["residuals"], *pictures["reconstructions"])] == [size] * 4
    assert len(pictures["difference"]) == size
    thumbnail = two.say("pin_picture", id=first.id)["picture"]
    assert len(thumbnail["pixels"]) == thumbnail["width"] * thumbnail["height"]


def test_pins_belong_to_their_tensor_and_travel_in_a_session(two):
    saved = read_session("x.tnlab", write_session(two.piece._saved()))
    before = two.piece.pins
    two.say("reshape", modes=[16, 16], order="plain")
    assert two.piece.pins == ()
    two.piece.reopen(saved)
    for one, other in zip(two.piece.pins, before, strict=True):
        assert (one.name, one.structure, one.relative_error) == (other.name, other.structure, other.relative_error)
        assert all(map(torch.equal, one.network.cores, other.network.cores))


def test_there_is_an_end_to_pins(two):
    for number in range(MAX_PINS - 2):
        two.piece.add_pin(TRAIN, None, None, "", str(number))
    with pytest.raises(DataError, match="At most 24 pins"):
        two.piece.add_pin(TRAIN, None, None, "")
    assert len(two.seen.pins) == MAX_PINS


def test_names_are_told_apart():
    assert name_of(TRAIN, []) == "Tensor train, rank 2"
    assert name_of(TRAIN, ["Tensor train, rank 2", "Tensor train, rank 2 (2)"]) == "Tensor train, rank 2 (3)"
    assert name_of(formats["tr"].build((2, 3, 4), 2), []) == "Tensor ring, rank 2"
