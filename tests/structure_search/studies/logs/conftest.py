"""Places for logs: a file, an SQLite file, and a database server where one is given."""

import uuid

import pytest

from tests.structure_search.studies.logs.log_places import SERVER


@pytest.fixture(params=["file", "sqlite", "server"])
def place(request, tmp_path):
    if request.param == "file":
        return str(tmp_path / "one.study")
    pytest.importorskip("sqlalchemy")
    name = f"a study-{uuid.uuid4().hex}"
    if request.param == "server" and not SERVER:
        pytest.skip("needs TNLAB_TEST_DATABASE")
    return f"{SERVER}#{name}" if request.param == "server" else f"sqlite:///{tmp_path}/studies.db#{name}"


@pytest.fixture(params=["sqlite", "server"])
def shared(request, tmp_path):
    pytest.importorskip("sqlalchemy")
    if request.param == "server" and not SERVER:
        pytest.skip("needs TNLAB_TEST_DATABASE")
    return f"{SERVER}#{uuid.uuid4().hex}" if request.param == "server" else f"sqlite:///{tmp_path}/studies.db#one"
