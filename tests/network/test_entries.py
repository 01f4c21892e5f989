"""Single entries of a network are those of its tensor, in batches of any size."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.network import entries as entries_module
from tnlab.network.entries import entries
from tnlab.network.network import Network
from tnlab.network.structure import Core, Structure
from tnlab.testing.structures import structures


def random(structure, seed=0, dtype=torch.float64):
    return Network.random(structure, generator=torch.Generator().manual_seed(seed), dtype=dtype)


@settings(max_examples=60, deadline=None)
@given(structures(), st.data(), st.sampled_from([1, 2**22]))
def test_entries_agree_with_the_tensor(structure, data, batch):
    network = random(structure)
    tensor = network.to_tensor()
    rows = data.draw(
        st.lists(st.tuples(*(st.integers(-size, size - 1) for size in structure.modes)), min_size=1, max_size=5)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entries_module, "BATCH", batch)
        found = entries(network, rows)
    assert torch.allclose(found, torch.stack([tensor[row] for row in rows]), atol=1e-12)


def test_entries_of_a_tensor_too_large_to_form():
    train = random(formats["tt"].build((10,) * 60, 4))
    at = torch.randint(10, (1000, 60), generator=torch.Generator().manual_seed(0))
    found = entries(train, at)
    assert found.shape == (1000,)
    row = torch.eye(1)[0]  # a product of matrices, one per mode
    for core, index in zip(train.cores, at[7].tolist(), strict=True):
        row = torch.tensordot(row, core[index].reshape(len(row), -1), dims=1)
    assert float(row) == pytest.approx(float(found[7]), rel=1e-12)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("name", ["tt", "tucker", "binary_tree", "dimension_tree", "tr", "cp"])
def test_many_entries_are_those_of_the_tensor(name, dtype, monkeypatch):
    """More rows than a block, so that trees multiply the entries of equal index together."""
    network = random(formats[name].build((6, 4, 6, 4), 3), dtype=dtype)
    tensor = network.to_tensor()
    monkeypatch.setattr(entries_module, "BLOCK", 100)
    generator = torch.Generator().manual_seed(1)
    rows = torch.stack([torch.randint(size, (250,), generator=generator) for size in (6, 4, 6, 4)], 1)
    found = entries(network, rows)
    assert found.dtype == dtype
    assert torch.allclose(found, tensor[tuple(rows.T)], atol=1e-12 if dtype == torch.float64 else 1e-5)
    assert torch.allclose(entries(network, rows.repeat(3, 1)), tensor[tuple(rows.repeat(3, 1).T)], atol=1e-5)


def test_entries_of_cores_with_gradients_have_gradients():
    network = random(formats["tt"].build((6, 4, 6, 4), 3))
    cores = tuple(core.clone().requires_grad_() for core in network.cores)
    entries(Network(network.structure, cores), torch.ones(100, 4, dtype=torch.int64)).sum().backward()
    assert float((cores[0].grad * network.cores[0]).sum()) == pytest.approx(
        100 * float(network.to_tensor()[1, 1, 1, 1])
    )


def test_no_rows_give_no_entries_and_float32_stays():
    network = random(formats["tr"].build((3, 4, 3), 2), dtype=torch.float32)
    assert entries(network, torch.zeros(0, 3, dtype=torch.int64)).shape == (0,)
    assert entries(network, [[0, 1, 2]]).dtype == torch.float32


def test_one_core_is_a_tensor():
    alone = random(Structure((3, 4), (Core((1, 0)),), ()))
    assert torch.equal(entries(alone, [[1, 2]]), alone.to_tensor()[1, 2][None])


def test_rows_that_are_no_entries_are_refused():
    network = random(formats["tt"].build((3, 4, 3), 2))
    with pytest.raises(DataError, match="Index 4 of entry 1 is out of range for mode 1 of size 4"):
        entries(network, [[0, 0, 0], [0, 4, 0]])
    with pytest.raises(DataError, match=r"shape \(entries, 3\)"):
        entries(network, [[0, 0]])
    with pytest.raises(DataError, match="but are float64"):
        entries(network, torch.zeros(1, 3, dtype=torch.float64))
