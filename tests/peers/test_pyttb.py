"""What the suite of pyttb (the MATLAB Tensor Toolbox) asserts of decompositions, in our own words and data.

Subjects of pyttb 1.8 (``test_cp_als``, ``test_hosvd``, ``test_tucker_als``, ``test_ktensor``, ``test_ttensor``,
``test_create_problem``, ``gcp``): fits of small known tensors, zero tensors, the order of the modes, tolerances of the
HOSVD, Tucker and CP arithmetic, planted problems with noise, known entries. Its sparse tensors hold zeros and its
Poisson losses are not here: ``docs/asks.md``.
"""

import itertools

import numpy as np
import pytest
import torch

from tests.peers.planted import network, planted, seeded
from tnlab import Observed, arithmetic, decompose, fit
from tnlab.data.planted_tensors import planted as with_noise
from tnlab.errors import DataError, FormatError
from tnlab.formats import formats
from tnlab.metrics import relative_error

MATRIX = torch.tensor([[2.0, 1.0], [1.0, 3.0]], dtype=torch.float64)
COUNTS = torch.arange(1, 28, dtype=torch.float64).reshape(3, 3, 3)  # rank 2 along every mode


@pytest.mark.parametrize("init", ["svd", "random"])
def test_a_regular_matrix_has_an_exact_cp_of_its_rank(init):
    found = fit(MATRIX, formats["cp"].build((2, 2), 2), init=init, seed=0, tolerance=1e-10, max_sweeps=500)
    assert found.relative_error < 1e-6
    values = torch.linalg.svdvals(MATRIX)
    one = fit(MATRIX, formats["cp"].build((2, 2), 1), init=init, seed=0, tolerance=1e-12, max_sweeps=500)
    assert one.relative_error == pytest.approx(float(values[1] / values.norm()), rel=1e-6)


@pytest.mark.parametrize("shape", [(2, 2), (3, 4, 5), (1, 1, 1)])
@pytest.mark.parametrize("format_name", ["cp", "tucker", "tensor_train"])
def test_zeros_are_fitted_by_zeros(shape, format_name):
    for found in (
        fit(torch.zeros(shape), formats[format_name].build(shape, 2)),
        decompose(torch.zeros(shape), format_name, rank=1),
    ):
        assert found.relative_error == 0
        assert not found.network.to_tensor().any()


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
@pytest.mark.parametrize("format_name", ["cp", "tucker"])
def test_the_order_of_the_modes_does_not_matter(order, format_name):
    tensor = torch.rand(4, 5, 6, generator=seeded(), dtype=torch.float64)
    first = fit(tensor, formats[format_name].build((4, 5, 6), 2), max_sweeps=300, tolerance=1e-9)
    turned = tensor.permute(order).contiguous()
    again = fit(turned, formats[format_name].build(turned.shape, 2), max_sweeps=300, tolerance=1e-9)
    assert again.relative_error == pytest.approx(first.relative_error, rel=1e-4)


@pytest.mark.parametrize("solver", ["hosvd", "st_hosvd", "hooi", None])
@pytest.mark.parametrize("error", [1e-4, 0.05, 0.3])
def test_a_tucker_keeps_to_its_error(solver, error):
    found = decompose(COUNTS, "tucker", target_error=error, solver=solver)
    assert relative_error(COUNTS, found.network.to_tensor()) <= error
    assert max(found.structure.ranks) <= 2
    noise = torch.randn(6, 5, 7, generator=seeded(), dtype=torch.float64)
    assert relative_error(noise, decompose(noise, "tucker", target_error=error).network.to_tensor()) <= error


@pytest.mark.parametrize(("settings", "word"), [({"rank": 2, "target_error": 0.1}, "not both"), ({}, "rank=R")])
def test_either_ranks_or_an_error(settings, word):
    with pytest.raises(FormatError, match=word):
        decompose(COUNTS, "tucker", **settings)
    for error in (-0.1, 1.0, 2.0, float("nan")):
        with pytest.raises(ValueError, match="error"):
            decompose(COUNTS, "tucker", target_error=error)


@pytest.mark.parametrize("format_name", ["tucker", "cp"])
def test_arithmetic_of_tucker_and_cp(format_name):
    a, b = network(format_name, (3, 4, 5), 2), network(format_name, (3, 4, 5), 3, seed=1)
    x, y = a.to_tensor(), b.to_tensor()
    assert arithmetic.inner(a, b) == pytest.approx(float((x * y).sum()), rel=1e-10, abs=1e-14)
    assert arithmetic.norm(a) == pytest.approx(float(x.norm()), rel=1e-10)
    torch.testing.assert_close(arithmetic.add(a, b).to_tensor(), x + y)
    vector = torch.rand(1, 4, generator=seeded(), dtype=torch.float64)
    torch.testing.assert_close(
        arithmetic.mode_product(a, 1, vector).to_tensor()[:, 0], torch.einsum("ijk,j->ik", x, vector[0])
    )
    for mode in range(3):
        torch.testing.assert_close(arithmetic.select(a, {mode: 1}).to_tensor(), x.select(mode, 1))


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.5])
@pytest.mark.parametrize("format_name", ["cp", "tucker", "tensor_train"])
def test_a_planted_problem_has_the_noise_asked_for(noise, format_name):
    structure = formats[format_name].build((12, 11, 10), 2)
    tensor = with_noise(structure, noise=noise, seed=3)
    found = fit(tensor, structure, seed=0, restarts=2, max_sweeps=200)
    least = noise / (1 + noise**2) ** 0.5  # the noise is orthogonal to the rest, about
    assert found.relative_error == pytest.approx(least, rel=0.1, abs=1e-5)
    assert torch.equal(tensor, with_noise(structure, noise=noise, seed=3))


@pytest.mark.parametrize("way", ["mask", "entries", "nan"])
def test_known_entries_in_every_form_are_the_same(way):
    tensor = planted("cp", (7, 8, 6), 2)
    known = torch.rand(tensor.shape, generator=seeded(1)) < 0.6
    observed = {
        "mask": lambda: Observed.from_mask(tensor, known),
        "entries": lambda: Observed.from_entries(tensor.shape, known.nonzero(), tensor[known]),
        "nan": lambda: Observed.from_nan(torch.where(known, tensor, float("nan"))),
    }[way]()
    assert len(observed.values) == int(known.sum())
    found = fit(observed, formats["cp"].build(tensor.shape, 2), seed=0, max_sweeps=300, tolerance=1e-9)
    assert relative_error(tensor, found.network.to_tensor()) < 1e-3


@pytest.mark.parametrize(
    ("indices", "values"),
    [
        ([[0, 0], [0, 0]], [1.0, 2.0]),  # one entry twice
        ([[0, 5]], [1.0]),  # out of range
        ([[0, 0, 0]], [1.0]),  # three indices of a matrix
        ([[0, 0]], [1.0, 2.0]),  # a value too many
        ([[0, 0]], [np.inf]),
        ([[0.5, 0]], [1.0]),
    ],
)
def test_entries_that_are_none_are_refused(indices, values):
    with pytest.raises(DataError):
        Observed.from_entries((3, 3), indices, values)
