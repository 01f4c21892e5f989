"""Variables of MATLAB come back; cells and bombs are refused."""

import io

import numpy as np
import pytest
from scipy import sparse
from scipy.io import savemat

from tests.data.file_kinds.opened_bytes import ARRAY, check_damage
from tnlab.data.files import read_array
from tnlab.errors import DataError


def mat(packed=True, **variables) -> bytes:
    stream = io.BytesIO()
    savemat(stream, variables, do_compression=packed)
    return stream.getvalue()


@pytest.mark.parametrize("packed", [True, False])
def test_a_variable_comes_back(packed):
    content = mat(packed, A=ARRAY, label="words", cell=np.array([1, "a"], dtype=object))
    np.testing.assert_array_equal(read_array("x.mat", content), ARRAY)
    check_damage("x.mat", content)


def test_vectors_have_one_axis_and_sparse_matrices_become_full():
    content = mat(v=np.arange(3.0), s=sparse.eye(2, format="csc"))
    assert read_array("x.mat", content, key="v").tolist() == [0, 1, 2]
    assert read_array("x.mat", content, key="s").tolist() == [[1, 0], [0, 1]]


def test_bombs_and_cells():
    with pytest.raises(DataError, match="unpacks to more than"):
        read_array("x.mat", mat(A=np.zeros(10**6)), max_entries=1000)
    with pytest.raises(DataError, match="entries, but at most 1,000"):
        read_array("x.mat", mat(s=sparse.csc_matrix((10**4, 10**4))), max_entries=1000)
    with pytest.raises(DataError, match="without an array of numbers"):
        read_array("x.mat", mat(cell=np.array([1, "a"], dtype=object)))
