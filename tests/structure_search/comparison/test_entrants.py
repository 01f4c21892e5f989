"""An engine of a comparison is named, with settings of the types of its own."""

import pickle

import pytest

from tnlab.errors import DataError
from tnlab.structure_search.comparison.entrants import Entrant, entrant_of
from tnlab.structure_search.comparison.toml_tables import Table
from tnlab.structure_search.engines.tnls import TNLS


def read(**values) -> Entrant:
    return entrant_of(Table("x.toml, engines[1]", values))


def test_settings_given_are_those_of_the_engine_and_name_it():
    assert read(name="tnls") == Entrant("tnls", "tnls")
    assert read(name="tnls").engine() == TNLS()
    found = read(name="tnls", samples=8)
    assert found == Entrant("tnls (samples 8)", "tnls", (("samples", 8),))
    assert found.engine() == TNLS(samples=8)
    assert read(name="tnls", samples=8, label="mine").label == "mine"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "engines.1.: name is missing"),
        ({"name": "tnlz"}, "Unknown engine 'tnlz'. Did you mean 'tnls'"),
        ({"name": "tnls", "samples": 1.5}, "samples must be a whole number, but is 1.5"),
        ({"name": "tnls", "samples": True}, "samples must be a whole number, but is True"),
        ({"name": "tnls", "wings": 2}, "Unknown key 'wings'"),
    ],
)
def test_what_no_engine_has_is_refused(values, words):
    with pytest.raises(DataError, match=words):
        read(**values)


def test_an_entrant_brings_the_module_of_its_engine_to_another_process():
    """Which registers the engine there; what arrives is equal."""
    entrant = read(name="tnls", samples=8)
    packed = pickle.dumps(entrant)
    assert TNLS.__module__.encode() in packed
    assert pickle.loads(packed) == entrant
    assert pickle.loads(packed).engine() == TNLS(samples=8)
