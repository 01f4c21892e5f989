"""Options of the Explorer: what is taken, and what is refused with a sentence."""

import math

import numpy as np
import pytest

from tnlab.errors import DataError, StructureError, UnknownNameError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.isomorphism import isomorphic
from tnlab_widgets.fitting.options import count_of, seed_of, starting, target_of

MODES = (4, 4, 4)
RING = formats["tr"].build(MODES, 3)


@pytest.mark.parametrize(
    "given", [RING, structure_json.to_dict(RING), structure_json.dumps(RING), ("tr", 3), ["tr", 3]]
)
def test_a_structure_is_given_in_many_ways(given):
    started = starting(given, MODES)
    assert isomorphic(started, RING)


def test_by_default_it_is_a_train():
    assert len(starting(None, MODES).bonds) == len(starting("tt", MODES).bonds) == 2


def test_a_structure_of_other_modes_is_refused():
    with pytest.raises(StructureError, match="modes 4x4, but the structure 4x4x4"):
        starting(RING, (4, 4))
    with pytest.raises(UnknownNameError):
        starting("tensor_rind", MODES)


def test_what_is_taken():
    assert seed_of(np.int64(7)) == 7
    assert (target_of(1), target_of(0.25)) == (1.0, 0.25)
    assert count_of(50) == 50


@pytest.mark.parametrize("value", [-1, 2**53, 1.5, "1", None, True, math.nan])
def test_what_is_no_seed_is_refused(value):
    with pytest.raises(DataError, match="seed"):
        seed_of(value)


@pytest.mark.parametrize("value", [0, -0.1, 1.1, math.nan, math.inf, "0.1", True, None])
def test_what_is_no_target_is_refused(value):
    with pytest.raises(DataError, match="target error"):
        target_of(value)


@pytest.mark.parametrize("value", [0, 51, 1.0, True, "5", None])
def test_what_is_no_count_is_refused(value):
    with pytest.raises(DataError, match="1 to 50"):
        count_of(value)
