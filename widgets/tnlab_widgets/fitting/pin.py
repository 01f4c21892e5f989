"""A pin: a structure that a person keeps to compare, with its fitted cores."""

from dataclasses import dataclass
from typing import Any

from tnlab.errors import DataError
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab_widgets.fitting.reports import format_of, status_record

MAX_PINS = 24  # cards that a person can still overlook
MAX_PINNED = 16_000_000  # numbers in the cores of all pins, 128 MB in float64
MAX_NAME = 80  # characters


@dataclass(frozen=True, eq=False)
class Pin:
    """A structure that a person keeps to compare.

    Attributes:
        id: Number of the pin, by which the page names it.
        name: What the person calls it.
        structure: The structure.
        network: Its fitted cores; None where it was pinned before its first sweep.
        relative_error: That of ``network``; None where there is none.
        status: The status of the fit of ``network``, a sentence.
    """

    id: int
    name: str
    structure: Structure
    network: Network | None
    relative_error: float | None
    status: str

    @property
    def parameters(self) -> int:
        """The number of entries of all cores together."""
        return self.structure.parameters


def pin_record(pin: Pin, *, running: bool) -> dict[str, Any]:
    """Return a pin as JSON, without its cores; ``running`` says that it follows the fit that runs.

    Its fields are {id, name, structure, parameters, compression_ratio, relative_error, status, cut_short, running,
    format, fitted}; ``fitted`` says whether it has cores.
    """
    return {
        "id": pin.id,
        "name": pin.name,
        "structure": structure_json.to_dict(pin.structure),
        "parameters": pin.parameters,
        "compression_ratio": pin.structure.compression_ratio,
        "relative_error": pin.relative_error,
        **status_record(pin.status, running=running),
        "running": running,
        "format": format_of(pin.structure),
        "fitted": pin.network is not None,
    }


def check_name(name: object) -> str:
    """Return the name of a pin without spaces around it.

    Raises:
        DataError: It is no text of 1 to 80 characters.
    """
    text = " ".join(name.split()) if isinstance(name, str) else ""
    if not 0 < len(text) <= MAX_NAME:
        raise DataError(f"The name of a pin is a text of 1 to {MAX_NAME} characters, not {name!r:.90}.")
    return text


def check_room(pins: tuple[Pin, ...]) -> None:
    """Refuse more pins than a page holds.

    Raises:
        DataError: There are more than 24, or their cores hold more than 16 million numbers.
    """
    if len(pins) > MAX_PINS:
        raise DataError(f"At most {MAX_PINS} pins are kept. Take one away first.")
    held = sum(pin.parameters for pin in pins if pin.network is not None)
    if held > MAX_PINNED:
        raise DataError(
            f"The cores of all pins may hold {MAX_PINNED:,} numbers, and with this one they would hold {held:,}. "
            "Take a pin away first."
        )
