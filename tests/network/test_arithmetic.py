"""Sums, products, norms and parts of networks agree with those of their tensors."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tnlab.errors import DataError, StructureError
from tnlab.formats import formats
from tnlab.network.arithmetic import (
    add,
    distance,
    inner,
    log_inner,
    log_norm,
    mode_product,
    multiply,
    norm,
    scale,
    select,
    subtract,
)
from tnlab.network.entries import entries
from tnlab.network.network import Network
from tnlab.network.structure import Bond, Core, Structure
from tnlab.testing.structures import structures


def random(structure, seed=0, dtype=torch.float64):
    return Network.random(structure, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def other_ranks(structure):
    bonds = tuple(Bond(bond.cores, bond.rank % 3 + 1) for bond in structure.bonds)
    return Structure(structure.modes, structure.cores, bonds)


@settings(max_examples=60, deadline=None)
@given(structures())
def test_sums_products_and_norms_agree_with_the_tensors(structure):
    first, second = random(structure), random(other_ranks(structure), 1)
    a, b = first.to_tensor(), second.to_tensor()
    assert torch.allclose(add(first, second).to_tensor(), a + b, atol=1e-12)
    assert torch.allclose(subtract(first, second).to_tensor(), a - b, atol=1e-12)
    assert torch.allclose(multiply(first, second).to_tensor(), a * b, atol=1e-12)
    assert torch.allclose(scale(first, -2.5).to_tensor(), -2.5 * a, atol=1e-12)
    assert inner(first, second) == pytest.approx(float((a * b).sum()), abs=1e-11)
    assert norm(first) == pytest.approx(float(a.norm()), rel=1e-7, abs=1e-11)
    assert distance(first, second) == pytest.approx(float((a - b).norm()), rel=1e-6, abs=1e-7)


@settings(max_examples=60, deadline=None)
@given(structures(), st.data())
def test_parts_agree_with_the_tensor(structure, data):
    network = random(structure)
    tensor = network.to_tensor()
    at = {}
    for mode, size in enumerate(structure.modes):
        start = data.draw(st.integers(0, size - 1))
        at[mode] = data.draw(
            st.sampled_from([slice(None), slice(start, size), slice(None, None, 2), start, -start - 1])
        )
    at[0] = slice(None)
    part = select(network, at)
    assert torch.allclose(part.to_tensor(), tensor[tuple(at[mode] for mode in range(structure.order))], atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(structures(), st.data())
def test_a_matrix_acts_on_one_mode(structure, data):
    mode = data.draw(st.integers(0, structure.order - 1))
    matrix = torch.randn(3, structure.modes[mode], generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    network = random(structure)
    expected = torch.tensordot(matrix, network.to_tensor(), dims=([1], [mode])).movedim(0, mode)
    assert torch.allclose(mode_product(network, mode, matrix).to_tensor(), expected, atol=1e-12)


@pytest.mark.parametrize("name", ["tt", "tr", "tucker", "tree", "cp"])
def test_quimb_agrees(name):
    quimb = pytest.importorskip("quimb.tensor")
    structure = formats[name].build((3, 4, 3, 2), 2)
    first, second = random(structure), random(other_ranks(structure), 1)

    def theirs(network, layer):
        labels = [[f"m{i}" if i < structure.order else f"{layer}{i}" for i in own] for own in structure.core_indices]
        return [quimb.Tensor(core.numpy(), inds=own) for core, own in zip(network.cores, labels, strict=True)]

    network = quimb.TensorNetwork([*theirs(first, "a"), *theirs(second, "b")])
    assert inner(first, second) == pytest.approx(float(network.contract(output_inds=())), rel=1e-10)


def test_a_difference_on_a_tree_is_known_to_full_precision():
    network = random(formats["tt"].build((4,) * 6, 3))
    nudged = Network(network.structure, (network.cores[0] * (1 + 1e-12), *network.cores[1:]))
    assert distance(network, nudged) == pytest.approx(1e-12 * norm(network), rel=1e-3)


def test_nothing_of_the_size_of_the_tensor_is_formed():
    train = random(formats["tt"].build((10,) * 60, 4))
    ring = random(formats["tr"].build((10,) * 40, 4))
    assert norm(train) ** 2 == pytest.approx(inner(train, train), rel=1e-9)
    assert norm(subtract(ring, ring)) <= 1e-7 * norm(ring)
    at = torch.randint(10, (60,), generator=torch.Generator().manual_seed(0)).tolist()
    fixed = select(train, {mode: at[mode] for mode in range(1, 60)})
    assert float(fixed.to_tensor()[at[0]]) == pytest.approx(float(entries(train, [at])[0]), rel=1e-9)


def test_float32_stays_float32():
    network = random(formats["tr"].build((4, 4, 4), 2), dtype=torch.float32)
    assert add(network, network).cores[0].dtype == torch.float32
    assert norm(network) == pytest.approx(float(network.to_tensor().norm()), rel=1e-5)


@pytest.mark.parametrize("name", ["tt", "ht", "tr", "cp"])
@pytest.mark.parametrize("operation", [add, subtract, multiply, inner, distance])
def test_networks_of_two_types_are_taken_in_the_wider(name, operation):
    structure = formats[name].build((3, 4, 3), 2)
    single, double = random(structure, dtype=torch.float32), random(structure, 1)
    for factor in (1.0, 0.0):  # zeros and long chains leave the fast way through a tree
        one = scale(single, factor)
        for pair in ((one, double), (double, one)):
            found, expected = operation(*pair), operation(*(network.to(torch.float64) for network in pair))
            if isinstance(found, float):
                assert found == expected
            else:
                assert torch.equal(found.to_tensor(), expected.to_tensor())


def test_a_mode_product_is_taken_in_the_wider_type():
    single = random(formats["tt"].build((3, 4, 3), 2), dtype=torch.float32)
    found = mode_product(single, 1, torch.full((1, 4), 0.1, dtype=torch.float64)).to_tensor()[:, 0]
    expected = single.to(torch.float64).to_tensor().sum(1) * 0.1
    assert torch.allclose(found, expected, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("name", ["tt", "tr"])
def test_long_chains_of_float32_have_norms_as_precise_as_those_of_float64(name):
    structure = formats[name].build((3,) * (1500 if name == "tt" else 500), 2)
    chain = random(structure, dtype=torch.float32)
    chain = Network(structure, tuple(30 * core for core in chain.cores))
    exact = log_norm(Network(structure, tuple(core.double() for core in chain.cores)))
    assert log_norm(chain) == pytest.approx(exact, rel=1e-14)
    assert log_inner(chain, chain) == (1.0, pytest.approx(2 * exact, rel=1e-14))


def test_what_does_not_fit_together_is_refused():
    tt, tr = (random(formats[name].build((3, 4, 3), 2)) for name in ("tt", "tr"))
    with pytest.raises(StructureError, match="same modes, legs and bonds"):
        add(tt, tr)
    with pytest.raises(StructureError, match="needs the same modes"):
        inner(tt, random(formats["tt"].build((3, 4, 4), 2)))
    with pytest.raises(DataError, match="All modes are fixed"):
        select(tt, {0: 1, 1: 1, 2: 1})
    with pytest.raises(DataError, match=r"slice of mode 1 .* is empty"):
        select(tt, {1: slice(3, 3)})
    with pytest.raises(DataError, match="Index 3 is out of range for mode 0"):
        select(tt, {0: 3})
    with pytest.raises(DataError, match="as many columns"):
        mode_product(tt, 1, torch.ones(2, 3, dtype=torch.float64))


def test_one_core_is_a_tensor():
    alone = Structure((3, 4), (Core((1, 0)),), ())
    first, second = random(alone), random(alone, 1)
    assert torch.allclose(add(first, second).to_tensor(), first.to_tensor() + second.to_tensor())
