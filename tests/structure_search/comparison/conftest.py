"""A fixture that writes comparison files."""

import pytest

from tests.structure_search.comparison.small_comparison import HEAD, RING


@pytest.fixture
def write(tmp_path):
    def write(head=HEAD, *, data=RING, name="small"):
        path = tmp_path / f"{name}.toml"
        path.write_text(head + data)
        return path

    return write
