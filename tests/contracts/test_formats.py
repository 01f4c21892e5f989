"""Every registered format keeps the contract."""

import pytest

from tnlab.formats import formats
from tnlab.testing.formats import FormatContract


@pytest.fixture(params=list(formats), autouse=True)
def format_name(request):
    request.cls.format = request.param


class TestFormats(FormatContract):
    """Runs the suite over the registry."""
