"""The exported source runs by itself, for every library, and gives the tensor of the network."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from tnlab.errors import UnknownNameError
from tnlab.formats import formats
from tnlab.interop.python_source import TARGETS, to_python
from tnlab.network.network import Network
from tnlab.network.structure import Core, Structure
from tnlab.testing.structures import structures

LIBRARY = {"einsum_torch": "torch", "tensorly": "tensorly", "quimb": "quimb"}


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


@pytest.mark.parametrize("target", list(LIBRARY))
@settings(max_examples=30)
@given(structure=structures())
def test_source_for_every_library_contracts_the_same(target, structure):
    pytest.importorskip(LIBRARY[target])
    names = run(to_python(structure, target=target))
    assert tuple(tuple(core.shape) for core in names["cores"]) == structure.core_shapes
    operands = [x for core, axes in zip(names["cores"], structure.core_indices, strict=True) for x in (core, axes)]
    operands = [np.asarray(x) if index % 2 == 0 else x for index, x in enumerate(operands)]
    assert np.allclose(np.asarray(names["tensor"]), np.einsum(*operands, range(structure.order)))


@pytest.mark.parametrize("target", list(TARGETS))
@pytest.mark.parametrize("name", list(formats))
def test_weights_are_read_by_the_source_for_every_library(tmp_path, generator, name, target):
    if target in LIBRARY:
        pytest.importorskip(LIBRARY[target])
    network = Network.random(formats[name].build((3, 4, 2, 5), 2), generator=generator)
    network.save(tmp_path / "network.safetensors")
    names = run(to_python(network.structure, str(tmp_path / "network.safetensors"), target))
    assert torch.allclose(torch.as_tensor(np.asarray(names["tensor"])), network.to_tensor())


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("cp", "CPTensor((None, factors))"),
        ("tucker", "TuckerTensor((middle, factors))"),
        ("tt", "TTTensor(factors)"),
        ("tr", "TRTensor(factors)"),
        ("mpo", "TTMatrix(factors)"),
        ("fctn", "tensorly has no class for this structure"),
    ],
)
def test_tensorly_gets_its_own_class_where_it_has_one(name, line):
    source = to_python(formats[name].build((3, 4, 2, 5), 2), target="tensorly")
    assert line in source
    assert "import tensorly as tl" in source


def test_a_name_stays_in_its_string():
    structure = formats["tt"].build((2, 2), 2)
    core = type(structure.cores[0])((0,), name="',) + __import__('os').abort() + ('")
    evil = type(structure)((2, 2), (core, structure.cores[1]), structure.bonds)
    pytest.importorskip("quimb")
    assert run(to_python(evil, target="quimb"))["tensor"].shape == (2, 2)


def test_long_trains_have_no_letters_left():
    structure = formats["tt"].build((1,) * 25 + (2,) * 4, 2)
    for target in TARGETS:
        if target in LIBRARY:
            pytest.importorskip(LIBRARY[target])
        assert tuple(run(to_python(structure, target=target))["tensor"].shape) == structure.modes


def test_an_unknown_target_gets_the_closest():
    with pytest.raises(UnknownNameError, match="Did you mean 'quimb'"):
        to_python(formats["tt"].build((2, 2), 2), target="quimbb")
