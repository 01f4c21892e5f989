"""The studies of a folder are its files that begin as studies; the default folder follows the environment."""

import pytest

from tnlab.errors import DataError
from tnlab.structure_search.studies.export import lines_of, write_study
from tnlab.structure_search.studies.folder import studies_folder, studies_in


def test_studies_of_a_folder(kept, tmp_path, monkeypatch):
    write_study(lines_of(kept), tmp_path / "b.study")
    write_study(lines_of(kept), tmp_path / "other")
    (tmp_path / "c.study").write_text("a letter")
    (tmp_path / "d.study").mkdir()
    assert studies_in(tmp_path) == [str(tmp_path / "b.study")]
    assert studies_in(tmp_path / "other") == [str(tmp_path / "other")]
    with pytest.raises(DataError, match="There is no study"):
        studies_in(tmp_path / "none")
    monkeypatch.setenv("TNLAB_STUDIES", str(tmp_path))
    assert studies_folder() == tmp_path
    monkeypatch.delenv("TNLAB_STUDIES")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert studies_folder() == tmp_path / "tnlab" / "studies"


def test_studies_of_a_database(kept, tmp_path):
    pytest.importorskip("sqlalchemy")
    url = f"sqlite:///{tmp_path}/studies.db"
    for name in ("b", "a"):
        write_study(lines_of(kept), f"{url}#{name}")
    assert studies_in(url) == [f"{url}#a", f"{url}#b"]
    assert studies_in(f"{url}#b") == [f"{url}#b"]
