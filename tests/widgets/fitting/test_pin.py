"""A pin: its record for the page, its name, and how many are kept."""

import pytest
import torch

from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.solvers.base import Status
from tnlab_widgets.fitting import pin as pins
from tnlab_widgets.fitting.pin import Pin, check_name, check_room, pin_record

RING = formats["tr"].build((3, 3, 3), 2)


def ring(number=1, network=None, status=""):
    error = None if network is None else 0.25
    return Pin(id=number, name="ring", structure=RING, network=network, relative_error=error, status=status)


def test_a_record_names_the_format_and_says_what_was_cut_short():
    record = pin_record(ring(status=Status.RUNNING.value), running=False)
    assert (record["format"], record["parameters"], record["fitted"]) == (formats["tr"].label, 36, False)
    assert record["cut_short"]
    assert record["status"] == "Left before it had converged."
    assert not pin_record(ring(status=Status.RUNNING.value), running=True)["cut_short"]
    assert not pin_record(ring(status=Status.CONVERGED.value), running=False)["cut_short"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, 7, None, ["a"]])
def test_a_name_is_a_short_text(name):
    assert check_name("  my   ring ") == "my ring"
    with pytest.raises(DataError, match="The name of a pin is a text of 1 to 80 characters"):
        check_name(name)


def test_pins_are_bounded_in_number_and_in_the_numbers_of_their_cores(monkeypatch):
    check_room(tuple(map(ring, range(24))))
    with pytest.raises(DataError, match="At most 24 pins"):
        check_room(tuple(map(ring, range(25))))
    monkeypatch.setattr(pins, "MAX_PINNED", 50)
    fitted = ring(network=Network(RING, tuple(torch.ones(shape) for shape in RING.core_shapes)))
    check_room((fitted, ring()))
    with pytest.raises(DataError, match="may hold 50 numbers, and with this one they would hold 72"):
        check_room((fitted, fitted))
