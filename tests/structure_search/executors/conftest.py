"""Executors that the tests of a module share."""

import pytest

from tnlab.structure_search.executors import Dask, Pool


@pytest.fixture(scope="module")
def pool():
    with Pool(2) as both:
        yield both


@pytest.fixture(scope="module")
def dask():
    pytest.importorskip("distributed")
    with Dask("2") as two:
        yield two
