"""The source that makes a page again gives its tensor, structure and cores bit for bit."""

import numpy as np
import pytest
import torch

from tnlab.data import Source, datasets
from tnlab.formats import formats
from tnlab.formats.layout import auto_layout
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab_widgets.fitting.page_source import page_source


def run(source: str) -> dict:
    names: dict = {}
    exec(compile(source, "page.py", "exec"), names)
    return names


def fitted(source: Source, generator: torch.Generator, rank: int = 2, **options) -> Network:
    return Network.random(auto_layout(formats["tr"].build(source.modes, rank)), generator=generator, **options)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_built_in_data_and_small_cores_need_no_file(generator, dtype):
    source = datasets["camera"].source().with_modes((16, 16, 16, 16), "quantised")
    network = fitted(source, generator, dtype=dtype)
    names = run(page_source(source, network.structure, network, seed=3, stem="x"))
    assert torch.equal(names["tensor"], source.tensor)
    assert names["structure"] == network.structure
    assert [core.position for core in names["structure"].cores] == [core.position for core in network.structure.cores]
    assert all(map(torch.equal, names["network"].cores, network.cores))
    assert names["relative_error"] == relative_residual(source.tensor, network)


def test_large_cores_and_own_data_are_read_from_the_files_that_it_names(generator, tmp_path, monkeypatch):
    array = np.random.default_rng(0).random((32, 32))
    source = Source.of(array, name="camera", modes=(8, 4, 32))  # the name of a data set, with other numbers
    network = fitted(source, generator, rank=40)
    text = page_source(source, network.structure, network, seed=0, stem="mine")
    np.save(tmp_path / "camera.npy", array)
    network.save(tmp_path / "mine.safetensors")
    monkeypatch.chdir(tmp_path)
    names = run(text)
    assert names["relative_error"] == relative_residual(source.tensor, network)
    assert "put the file 'camera.npy' here" in text


def test_before_the_first_sweep_it_opens_the_page_with_the_same_seed(generator):
    source = datasets["camera"].source()
    structure = formats["tt"].build(source.modes, 2)
    text = page_source(source, structure, None, seed=7, stem="x")
    assert "explorer = Explorer(source, structure=structure, seed=7)" in text
    assert "Network" not in text
