"""What the suites of opt_einsum and cotengra assert of contractions, in our own words and data.

Subjects of opt_einsum 3.4 (``test_contract``, ``test_edge_cases``, ``test_input``, ``test_paths``) and cotengra 0.8
(``test_interface``, ``test_compute``): values of expressions of every kind, on random graphs, with hyper-indices,
traces and outer products; forms of input; the order of contraction changes the cost and not the value; wrong input.
The values asked for are those of ``numpy.einsum`` without any path.
"""

import numpy as np
import pytest
import torch

from tests.peers.planted import FORMATS, network, seeded
from tnlab import Bond, Core, Network, Structure, contraction_cost, isomorphic
from tnlab.errors import DataError, StructureError
from tnlab.interop.arrays import from_einsum, from_indices, to_einsum
from tnlab.interop.einsum_text import parse_einsum
from tnlab.network.contraction import contract, contract_indices, largest_array

SIZES = dict(zip("abcdefghijk", (2, 3, 4, 2, 3, 2, 5, 2, 3, 2, 4), strict=True))


def operands(expression, seed=0):
    generator = np.random.default_rng(seed)
    return [generator.standard_normal([SIZES[i] for i in term]) for term in expression.split("->")[0].split(",")]


def labelled(expression, arrays):
    """Contract arrays by an expression, whose letters become whole numbers."""
    inputs, output = expression.split("->")
    labels = [tuple(map(ord, term)) for term in inputs.split(",")]
    return contract_indices(labels, tuple(map(ord, output)), [torch.from_numpy(array) for array in arrays])


EXPRESSIONS = {
    "elementwise": ["a,ab,abc->abc", "ab,ab->ab", "abc,c,b,a->cba"],
    "change of basis": ["ai,bj,ck,abc->ijk", "abc,ai,ck,bj->kji"],
    "matrix products": ["ab,bc->ac", "ab,cb->ca", "abcd,cd->ab", "abc,bcd->da", "ab,bc,cd,de->ae"],
    "inner products": ["ab,ab->", "ab,ba->", "abc,cab->"],
    "outer products": ["a,b->ab", "ab,cd->cadb", "a,b,c,d->dbca", "ab,cd,e->ae"],
    "sums of an index that one operand has": ["ab->a", "abc->", "ab,c->b", "ab,cd,c->a", "ab,cd->"],
    "diagonals and traces": ["aa->a", "aa->", "aab,b->a", "aba,bcc->ac", "aab,bcc->", "aaa,a->a"],
    "hyper-indices": ["ab,ac,ad->bcd", "ab,ac,ad->abc", "ab,ac,ad->", "abc,abd,abe->cde", "ia,ja,ka,a->ijk"],
    "transpositions": ["ab->ba", "abcd->cadb", "abc->acb"],
    "loops": ["abi,bcj,cad->ijd", "ab,bc,cd,da->", "abc,cde,efg,gha->bdfh", "ab,bc,ca,ad,bd,cd->"],
}


@pytest.mark.parametrize("subject", EXPRESSIONS)
def test_values_are_those_of_einsum(subject):
    for expression in EXPRESSIONS[subject]:
        arrays = operands(expression)
        np.testing.assert_allclose(labelled(expression, arrays), np.einsum(expression, *arrays), atol=1e-12)


@pytest.mark.parametrize("subject", EXPRESSIONS)
def test_a_network_of_an_expression_is_its_value(subject):
    for expression in EXPRESSIONS[subject]:
        if expression.endswith("->"):
            continue  # a network has at least one mode
        arrays = operands(expression, seed=1)
        network = from_einsum(expression, arrays)
        np.testing.assert_allclose(network.to_tensor(), np.einsum(expression, *arrays), atol=1e-12)
        again, cores = to_einsum(network)
        np.testing.assert_allclose(np.einsum(again, *cores), np.einsum(expression, *arrays), atol=1e-12)


def random_hypergraph(seed, cores=6, indices=8):
    """Return labelled arrays that share indices at random, two or more cores an index, and a part of them as output."""
    generator = np.random.default_rng(seed)
    sizes = generator.integers(1, 4, indices)
    terms = [[] for _ in range(cores)]
    for index in range(indices):
        for core in generator.choice(cores, generator.integers(1, 4), replace=False):
            terms[core].append(index)
    terms = [tuple(generator.permutation(term).tolist()) for term in terms if term]
    output = tuple(generator.permutation(sorted({i for term in terms for i in term}))[: seed % 4].tolist())
    return terms, output, [generator.standard_normal([sizes[i] for i in term]) for term in terms]


def letters(indices):
    return "".join(chr(ord("a") + index) for index in indices)


@pytest.mark.parametrize("seed", range(24))
def test_random_hypergraphs_have_the_values_of_einsum(seed):
    terms, output, arrays = random_hypergraph(seed)
    names = [*map(letters, terms)]
    wanted = np.einsum(f"{','.join(names)}->{letters(output)}", *arrays)
    found = contract_indices(terms, output, [torch.from_numpy(array) for array in arrays])
    np.testing.assert_allclose(found, wanted, atol=1e-10)
    if output:
        np.testing.assert_allclose(from_indices(arrays, terms, output).to_tensor(), wanted, atol=1e-10)


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_the_operands_does_not_change_the_value(seed):
    terms, output, arrays = random_hypergraph(seed + 100)
    tensors = [torch.from_numpy(array) for array in arrays]
    first = contract_indices(terms, output, tensors)
    for order in ((*range(len(terms) - 1, -1, -1),), (*range(1, len(terms)), 0)):
        again = contract_indices([terms[k] for k in order], output, [tensors[k] for k in order])
        np.testing.assert_allclose(again, first, atol=1e-10)


@pytest.mark.parametrize("size", [1, 2])
def test_indices_of_size_one_are_indices_like_others(size):
    """A size of 1 is never spread over a larger one, as numpy would; an index has one size."""
    arrays = [np.arange(1.0, 3 * size + 1).reshape(size, 3), np.arange(1.0, 4.0), np.full((size, 2), 2.0)]
    np.testing.assert_allclose(labelled("ab,b,ac->c", arrays), np.einsum("ab,b,ac->c", *arrays))
    with pytest.raises(DataError, match="size"):
        from_einsum("ab,ac->bc", [np.ones((1, 2)), np.ones((3, 2))])


def test_a_scalar_multiplies_and_equal_arrays_may_appear_twice():
    array = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(from_einsum(",ab->ab", [3.0, array]).to_tensor(), 3 * array)
    np.testing.assert_allclose(from_einsum("ab,cb->ac", [array, array]).to_tensor(), array @ array.T)
    np.testing.assert_allclose(from_einsum("ab,ab->a", [array, array]).to_tensor(), (array**2).sum(1))


@pytest.mark.parametrize(
    ("text", "wanted"), [("ab,bc", "ab,bc->ac"), (" ba , cb -> ac ", "ba,cb->ac"), ("cb,ba", "cb,ba->ac")]
)
def test_forms_of_an_expression(text, wanted):
    arrays = operands(wanted)
    np.testing.assert_allclose(from_einsum(text, arrays).to_tensor(), np.einsum(wanted, *arrays))


def test_labels_may_be_anything_hashable():
    left, right = np.random.default_rng(0).standard_normal((2, 3, 3))
    found = from_indices([left, right], [("row", 7), (7, (1, "column"))], ["row", (1, "column")])
    np.testing.assert_allclose(found.to_tensor(), left @ right)


@pytest.mark.parametrize(
    ("expression", "shapes"),
    [
        ("ab,bc->ac", [(2, 3)]),  # an operand is missing
        ("ab,bc->ac", [(2, 3), (3, 4), (4, 5)]),  # one too many
        ("ab,bc->ac", [(2, 3), (4, 5)]),  # two sizes of one index
        ("ab,bc->ac", [(2, 3), (3, 4, 5)]),  # too many axes
        ("ab,bc->ad", [(2, 3), (3, 4)]),  # an output that is nowhere
        ("ab,bc->aa", [(2, 3), (3, 4)]),  # an output twice
        ("ab,bc->a->c", [(2, 3), (3, 4)]),
        ("...a,ab->...b", [(2, 3), (3, 4)]),
    ],
)
def test_expressions_that_mean_nothing_are_refused(expression, shapes):
    with pytest.raises((DataError, StructureError)) as refusal:
        from_einsum(expression, [np.ones(shape) for shape in shapes])
    assert len(str(refusal.value)) > 20


@pytest.mark.parametrize("format_name", FORMATS)
def test_networks_of_every_kind_have_the_values_of_einsum(format_name):
    held = network(format_name, seed=3)
    expression, cores = to_einsum(held)
    np.testing.assert_allclose(held.to_tensor(), np.einsum(expression, *cores, optimize=False), atol=1e-13)
    assert isomorphic(parse_einsum(expression, held.structure.modes, rank=2), held.structure)


def test_a_contraction_never_forms_more_than_its_order_needs():
    """A chain of matrices costs n^3 each, not n^(k+1); the largest array of a ring of matrices is a matrix."""
    count, side = 8, 6
    chain = Structure(
        (side, side),
        (Core((0,)), *[Core(())] * (count - 2), Core((1,))),
        tuple(Bond((k, k + 1), side) for k in range(count - 1)),
    )
    assert contraction_cost(chain) <= 2 * (count - 1) * side**3
    loop = [(k, (k + 1) % count) for k in range(count)]
    assert largest_array(loop, (), [(side, side)] * count) == side**2
    cores = [torch.randn(shape, generator=seeded(k), dtype=torch.float64) for k, shape in enumerate(chain.core_shapes)]
    matrices = [core.numpy() for core in (*cores[:-1], cores[-1].T)]  # a core's leg comes before its bonds
    np.testing.assert_allclose(contract(chain, cores), np.linalg.multi_dot(matrices), rtol=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_types_stay_and_gradients_go_through(dtype):
    ring = network("tensor_ring", seed=5, dtype=dtype)
    assert ring.to_tensor().dtype is dtype
    leaves = [core.detach().clone().requires_grad_() for core in ring.cores]
    contract(ring.structure, leaves).sum().backward()
    step = torch.randn(leaves[0].shape, generator=seeded(1), dtype=dtype)
    along = Network(ring.structure, (step, *ring.cores[1:])).to_tensor().sum()  # the tensor is linear in every core
    assert leaves[0].grad is not None
    assert float((leaves[0].grad * step).sum()) == pytest.approx(float(along), rel=1e-4)
