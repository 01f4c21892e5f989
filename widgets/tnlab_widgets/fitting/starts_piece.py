"""Random starts of the Explorer: what each of several seeds has reached, of which every one can be opened or pinned."""

from collections.abc import Mapping
from typing import Any, ClassVar

from typing_extensions import override

from tnlab.errors import DataError
from tnlab.network.structure import Structure
from tnlab_widgets.base.piece import Action
from tnlab_widgets.fitting.pin import Pin
from tnlab_widgets.fitting.pins_piece import PinsPiece
from tnlab_widgets.fitting.reports import start_records
from tnlab_widgets.fitting.run import FitProgress, RandomStart


class StartsPiece(PinsPiece):
    """The fits of a tensor, with all random starts that ``try_seeds`` has compared for the drawn structure."""

    STATE: ClassVar[Mapping[str, str]] = {"starts": "The random starts compared: see `fitting.reports.start_records`"}
    START: ClassVar[Mapping[str, Any]] = {"starts": []}

    def __init__(self, *args: Any, **keywords: Any) -> None:
        self._starts: tuple[RandomStart, ...] = ()
        super().__init__(*args, **keywords)

    @property
    def starts(self) -> tuple[RandomStart, ...]:
        """The random starts that ``try_seeds`` compared last for the drawn structure, in turn."""
        return self._starts

    def open_start(self, start: RandomStart | int) -> None:
        """Show the cores that a random start has led to, given or named by its seed.

        Raises:
            DataError: It is no longer among the starts, or its cores were too large to be kept.
        """
        with self.alone():
            found = self._start_of(start)
            self.show_cores(self._structure, found.network, found.status)

    def pin_start(self, start: RandomStart | int) -> Pin:
        """Pin the cores that a random start has led to, given or named by its seed.

        Raises:
            DataError: It is no longer among the starts, its cores were not kept, or there are too many pins.
        """
        with self.alone():
            found = self._start_of(start)
            return self.add_pin(self._structure, found.network, found.relative_error, found.status)

    def _start_of(self, start: RandomStart | object) -> RandomStart:
        seed = start.seed if isinstance(start, RandomStart) else start
        found = next((each for each in self._starts if each.seed == seed and not isinstance(seed, bool)), None)
        if found is None:
            raise DataError("That start is no longer there: the structure has changed since it was tried.")
        if found.network is None:
            raise DataError(f"The cores of seed {found.seed} were too large to be kept. Restart with this seed.")
        return found

    @override
    def _load(self) -> None:
        super()._load()
        self._show_starts(())

    @override
    def _accept(self, structure: Structure, edit: str, **also: Any) -> None:
        if structure != self._structure:
            self._show_starts(())
        super()._accept(structure, edit, **also)

    @override
    def _follow(self, progress: FitProgress) -> None:
        super()._follow(progress)
        if progress.starts:
            self._show_starts(progress.starts, running=progress.running)

    def _show_starts(self, starts: tuple[RandomStart, ...], *, running: bool = False) -> None:
        if starts or self._starts:
            self._starts = starts
            self.push(starts=start_records(starts, running=running))

    ACTIONS: ClassVar[Mapping[str, Action]] = {
        "open_start": lambda self, message: self.open_start(message.get("seed")),
        "pin_start": lambda self, message: {"id": self.pin_start(message.get("seed")).id},
    }
