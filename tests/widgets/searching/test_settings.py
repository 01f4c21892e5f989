"""Settings of a search: what is refused, and which engines cannot run."""

import json

import pytest

from tnlab.errors import DataError, UnknownNameError
from tnlab_widgets.searching.settings import Settings


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"engines": []}, "Choose 1 to"),
        ({"engines": ["tnalle"]}, "Did you mean 'tnale'"),
        ({"engines": 5}, "Choose 1 to"),
        ({"target_error": 0}, "between 0 and 1"),
        ({"target_error": "0.1"}, "between 0 and 1"),
        ({"family": "rings"}, "Did you mean 'ring'"),
        ({"max_rank": 0}, "largest rank"),
        ({"max_evaluations": 1.5}, "number of fits"),
        ({"max_evaluations": True}, "number of fits"),
        ({"max_seconds": float("inf")}, "number of seconds"),
        ({"max_seconds": float("nan")}, "number of seconds"),
        ({"seed": -1}, "seed"),
        ({"executor": "dask:tcp://198.51.100.1:8786"}, "Unknown executor"),
        ({"colour": "red"}, "Unknown setting"),
        ({"refusals": {}}, "Unknown setting"),
    ],
)
def test_settings_out_of_range_are_refused(changes, words):
    with pytest.raises((DataError, UnknownNameError), match=words):
        Settings().changed(changes, ["inline", "pool:2"])


def test_settings_say_which_engines_cannot_run():
    settings = Settings().changed({"engines": ["auto", "auto", "tnale"], "family": "tree"}, ["inline"])
    assert settings.engines == ("auto", "tnale")
    page = settings.to_page(4)
    assert page["refusals"]["tnale"] == "tnale searches the families ring, any, but not tree."
    assert "auto" not in page["refusals"]
    assert "2 to 16 modes" in settings.to_page(1)["refusals"]["auto"]
    json.dumps(page)
