"""Built-in functions have the values of their formulas and the ranks that these imply."""

import numpy as np
import pytest

from tnlab.data.functions import hilbert, oscillation, peaks, tones


@pytest.mark.parametrize("split", range(1, 6))
def test_every_unfolding_of_the_oscillation_has_rank_2(split):
    """The real part of an exponential is a product of two functions, plus another: by the addition theorem."""
    values = oscillation()
    assert np.linalg.matrix_rank(values.reshape(4**split, -1)) == 2
    assert values[1024] == pytest.approx(np.exp(-0.75) * np.cos(15))


def test_peaks_has_its_narrow_peak_and_its_kink():
    values = peaks()
    assert np.argmax(values) / 4096 == pytest.approx(0.3, abs=1e-3)
    slopes = np.diff(values) * 4096
    kink = int(0.8 * 4096)
    assert slopes[kink + 2] - slopes[kink - 2] == pytest.approx(1, abs=0.2)


def test_the_hilbert_tensor_is_symmetric_with_fast_decay():
    tensor = hilbert()
    assert tensor[1, 2, 3, 4] == 1 / 11
    np.testing.assert_array_equal(tensor, tensor.transpose(2, 0, 3, 1))
    values = np.linalg.svd(tensor.reshape(256, 256), compute_uv=False)
    assert values[8] < 1e-6 * values[0]


@pytest.mark.parametrize("split", range(2, 6))
def test_every_unfolding_of_three_tones_has_at_most_rank_6(split):
    values = np.linalg.svd(tones().reshape(4**split, -1), compute_uv=False)
    assert values[6] < 1e-10 * values[0] < values[5]
