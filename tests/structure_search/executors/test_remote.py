"""Values come back from pickles with their tensors, and errors in a form that can travel."""

import pickle
import sys

import pytest
import torch

from tests.structure_search.executors.fits import STRUCTURE, X, evaluator, task
from tnlab.errors import FormatError
from tnlab.network.network import Network
from tnlab.structure_search.executors import remote


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.int64], ids=str)
def test_tensors_come_back_bit_by_bit(dtype):
    tensor = (100 * X).to(dtype).permute(4, 3, 2, 1, 0)
    again = remote.unpickled(remote.pickled({"a": [tensor, 3]}))
    assert again["a"][1] == 3
    assert again["a"][0].dtype == dtype
    assert torch.equal(again["a"][0], tensor)


def test_a_tensor_that_is_left_out_is_put_back():
    big = torch.rand(1000, generator=torch.Generator().manual_seed(0))
    packed = remote.pickled((big, X), apart=big)
    assert len(packed) < 4 * big.numel()
    first, second = remote.unpickled(packed, apart=big)
    assert first is big
    assert torch.equal(second, X)


def test_an_evaluator_fits_the_same_after_its_journey():
    fitting = evaluator()
    again = remote.unpickled_evaluator(remote.pickled_evaluator(fitting.light(), apart=X), apart=X)
    init = Network.random(STRUCTURE, generator=torch.Generator().manual_seed(0))
    found = [remote.perform(one, task(1, init=init), lambda: False).relative_error for one in (fitting, again)]
    assert found[0] == found[1]


def test_an_error_that_cannot_travel_is_quoted():
    assert isinstance(remote.portable(FormatError("plain")), FormatError)

    class Odd(Exception):  # noqa: N818
        def __init__(self, number: int, *, word: str) -> None:
            super().__init__(f"{word} {number}")

    assert "Odd: three 3" in str(remote.portable(Odd(3, word="three")))


def test_what_the_main_module_defines_is_refused_where_the_receiver_lacks_it(monkeypatch):
    """As a solver would be by a pool; dask has the module, so that it stays a reference there."""
    own = type("Own", (), {})
    monkeypatch.setattr(own, "__module__", "__main__")
    monkeypatch.setattr(sys.modules["__main__"], "Own", own, raising=False)
    assert remote.unpickled(remote.pickled(own)) is own
    for value in (own, own()):
        with pytest.raises(pickle.PicklingError, match="Own is defined in the script or notebook itself"):
            remote.pickled(value, main=False)
