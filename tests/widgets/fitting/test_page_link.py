"""A link carries a page of built-in data, and a damaged or lying one is refused by a sentence."""

import base64
import json
import zlib

import numpy as np
import pytest

from tnlab.data import Source, datasets
from tnlab.errors import DataError, TnlabError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab_widgets import Explorer
from tnlab_widgets.base.structures import presentable
from tnlab_widgets.fitting.page_link import MAX_CONTENT, Linked, read_link, write_link


def linked(source=None):
    source = source or datasets["camera"].source().with_modes((16, 16, 16, 16), "quantised")
    structure = presentable(formats["tr"].build(source.modes, 3))
    return Linked(source, structure, seed=5, target_error=0.25)


def packed(record) -> str:
    content = record if isinstance(record, bytes) else json.dumps(record).encode()
    return base64.urlsafe_b64encode(zlib.compress(content)).decode()


def good() -> dict:
    text = write_link(linked())
    return json.loads(zlib.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))


def test_what_is_linked_comes_back():
    sent, got = linked(), read_link(write_link(linked()))
    assert (got.source.name, got.source.modes, got.source.order) == ("camera", sent.source.modes, "quantised")
    assert (got.structure, got.seed, got.target_error) == (sent.structure, 5, 0.25)
    assert [core.position for core in got.structure.cores] == [core.position for core in sent.structure.cores]


def test_an_explorer_opens_from_the_link_of_another():
    first = Explorer("camera", modes=(16, 16, 16, 16), structure=("tr", 3), seed=5, target_error=0.25)
    second = Explorer.from_link(first.link)
    assert second.structure == first.structure
    assert (second.source.name, second.source.modes, second.target_error) == ("camera", first.source.modes, 0.25)
    assert second.link == first.link
    for each in (first, second):
        each.close()


def test_own_data_under_the_name_of_a_data_set_travel_in_no_link():
    with pytest.raises(DataError, match="data of your own"):
        write_link(linked(Source.of(np.eye(8), name="camera", modes=(4, 4, 4))))


@pytest.mark.parametrize("field", list(good()))
@pytest.mark.parametrize("value", [None, -1, "no", [], {}, [1e999], True])
def test_each_field_is_checked(field, value):
    with pytest.raises(TnlabError):
        read_link(packed({**good(), field: value}))


@pytest.mark.parametrize(
    "text",
    ["", "!", "AAAA", None, 3, packed([]), packed(b"[" * 100_000), packed(b" " * (MAX_CONTENT + 1)), "A" * (1 << 17)],
)
def test_what_is_no_link_is_refused(text):
    with pytest.raises(DataError, match="no link"):
        read_link(text)


def test_a_structure_over_other_modes_is_refused():
    other = structure_json.to_dict(formats["tt"].build((4, 4), 2))
    with pytest.raises(DataError, match="modes"):
        read_link(packed({**good(), "structure": other}))
