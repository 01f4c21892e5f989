"""Every registered search engine keeps the contract."""

import pytest

from tnlab.structure_search.engines.base import engines
from tnlab.testing.engines import EngineContract


@pytest.fixture(params=list(engines), autouse=True)
def engine(request):
    if request.param in ("tpe", "nsga2"):
        pytest.importorskip("optuna")
    request.cls.engine = request.param


class TestEngines(EngineContract):
    """Runs the suite over the registry."""
