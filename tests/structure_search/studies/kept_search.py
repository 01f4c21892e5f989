"""A search that keeps a study, for tests of what can be done with the study afterwards."""

from tests.structure_search.studies.study_searches import X
from tnlab.structure_search.engines.base import AbstractEngine
from tnlab.structure_search.engines.tnls import TNLS
from tnlab.structure_search.run import Search

TRIED = TNLS(samples=15, generations=4)


def run_of(study, engine: AbstractEngine | str = TRIED, **settings) -> Search:
    settings = {"max_evaluations": 12, "max_seconds": 1e6, "max_rank": 3, "family": "ring", "seed": 3} | settings
    if "objective" not in settings:
        settings["target_error"] = 0.008
    return Search(X, engine=engine, study=study, **settings)
