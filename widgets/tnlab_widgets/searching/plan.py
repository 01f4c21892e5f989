"""The plan of a lane: engine, data, settings and study from which its search is made."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tnlab.data import Source
from tnlab.errors import DataError
from tnlab.structure_search.resume import resumed
from tnlab.structure_search.run import Search
from tnlab.structure_search.settings import Budget, Dispatch, StudyPlace


@dataclass(frozen=True, eq=False)
class LanePlan:
    """The engine, data, settings and study of a search that has not begun, or that continues from its study.

    Attributes:
        engine: Name of the engine.
        location: Path of the study.
        label: Name of the data, as the page shows it.
        target_error: Relative error to reach; None where the study weighs size against error.
        family: Family of structures.
        source: The data; None where they are not available any more, so that the study can only be read.
        settings: Arguments of a new ``Search``, without budget and executor; None to continue the study.
        keep: Stores the data and returns the recipe from which they can be loaded; called when the search begins.
    """

    engine: str
    location: Path
    label: str
    target_error: float | None
    family: str
    source: Source | None
    settings: dict[str, Any] | None = None
    keep: Callable[[], dict[str, Any]] | None = None

    def search(self, executor: Any, budget: Budget) -> Search:
        """Return a new search with these settings, or the one that continues from the study where there are none.

        Args:
            executor: Where fits run, as ``Search`` takes it.
            budget: What the search may spend, recorded evaluations included.

        Raises:
            DataError: The data are not available.
        """
        if self.source is None:
            raise DataError(f"The data of {self.location.stem!r} cannot be had any more; it can only be looked at.")
        tensor = self.source.tensor
        if self.settings is None:
            return resumed(str(self.location), tensor=tensor, executor=executor, **asdict(budget)).search
        recipe = self.keep() if self.keep is not None else None
        return Search(
            tensor,
            budget=budget,
            dispatch=Dispatch(executor),
            study=StudyPlace(self.location, source=recipe),
            **self.settings,
        )
