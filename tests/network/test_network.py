"""A network is the same after it was saved and loaded; wrong cores and broken files are refused."""

import json
import struct

import pytest
import torch
from hypothesis import given

from tnlab.errors import DataError, StructureError
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures

RING = Structure(
    (4, 5, 3, 6), tuple(Core((k,)) for k in range(4)), tuple(Bond(tuple(sorted((k, (k + 1) % 4))), 3) for k in range(4))
)


def random(structure, seed=0):
    return Network.random(structure, generator=torch.Generator().manual_seed(seed))


@given(structures())
def test_saved_networks_come_back(tmp_path_factory, structure):
    path = tmp_path_factory.mktemp("network") / "network.safetensors"
    network = random(structure)
    network.save(path)
    again = Network.load(path)
    assert again.structure == structure
    assert all(torch.equal(one, other) for one, other in zip(network.cores, again.cores, strict=True))


def test_broken_files_and_wrong_cores_are_refused(tmp_path):
    path = tmp_path / "broken.safetensors"
    path.write_bytes(b"not a network")
    with pytest.raises(DataError, match="cannot be read"):
        Network.load(path)
    with pytest.raises(FileNotFoundError, match=r"missing\.safetensors"):
        Network.load(tmp_path / "missing.safetensors")
    with pytest.raises(StructureError, match=r"Core B must have shape \(5, 3, 3\), but has \(5, 3, 2\)"):
        Network(RING, (*random(RING).cores[:1], torch.ones(5, 3, 2), *random(RING).cores[2:]))


def test_random_networks_have_norm_1_in_expectation():
    squares = [float(random(RING, seed).to_tensor().square().sum()) for seed in range(400)]
    assert sum(squares) / len(squares) == pytest.approx(1, rel=0.2)


def test_entries_change_their_type_and_only_that():
    network = random(RING)
    single = network.to(torch.float32)
    assert {core.dtype for core in single.cores} == {torch.float32}
    assert torch.allclose(single.to(torch.float64).to_tensor(), network.to_tensor(), atol=1e-6)
    assert network.cores[0].dtype == torch.float64
    assert network.parameters == sum(core.numel() for core in network.cores)


def test_damaged_files_and_later_versions_get_a_sentence(tmp_path):
    path = tmp_path / "net.safetensors"
    network = random(RING)
    network.save(path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"tnlab":"1"', b'"tnlab":"2"'))
    with pytest.raises(DataError, match="a network of version 2, but this tnlab reads version 1"):
        Network.load(path)
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    header["core.0"] = {"dtype": "F64", "shape": [0, 2**62, 8], "data_offsets": [0, 0]}
    header = {"__metadata__": header["__metadata__"], "core.0": header["core.0"]}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text)
    with pytest.raises((DataError, StructureError)):
        Network.load(path)


def test_a_core_refuses_what_could_be_saved_and_not_loaded():
    with pytest.raises(StructureError, match="name must be a text of at most 64 characters"):
        Core((0,), name="x" * 65)
    for position in ((0.0, float("nan")), (0.0, float("inf")), (True, 0.0)):
        with pytest.raises(StructureError, match="position must be two finite numbers"):
            Core((0,), position=position)


def test_cores_of_several_types_get_that_of_the_widest():
    pair = Structure((3, 2), (Core((0,)), Core((1,))), (Bond((0, 1), 2),))
    for types, wanted in [
        ((torch.float32, torch.float64), torch.float64),
        ((torch.float64, torch.float16), torch.float64),
        ((torch.float16, torch.float32), torch.float32),
        ((torch.bfloat16, torch.float16), torch.float32),
        ((torch.float32, torch.int64), torch.float64),
        ((torch.float32, torch.float32), torch.float32),
    ]:
        cores = [torch.tensor([[1, 2], [3, 4], [5, 6]]).to(types[0]), torch.tensor([[1, -1], [2, 1]]).to(types[1])]
        network = Network(pair, tuple(cores))
        assert {core.dtype for core in network.cores} == {wanted}
        assert network.to_tensor().tolist() == [[-1, 4], [-1, 10], [-1, 16]]
    leaf = torch.ones(3, 2, dtype=torch.float16, requires_grad=True)
    Network(pair, (leaf, torch.ones(2, 2))).cores[0].sum().backward()
    assert leaf.grad is not None


def test_cores_on_several_devices_and_other_types_are_refused():
    pair = Structure((3, 2), (Core((0,)), Core((1,))), (Bond((0, 1), 2),))
    with pytest.raises(DataError, match="must be on one device, but are on cpu and meta"):
        Network(pair, (torch.ones(3, 2), torch.ones(2, 2, device="meta")))
    with pytest.raises(DataError, match=r"float32 or float64, and cannot be of torch\.float16"):
        random(pair).to(torch.float16)
