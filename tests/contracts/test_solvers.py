"""Every registered solver keeps the contract."""

import pytest

from tnlab.solvers import solvers
from tnlab.testing.solvers import SolverContract


@pytest.fixture(params=list(solvers), autouse=True)
def solver(request):
    request.cls.solver = request.param


class TestSolvers(SolverContract):
    """Runs the suite over the registry."""
