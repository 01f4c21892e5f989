"""Other compressions: their curves are what keeping coefficients, or writing a file, gives."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from scipy.fft import dctn, idctn

from tnlab.data.other_codes import haar, other_codes

GENERATOR = np.random.default_rng(5)


@pytest.mark.parametrize("shape", [(16,), (7,), (9, 12), (8, 5, 3), (2, 2), (1, 10)])
def test_the_haar_transform_is_orthonormal(shape):
    rows = np.stack([haar(unit.reshape(shape)).ravel() for unit in np.eye(int(np.prod(shape)))])
    np.testing.assert_allclose(rows @ rows.T, np.eye(len(rows)), atol=1e-12)


def test_a_constant_needs_one_wavelet():
    coefficients = haar(np.ones((8, 16)))
    assert np.isclose(coefficients[0, 0], np.sqrt(128))
    assert np.abs(coefficients).sum() == pytest.approx(np.sqrt(128))


def test_the_error_of_cosines_is_that_of_the_array_made_from_those_kept():
    array = GENERATOR.normal(size=(12, 20)).cumsum(axis=1)
    curve = next(code.curve for code in other_codes(array) if code.name.startswith("cosines"))
    coefficients = dctn(array, norm="ortho")
    for size, error in curve[:: len(curve) // 5]:
        kept = np.where(np.abs(coefficients) >= np.sort(np.abs(coefficients).ravel())[-int(size / 2)], coefficients, 0)
        made = idctn(kept, norm="ortho")
        assert error == pytest.approx(np.linalg.norm(array - made) / np.linalg.norm(array), abs=1e-12)


def test_the_points_of_jpeg_are_those_of_files():
    rows, columns = np.mgrid[:32, :48] / 48
    picture = np.clip(np.sin(9 * rows) * columns + 0.3, 0, 1)
    curve = next(code.curve for code in other_codes(picture) if code.name.startswith("JPEG"))
    found = set()
    for quality in range(1, 96):
        file = BytesIO()
        Image.fromarray(np.rint(picture * 255).astype(np.uint8)).save(file, "JPEG", quality=quality, optimize=True)
        error = np.linalg.norm(picture - np.asarray(Image.open(file), dtype=float) / 255) / np.linalg.norm(picture)
        found.add((len(file.getvalue()) / 4, float(error)))
    assert set(curve) <= found


def test_every_curve_falls_and_only_pictures_have_a_jpeg():
    for array in (GENERATOR.random((20, 20)), GENERATOR.random((20, 20, 3)), GENERATOR.normal(size=(50,))):
        codes = other_codes(array)
        assert len(codes) == (3 if array.ndim > 1 else 2)
        for code in codes:
            sizes, errors = zip(*code.curve, strict=True)
            assert list(sizes) == sorted(set(sizes))
            assert list(errors) == sorted(set(errors), reverse=True)
            assert 0 <= errors[-1] <= errors[0] <= 1


@pytest.mark.parametrize("array", [np.zeros((4, 4)), np.full((4, 4), np.nan)])
def test_nothing_is_said_of_zeros_and_of_what_is_no_number(array):
    assert other_codes(array) == ()
