"""The exported source runs by itself and gives the tensor of the network."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from tnlab.formats import formats
from tnlab.interop.python_source import to_python
from tnlab.network.network import Network
from tnlab.network.structure import Core, Structure
from tnlab.testing.structures import structures


def run(source: str) -> dict:
    names: dict = {}
    exec(compile(source, "exported.py", "exec"), names)
    return names


@settings(max_examples=60)
@given(structures())
def test_source_contracts_what_dense_einsum_contracts(structure):
    names = run(to_python(structure))
    assert tuple(core.shape for core in names["cores"]) == structure.core_shapes
    operands = [
        part for core, axes in zip(names["cores"], structure.core_indices, strict=True) for part in (core, axes)
    ]
    assert np.allclose(names["tensor"], np.einsum(*operands, range(structure.order)))


@pytest.mark.parametrize("name", list(formats))
def test_weights_are_read_from_a_saved_network(tmp_path, generator, name):
    network = Network.random(formats[name].build((3, 4, 2, 5), 2), generator=generator)
    path = tmp_path / 'it\'s a "network".safetensors'
    network.save(path)
    names = run(to_python(network.structure, weights=str(path)))
    assert torch.allclose(torch.from_numpy(names["tensor"]), network.to_tensor())


def test_many_letters_or_cores_go_to_opt_einsum():
    long = formats["tt"].build((1,) * 25 + (2,) * 4, 2)
    wide = formats["tt"].build((1,) * 30, 2)
    for structure in (long, wide):
        source = to_python(structure)
        assert "import opt_einsum" in source
        assert run(source)["tensor"].shape == structure.modes
    assert "opt_einsum" not in to_python(formats["tt"].build((2,) * 26, 2))


def test_names_stay_in_their_comment():
    name = 'A\nimport os; os.abort()  # """'
    source = to_python(Structure((4,), (Core((0,), name=name),)))
    assert run(source)["tensor"].shape == (4,)
    assert not any(line.startswith("import os") for line in source.splitlines())


def test_lines_say_what_each_axis_is():
    source = to_python(formats["tucker"].build((4, 5, 6), 2))
    assert "    (5, 2),  # B: mode 1, bond B-D\n" in source
    assert "# 38 parameters, compression ratio 3.158." in source
