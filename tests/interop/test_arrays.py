"""Networks as arrays and an expression, and every expression that numpy contracts as a network."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.errors import DataError, StructureError
from tnlab.interop.arrays import from_einsum, from_indices, to_einsum
from tnlab.network.isomorphism import isomorphic
from tnlab.network.network import Network
from tnlab.testing.structures import structures

SIZES = {"a": 2, "b": 3, "c": 4, "d": 2, "e": 1}


@settings(max_examples=60)
@given(structures())
def test_there_and_back(structure):
    network = Network.random(structure, generator=torch.Generator().manual_seed(0))
    expression, operands = to_einsum(network)
    assert np.allclose(np.einsum(expression, *operands), network.to_tensor())
    again = from_einsum(expression, operands)
    assert isomorphic(again.structure, structure)
    assert torch.allclose(again.to_tensor(), network.to_tensor())


@settings(max_examples=150)
@given(st.data())
def test_whatever_numpy_contracts_is_a_network(data):
    """Repeated, summed and shared letters, operands without letters, parts without a common one."""
    words = data.draw(st.lists(st.text("abcde", max_size=4), min_size=1, max_size=4).filter(any))
    letters = sorted(set("".join(words)))
    right = "".join(data.draw(st.permutations(data.draw(st.lists(st.sampled_from(letters), min_size=1, unique=True)))))
    rng = np.random.default_rng(0)
    operands = [rng.standard_normal([SIZES[letter] for letter in word]) for word in words]
    expression = f"{','.join(words)}->{right}"
    assert np.allclose(from_einsum(expression, operands).to_tensor(), np.einsum(expression, *operands))


def test_without_arrow_as_numpy_has_it():
    rng = np.random.default_rng(0)
    one, other = rng.standard_normal((3, 4)), rng.standard_normal((4, 2))
    assert np.allclose(from_einsum("zb, ba", [one, other]).to_tensor(), np.einsum("zb,ba", one, other))


def test_a_copied_mode_gets_a_core_of_its_own():
    network = from_einsum("ar,ar->a", [np.ones((3, 2)), np.ones((3, 2))])
    assert [core.legs for core in network.structure.cores] == [(), (), (0,)]
    assert torch.equal(network.cores[2], torch.eye(3))


def test_dtypes_are_kept_or_widened():
    floats = torch.ones(2, 3, dtype=torch.float32)
    assert from_einsum("ab,cb->ac", [floats, floats]).cores[0].dtype == torch.float32
    assert from_einsum("ab,cb->ac", [floats, floats.double()]).cores[0].dtype == torch.float64
    assert from_einsum("ab->ab", [[[1, 2], [3, 4]]]).cores[0].dtype == torch.float64


def test_gradients_pass():
    core = torch.ones(2, 3, requires_grad=True)
    from_einsum("ab,cb->ac", [core, torch.ones(4, 3)]).to_tensor().sum().backward()
    assert core.grad is not None


@pytest.mark.parametrize(
    ("expression", "error", "message"),
    [
        ("ab,bc->", StructureError, "needs a mode"),
        ("ab,bc->aac", StructureError, "'a' appears 2 times"),
        ("ab,bc->az", StructureError, "'z' is a mode, but in no operand"),
        ("...a,ab->b", StructureError, "write a letter for each"),
        ("ab->bc->a", StructureError, "one '->'"),
        ("ab,bc,c->a", DataError, "labels for 3 operands, but 2 operands"),
        ("abc,bc->a", DataError, "Operand 1 has labels for 3 axes, but 2 axes"),
        ("ab,ac->c", DataError, "Index 'a' has size 2, but in operand 2 size 3"),
    ],
)
def test_refusals(expression, error, message):
    with pytest.raises(error, match=message):
        from_einsum(expression, [np.ones((2, 3)), np.ones((3, 2))])


def test_labels_may_be_anything():
    assert from_indices([np.ones((2, 3)), np.ones(3)], [("x", 7), [7]], ["x"]).to_tensor().tolist() == [3, 3]


def test_no_memory_is_shared_with_the_operands_or_the_network():
    operands = [torch.ones(2, 3), torch.ones(3, 2)]
    network = from_einsum("ab,bc->ac", operands)
    operands[0].zero_()
    assert torch.equal(network.to_tensor(), torch.full((2, 2), 3.0))
    for operand in to_einsum(network)[1]:
        operand[:] = 0
    assert torch.equal(network.to_tensor(), torch.full((2, 2), 3.0))
