"""Uploads: a file that the page sends in pieces, each checked before it is stored."""

from dataclasses import dataclass, field
from typing import Any, TypeGuard

from tnlab.data.files import MAX_BYTES
from tnlab.errors import DataError

MAX_CHUNK = 1 << 20  # bytes of a piece; the page cuts files into pieces of 1 MiB
MAX_NAME = 255  # characters; the longest that file systems allow


@dataclass
class Upload:
    """A file of which some pieces have arrived, in order; the page sends each after the one before was acknowledged.

    Attributes:
        id: The page's number for the upload.
        name: Name of the file.
        size: Its length in bytes, as announced.
        total: Number of pieces, as announced.
        parts: The pieces that have arrived.
    """

    id: Any
    name: str
    size: int
    total: int
    parts: list[bytes] = field(default_factory=list)

    @classmethod
    def begin(cls, message: dict[str, Any]) -> "Upload":
        """Return an empty upload with the name, size and number of pieces that its first message announces.

        Raises:
            DataError: The file is empty or too large, or its name or number of pieces is not valid.
        """
        name, size, total = message.get("name"), message.get("size"), message.get("total")
        if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME:
            raise DataError(f"A file needs a name of 1 to {MAX_NAME} characters.")
        if not _whole(size) or size < 1:
            raise DataError(f"{name!r:.80} is empty.")
        if size > MAX_BYTES:
            raise DataError(f"{name!r:.80} has {size / 2**20:,.0f} MiB, but at most {MAX_BYTES >> 20} MiB are taken.")
        if not _whole(total) or not 1 <= total <= size or total * MAX_CHUNK < size:
            raise DataError(f"{name!r:.80} cannot come in {total!r:.20} pieces of at most 1 MiB.")
        return cls(id=message.get("id"), name=name, size=size, total=total)

    @property
    def done(self) -> bool:
        """Whether all pieces have arrived."""
        return len(self.parts) == self.total

    def take(self, message: dict[str, Any]) -> None:
        """Append the piece that a message carries.

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
        """Return the pieces joined: the content of the file, once all have arrived."""
        return b"".join(self.parts)


class Inbox:
    """Assembles an uploaded file from its pieces; one file at a time, and a first piece drops the file before."""

    def __init__(self) -> None:
        self._upload: Upload | None = None

    def receive(self, message: dict[str, Any]) -> tuple[str, bytes] | None:
        """Store the piece that a message carries; return the name and content of the file when it was the last.

        Raises:
            DataError: The piece is out of order, or does not match the announced size; the upload is dropped.
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
