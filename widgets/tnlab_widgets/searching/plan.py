"""What a lane of the workbench searches, before it does."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tnlab.data import Source
from tnlab.errors import DataError
from tnlab.structure_search.resume import resumed
from tnlab.structure_search.run import Search


@dataclass(frozen=True, eq=False)
class LanePlan:
    """What a lane searches.

    Attributes:
        engine: Name of the engine.
        location: Its study.
        label: What its data are called.
        target_error: Relative error to reach.
        family: Family of structures.
        source: The data; None where they cannot be had any more, and the study can only be looked at.
        settings: How its search begins, budget and executor left out; None where its study says that.
        keep: Keeps the data, and says where they can be had again; called when the search begins.
    """

    engine: str
    location: Path
    label: str
    target_error: float | None
    family: str
    source: Source | None
    settings: dict[str, Any] | None = None
    keep: Callable[[], dict[str, Any]] | None = None

    def search(self, executor: Any, budget: dict[str, Any]) -> Search:
        """Return the search, which goes on from its study.

        Raises:
            DataError: The data are not there.
        """
        if self.source is None:
            raise DataError(f"The data of {self.location.stem!r} cannot be had any more; it can only be looked at.")
        tensor = self.source.tensor
        if self.settings is None:
            return resumed(str(self.location), tensor=tensor, executor=executor, **budget).search
        recipe = self.keep() if self.keep is not None else None
        return Search(tensor, study=self.location, source=recipe, executor=executor, **{**self.settings, **budget})
