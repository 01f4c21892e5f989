"""A study that has ended."""

import numpy as np
import pytest

from tests.structure_search.studies.kept_search import run_of
from tests.structure_search.studies.study_searches import X
from tnlab.data.recipe import recipe_of
from tnlab.data.source import Source


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """The path of a study that has ended, beside its data."""
    folder = tmp_path_factory.mktemp("kept")
    np.save(folder / "x.npy", X.numpy())
    source = Source.of(X.numpy(), name=str(folder / "x.npy"))
    list(run_of(folder / "one.study", source=recipe_of(source)))
    return folder / "one.study"
