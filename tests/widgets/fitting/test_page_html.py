"""The page as a file holds what the Explorer shows, and neither scripts nor addresses."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from tnlab.data import Source
from tnlab.formats import formats
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab_widgets.base.pictures import View
from tnlab_widgets.fitting.page_html import page_html
from tnlab_widgets.fitting.pin import Pin
from tnlab_widgets.fitting.session_file import SavedSession


def saved(generator, shape, modes, *, fitted=True, name="mine", pins=()):
    source = Source.of(np.random.default_rng(0).random(shape), name=name, modes=modes)
    network = Network.random(formats["tt"].build(modes, 2), generator=generator)
    visited = ((network.structure, 0.5, "Converged."),)
    return SavedSession(
        source=source,
        structure=network.structure,
        network=network if fitted else None,
        seed=0,
        target_error=0.1,
        visited=visited,
        pins=pins,
    )


def images(text):
    found = re.findall(r"data:image/png;base64,([^\"]+)", text)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(content)))) for content in found]


@pytest.mark.parametrize(("shape", "channels"), [((24, 16), ()), ((24, 16, 3), (3,))])
def test_pictures_and_numbers_are_those_of_the_session(generator, shape, channels):
    session = saved(generator, shape, shape)
    text = page_html(session, View())
    pictures = images(text)
    assert [picture.shape for picture in pictures] == [(24, 16, *channels)] * 3
    array = session.source.array
    levels = np.rint((array - array.min()) * 255 / (array.max() - array.min()))
    assert np.array_equal(pictures[0], levels.astype(np.uint8))
    assert f"{relative_residual(session.source.tensor, session.network):.6g}" in text
    assert f"{session.structure.parameters:,}" in text
    assert "trade-off" in text


def test_a_series_is_a_line_and_an_unfitted_page_has_no_error(generator):
    text = page_html(saved(generator, (64,), (8, 8), fitted=False), View())
    assert text.count("<polyline") == 1
    assert not images(text)
    assert '<th scope="row">relative error' not in text


def test_nothing_runs_or_is_fetched_and_names_are_escaped(generator):
    name = "<script>alert(1)</script>\"'&"
    network = Network.random(formats["tt"].build((8, 8), 2), generator=generator)
    pin = Pin(id=1, name=name, structure=network.structure, network=network, relative_error=0.25, status="")
    text = page_html(saved(generator, (8, 8), (8, 8), name=name, pins=(pin,)), View())
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert not re.findall(r"(?:src|href)=\"(?!data:)", text)
    assert "relative error 0.25" in text
