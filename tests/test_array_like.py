"""Arrays, whole numbers and masks of every library become those of torch and Python."""

import numpy as np
import pytest
import torch

from tnlab.array_like import boolean_mask, real_tensor, whole, whole_indices, wholes
from tnlab.errors import ComplexError, DataError

ONES = np.ones((2, 3))


class OnlyArray:
    """An array of another library, which knows numpy."""

    def __array__(self, dtype=None, copy=None):
        return ONES


class OnlyDLPack:
    """An array of another library, which knows DLPack."""

    def __dlpack__(self, **settings):
        return torch.ones(2, 3).__dlpack__(**settings)

    def __dlpack_device__(self):
        return torch.ones(2, 3).__dlpack_device__()


@pytest.mark.parametrize(
    "given",
    [
        *(torch.ones(2, 3).to(kind) for kind in (torch.float16, torch.bfloat16, torch.float32, torch.float64)),
        *(torch.ones(2, 3).to(kind) for kind in (torch.uint8, torch.int16, torch.int32, torch.int64, torch.bool)),
        *(ONES.astype(kind) for kind in ("f2", "f4", "f8", "g", ">f8", ">i4", "u1", "u8", "i8", "?")),
        torch.ones(2, 3, requires_grad=True),
        torch.ones(2, 3).to_sparse(),
        np.ma.masked_array(ONES),
        np.broadcast_to(1.0, (2, 3)),
        ONES[::-1],
        ONES.tolist(),
        OnlyArray(),
        OnlyDLPack(),
    ],
    ids=lambda given: f"{type(given).__name__} {getattr(given, 'dtype', '')}",
)
def test_every_real_array_becomes_a_detached_tensor(given):
    tensor = real_tensor(given)
    narrow = str(getattr(given, "dtype", "")) in (
        "torch.float16",
        "torch.bfloat16",
        "torch.float32",
        "float16",
        "float32",
    )
    assert tensor.dtype == (torch.float32 if narrow else torch.float64)
    assert tensor.tolist() == ONES.tolist()
    assert not tensor.requires_grad


def test_large_integers_keep_their_value():
    assert float(real_tensor(np.array([2**40 + 1]))[0]) == 2**40 + 1


@pytest.mark.parametrize("given", [torch.ones(2) * 1j, np.ones(2) * 1j, [1, 2j]], ids=["torch", "numpy", "list"])
def test_complex_numbers_are_refused_in_one_sentence(given):
    with pytest.raises(ComplexError, match="Complex entries cannot be used, only real ones"):
        real_tensor(given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("a text", "must hold numbers, but is of type str"),
        (np.array([object()]), "entries of type object"),
        ([[1, 2], [3]], "not an array of numbers"),
        (np.ma.masked_array([1.0, 2.0], mask=[True, False]), "masked"),
        (torch.ones(2, device="meta"), "holds no entries"),
    ],
)
def test_what_holds_no_numbers_is_refused(given, sentence):
    with pytest.raises(DataError, match=sentence):
        real_tensor(given)


@pytest.mark.parametrize(
    "given", [3, np.int64(3), np.uint8(3), torch.tensor(3), np.array(3)], ids=lambda one: str(type(one))
)
def test_whole_numbers_of_every_library_are_int(given):
    assert type(whole(given)) is int
    assert whole(given) == 3


@pytest.mark.parametrize(
    "given", [3.0, True, np.bool_(True), "3", None, np.array([3]), torch.tensor([3]), torch.tensor(True)]
)
def test_other_values_are_left_to_the_caller(given):
    assert whole(given) is given


def test_sequences_of_whole_numbers_are_tuples_of_int():
    for given in (
        [1, 2],
        (np.int64(1), 2),
        np.array([1, 2], "u1"),
        torch.tensor([1, 2]),
        torch.Size([1, 2]),
        range(1, 3),
    ):
        assert wholes(given) == (1, 2)
        assert {type(one) for one in wholes(given)} == {int}
    assert wholes(np.int64(3)) == 3
    assert wholes("12") == "12"


@pytest.mark.parametrize("kind", ["u1", "i2", "i4", "u4", "i8", "u8"])
def test_narrow_indices_do_not_wrap(kind):
    rows = whole_indices(np.array([[100, 120]], kind))
    assert rows.dtype == torch.int64
    assert int(rows.prod()) == 12000


@pytest.mark.parametrize("given", [[[0.0, 1.0]], torch.tensor([[True]]), [[1j]], np.array([[2**63]], "u8")])
def test_other_indices_are_refused(given):
    with pytest.raises(DataError, match=r"must be whole numbers|must be below|Complex"):
        whole_indices(given)


def test_masks_of_every_library():
    for mask in (torch.tensor([True, False]), np.array([True, False]), [True, False]):
        assert boolean_mask(mask, (2,)).tolist() == [True, False]
    with pytest.raises(DataError, match=r"holds uint8 entries .*; mask != 0 is boolean"):
        boolean_mask(torch.tensor([1, 0], dtype=torch.uint8), (2,))
    with pytest.raises(DataError, match=r"of the tensor's shape \(3,\)"):
        boolean_mask([True, False], (3,))


class OnDevice:
    """An array of a library that copies nothing from its device unasked, as CuPy does not."""

    def __init__(self, tensor):
        self._tensor = tensor

    def __array__(self, dtype=None, copy=None):
        raise TypeError("Implicit conversion to a NumPy array is not allowed")

    def __dlpack__(self, **given):
        return self._tensor.__dlpack__(**given)

    def __dlpack_device__(self):
        return self._tensor.__dlpack_device__()


def test_an_array_on_a_device_is_taken_there():
    tensor = torch.arange(6.0, dtype=torch.float32).reshape(2, 3)
    assert torch.equal(real_tensor(OnDevice(tensor)), tensor)
