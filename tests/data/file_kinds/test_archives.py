"""Archives of numpy and PyTorch come back; pickles, links, locks and bombs are refused."""

import io
import os
import zipfile

import numpy as np
import pytest
import torch

from tests.data.file_kinds.opened_bytes import ARRAY, check_damage, npz
from tnlab.data.files import read_array
from tnlab.errors import DataError


def pt(value) -> bytes:
    stream = io.BytesIO()
    torch.save(value, stream)
    return stream.getvalue()


class Evil:
    def __reduce__(self):
        return os.system, ("echo opened > /tmp/opened_by_a_pickle",)


def test_npz_comes_back():
    np.testing.assert_array_equal(read_array("x.npz", npz(x=ARRAY)), ARRAY)
    check_damage("x.npz", npz(x=ARRAY, y=ARRAY))


@pytest.mark.parametrize("value", [torch.from_numpy(ARRAY), {"a": {"b": [torch.from_numpy(ARRAY), 3]}, "c": "words"}])
def test_pt_comes_back(value):
    np.testing.assert_array_equal(read_array("x.pt", pt(value)), ARRAY)


def test_halves_and_gradients_come_back():
    layer = torch.nn.Linear(3, 2)
    assert read_array("x.pth", pt(layer.state_dict())).shape == (2, 3)
    assert read_array("x.pt", pt(torch.ones(3, dtype=torch.bfloat16))).tolist() == [1, 1, 1]
    check_damage("x.pt", pt(layer.state_dict()))


def test_no_object_is_ever_unpickled():
    with pytest.raises(DataError, match="Python objects besides tensors, and those are never opened"):
        read_array("x.pt", pt({"weights": torch.ones(2), "evil": Evil()}))
    stream = io.BytesIO()
    np.savez(stream, x=np.array([Evil()], dtype=object))
    with pytest.raises(DataError, match="without an array of numbers"):
        read_array("x.npz", stream.getvalue())


def test_an_expanded_tensor_is_counted_in_full():
    with pytest.raises(DataError, match="at most 1,000"):
        read_array("x.pt", pt(torch.ones(1).expand(10**6)), max_entries=1000)


def test_bombs_links_and_locks():
    bomb = npz(x=np.zeros(10**6))
    assert len(bomb) < 20_000
    with pytest.raises(DataError, match="at most 100,000"):
        read_array("x.npz", bomb, max_entries=100_000)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("x.npy")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(DataError, match="symbolic link"):
        read_array("x.npz", stream.getvalue())
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/data.pkl", b"\0" * 10**6)
    with pytest.raises(DataError, match="compressed or overlap"):
        read_array("x.pt", stream.getvalue())
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("letter.txt", b"words")
    with pytest.raises(DataError, match="holds neither"):
        read_array("x.zip", stream.getvalue())
