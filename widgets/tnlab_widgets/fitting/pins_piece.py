"""Pins of the Explorer: structures that a person keeps with their cores, goes back to, and compares."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, ClassVar

from typing_extensions import override

from tnlab.errors import DataError
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.solvers.base import Status
from tnlab_widgets.base.callbacks import Callbacks
from tnlab_widgets.base.piece import Action, Message
from tnlab_widgets.base.structures import presentable
from tnlab_widgets.fitting.fit_piece import FitPiece
from tnlab_widgets.fitting.pin import Pin, check_name, check_room, pin_record
from tnlab_widgets.fitting.reports import format_of
from tnlab_widgets.fitting.run import FitProgress, check_affordable
from tnlab_widgets.fitting.session_file import SavedSession, write_cores
from tnlab_widgets.fitting.visited import Visit


class PinsPiece(FitPiece):
    """The fits of a tensor of which some are pinned: kept with their cores, to compare them and to go back to them.

    A structure that is pinned while its fit runs keeps the best cores that this fit reaches, until another structure is
    drawn. Pins belong to their tensor: other data begins without any.
    """

    STATE: ClassVar[Mapping[str, str]] = {"pins": "The pins: see `fitting.pin.pin_record`"}
    START: ClassVar[Mapping[str, Any]] = {"pins": []}

    def __init__(self, *args: Any, **keywords: Any) -> None:
        self._pins: tuple[Pin, ...] = ()
        self._last_pin = 0
        self._followed: tuple[int, int] | None = None  # the pin that follows the fit of a generation
        self._removed: tuple[int, Pin] | None = None  # the pin taken away last, and its place
        self._pinned = Callbacks("on_pins", self.tell)
        super().__init__(*args, **keywords)

    # For programs

    @property
    def pins(self) -> tuple[Pin, ...]:
        """The structures kept to compare, in the order in which they were pinned."""
        return self._pins

    def on_pins(self, function: Callable[[tuple[Pin, ...]], object]) -> Callable[[], None]:
        """Call a function with all pins whenever one is added, changed or removed; return what ends this.

        An error that it raises is logged and shown as the user's.
        """
        return self._pinned.add(function)

    def pin(self, name: str | None = None) -> Pin:
        """Keep the drawn structure and its cores, to compare; a structure that is pinned already is not pinned twice.

        Args:
            name: Name of the pin; by default the name of its format and its greatest rank.

        Returns:
            The pin, as it is now: ``pins`` has its newest state while its fit runs.

        Raises:
            DataError: The name is no short text, or there are too many pins.
        """
        with self.alone():
            progress = self._progress
            known = self._pin_of(progress)
            if known is not None:
                return known if name is None else self.rename(known, name)
            if progress is None or progress.network is None:
                pin = self.add_pin(self._structure, None, None, Status.RUNNING.value, name)
            else:
                pin = self.add_pin(self._structure, progress.network, progress.relative_error, progress.status, name)
            if progress is None or progress.running:
                self._followed = pin.id, self._session.generation
                pin = self._replace(replace(pin, status=Status.RUNNING.value))
            return pin

    def unpin(self, pin: Pin | int) -> None:
        """Take a pin away, given or named by its ``id``; ``put_back`` brings it back.

        Raises:
            DataError: It is no longer among the pins.
        """
        with self.alone():
            gone = self.find_pin(pin)
            self._removed = self._pins.index(gone), gone
            self._keep(tuple(each for each in self._pins if each is not gone))

    def put_back(self) -> None:
        """Bring the pin back that was taken away last, at its place.

        Raises:
            DataError: None was taken away, or it is back already, or there are too many pins now.
        """
        with self.alone():
            if self._removed is None:
                raise DataError("There is no pin to bring back.")
            place, pin = self._removed
            pins = (*self._pins[:place], pin, *self._pins[place:])
            check_room(pins)
            self._removed = None
            self._keep(pins)

    def rename(self, pin: Pin | int, name: str) -> Pin:
        """Give a pin another name.

        Raises:
            DataError: It is no longer among the pins, or the name is no short text.
        """
        with self.alone():
            return self._replace(replace(self.find_pin(pin), name=check_name(name)))

    def find_pin(self, pin: Pin | object) -> Pin:
        """Return the newest state of a pin, given or named by its ``id``.

        Raises:
            DataError: It is no longer among the pins.
        """
        wanted = pin.id if isinstance(pin, Pin) else pin
        found = next((each for each in self._pins if each.id == wanted and not isinstance(wanted, bool)), None)
        if found is None:
            raise DataError("That pin is no longer there.")
        return found

    @override
    def restore(self, visit: Visit | Pin | int) -> None:
        """Draw a structure of ``visits`` or ``pins`` again, with its best cores; an ``id`` names a visit.

        The cores of a pin are shown as they were, without a further sweep.

        Raises:
            DataError: It is no longer among them.
        """
        if not isinstance(visit, Pin):
            super().restore(visit)
            return
        with self.alone():
            pin = self.find_pin(visit)
            self.show_cores(pin.structure, pin.network, pin_record(pin, running=False)["status"])

    def show_cores(self, structure: Structure, network: Network | None, status: str) -> None:
        """Draw a structure with cores that were kept, as they are; without cores it is fitted."""
        with self.alone():
            drawn = presentable(structure)
            cores = None if network is None else Network(drawn, network.cores)
            self._accept(drawn, self._next_edit(), cores=cores, kept="" if cores is None else status)

    @override
    def reopen(self, saved: SavedSession) -> None:
        with self.alone():
            super().reopen(saved)
            for pin in saved.pins:
                self.add_pin(pin.structure, pin.network, pin.relative_error, pin.status, pin.name)

    # What follows the fit

    @override
    def _load(self) -> None:
        super()._load()
        self._followed = self._removed = None
        self._pins = ()
        self.push(pins=[])

    @override
    def _accept(self, structure: Structure, edit: str, **also: Any) -> None:
        super()._accept(structure, edit, **also)
        if self._followed is not None and self._followed[1] != self._session.generation:
            self._leave()

    @override
    def _follow(self, progress: FitProgress) -> None:
        super()._follow(progress)
        if self._followed is None or progress.network is None or progress.relative_error is None:
            return
        number, generation = self._followed
        pin = next((each for each in self._pins if each.id == number), None)
        if pin is None or generation != progress.generation:
            self._leave()
            return
        if not progress.running:
            self._followed = None
        first = pin.relative_error is None or progress.relative_error <= pin.relative_error
        if first or not progress.running:
            status = Status.RUNNING.value if progress.running else progress.status
            better = {"network": progress.network, "relative_error": progress.relative_error, "status": status}
            self._replace(replace(pin, **better))

    def _leave(self) -> None:
        """Let the pin that followed a fit be as it is: another fit runs."""
        self._followed = None
        self._keep(self._pins)

    def _pin_of(self, progress: FitProgress | None) -> Pin | None:
        """Return the pin of the fit of a report: the one that follows it, or one with its cores."""
        if self._followed is not None and self._followed[1] == self._session.generation:
            return next((pin for pin in self._pins if pin.id == self._followed[0]), None)
        network = progress.network if progress is not None else None
        if network is None:
            return None
        return next((pin for pin in self._pins if pin.network is not None and _same(pin.network, network)), None)

    def add_pin(
        self,
        structure: Structure,
        network: Network | None,
        relative_error: float | None,
        status: str,
        name: str | None = None,
    ) -> Pin:
        """Pin cores with their relative error and the status of their fit; by default the format gives the name.

        Raises:
            DataError: The name is no short text, or there are too many pins.
        """
        number = self._last_pin + 1
        title = name_of(structure, [pin.name for pin in self._pins]) if name is None else check_name(name)
        pin = Pin(
            id=number,
            name=title,
            structure=structure,
            network=network,
            relative_error=relative_error,
            status=status,
        )
        check_room((*self._pins, pin))
        self._last_pin = number
        self._keep((*self._pins, pin))
        return pin

    def _replace(self, pin: Pin) -> Pin:
        self._keep(tuple(pin if each.id == pin.id else each for each in self._pins))
        return pin

    def _keep(self, pins: tuple[Pin, ...]) -> None:
        """Show these pins from now on."""
        self._pins = pins
        running = self._followed[0] if self._followed is not None else 0
        self.push(pins=[pin_record(pin, running=pin.id == running) for pin in pins])
        self.notify(self._pinned, pins)

    @override
    def _saved(self) -> SavedSession:
        with self.guard:
            return replace(super()._saved(), pins=self._pins)

    # The page

    def _contracted(self, number: object) -> Any:
        """Return the tensor that the cores of a pin contract to; called without the lock."""
        pin = self.find_pin(number)
        if pin.network is None:
            raise DataError(f"The pin {pin.name!r:.80} has no cores yet: its first sweep has not ended.")
        check_affordable(pin.structure)
        return pin.network.to_tensor()

    def _do_pin_cores(self, message: Message) -> dict[str, Any]:
        pin = self.find_pin(message.get("id"))
        return {"id": pin.id, "cores": None if pin.network is None else write_cores(pin.network)}

    def _do_pin_picture(self, message: Message) -> dict[str, Any]:
        panels, number = self._panels, message.get("id")
        return {"id": number, "picture": panels.thumbnail(self._contracted(number))}

    def _do_side_by_side(self, message: Message) -> dict[str, Any]:
        panels = self._panels
        first, second = (self._contracted(message.get(which)) for which in ("first", "second"))
        return {"pictures": panels.side_by_side(first, second)}

    SLOW: ClassVar[frozenset[str]] = frozenset({"pin_cores", "pin_picture", "side_by_side"})
    ACTIONS: ClassVar[Mapping[str, Action]] = {
        "pin": lambda self, _: {"id": self.pin().id},
        "unpin": lambda self, message: self.unpin(message.get("id")),
        "put_back": lambda self, _: self.put_back(),
        "rename_pin": lambda self, message: self.rename(message.get("id"), message.get("name")) and None,
        "restore_pin": lambda self, message: self.restore(self.find_pin(message.get("id"))),
        "pin_cores": _do_pin_cores,
        "pin_picture": _do_pin_picture,
        "side_by_side": _do_side_by_side,
    }


def name_of(structure: Structure, taken: list[str]) -> str:
    """Return a name for a pin: its format, its greatest rank, and a number where that name is taken."""
    greatest = f", rank {max(structure.ranks)}" if structure.ranks else ""
    stem = f"{format_of(structure) or 'Drawn by hand'}{greatest}"
    names = (stem if turn == 1 else f"{stem} ({turn})" for turn in count(1))
    return next(name for name in names if name not in taken)


def _same(one: Network, other: Network) -> bool:
    """Return whether two networks hold the same tensors as cores, not equal ones."""
    return len(one.cores) == len(other.cores) and all(a is b for a, b in zip(one.cores, other.cores, strict=True))
