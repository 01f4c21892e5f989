"""A file that arrives from the page in pieces, none of which is believed."""

from dataclasses import dataclass, field
from typing import Any, TypeGuard

from tnlab.errors import DataError

MAX_SIZE = 64 << 20
MAX_CHUNK = 1 << 20
MAX_NAME = 255


@dataclass
class Upload:
    """One file on its way; chunks come in order, each after the one before was acknowledged."""

    id: Any
    name: str
    size: int
    total: int
    parts: list[bytes] = field(default_factory=list)

    @classmethod
    def begin(cls, message: dict[str, Any]) -> "Upload":
        """Start from the first chunk's claims.

        Raises:
            DataError: The file is too large, empty, or the message makes no sense.
        """
        name, size, total = message.get("name"), message.get("size"), message.get("total")
        if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME:
            raise DataError(f"A file needs a name of 1 to {MAX_NAME} characters.")
        if not _whole(size) or size < 1:
            raise DataError(f"{name!r:.80} is empty.")
        if size > MAX_SIZE:
            raise DataError(f"{name!r:.80} has {size / 2**20:,.0f} MiB, but at most {MAX_SIZE >> 20} MiB are taken.")
        if not _whole(total) or not 1 <= total <= size or total * MAX_CHUNK < size:
            raise DataError(f"{name!r:.80} cannot come in {total!r:.20} pieces of at most 1 MiB.")
        return cls(message.get("id"), name, size, total)

    @property
    def done(self) -> bool:
        """Whether all chunks are there."""
        return len(self.parts) == self.total

    def take(self, message: dict[str, Any]) -> None:
        """Add the next chunk.

        Raises:
            DataError: It is not the next one, or the pieces do not add up to the claimed size.
        """
        index, data = message.get("index"), message.get("data")
        if message.get("id") != self.id or index != len(self.parts) or message.get("total") != self.total:
            raise DataError(f"Piece {index!r:.20} of {self.name!r:.80} arrived out of order; send the file again.")
        if not isinstance(data, bytes | bytearray | memoryview):
            raise DataError(f"Piece {index} of {self.name!r:.80} holds no bytes.")
        piece = bytes(data)
        held = sum(map(len, self.parts)) + len(piece)
        if len(piece) > MAX_CHUNK or held > self.size or (index == self.total - 1 and held != self.size):
            raise DataError(f"The pieces of {self.name!r:.80} do not add up to its {self.size:,} bytes; send it again.")
        self.parts.append(piece)

    def content(self) -> bytes:
        """Return the file."""
        return b"".join(self.parts)


class Inbox:
    """Where pieces of files come in, one file at a time."""

    def __init__(self) -> None:
        self._upload: Upload | None = None

    def receive(self, message: dict[str, Any]) -> tuple[str, bytes] | None:
        """Take a piece; return name and content when it was the last one.

        Raises:
            DataError: The piece is refused, and its file forgotten.
        """
        current, self._upload = self._upload, None
        if message.get("index") == 0:
            current = Upload.begin(message)
        if current is None:
            raise DataError("No file is on its way; send it again from its first piece.")
        current.take(message)
        if current.done:
            return current.name, current.content()
        self._upload = current
        return None


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
