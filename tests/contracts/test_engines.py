"""Every registered search engine keeps the contract."""

import pytest

import tnlab.structure_search.engines  # noqa: F401  (registers them)
from tnlab.structure_search.engine import engines
from tnlab.testing.engines import EngineContract


@pytest.fixture(params=list(engines), autouse=True)
def engine(request):
    if request.param in ("tpe", "nsga2"):
        pytest.importorskip("optuna")
    request.cls.engine = request.param


class TestEngines(EngineContract):
    """Runs the suite over the registry."""
