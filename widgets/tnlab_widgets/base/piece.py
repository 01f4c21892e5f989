"""Pieces: the logic behind one part of a page, as a plain class that knows no widget.

A piece holds the state that a page shows and answers the messages that the page sends. A host carries both: a widget, a
larger piece, or a page of one's own. Every message is answered exactly once.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol

from tnlab.errors import DataError, UnknownNameError
from tnlab_widgets.base.callbacks import Callbacks
from tnlab_widgets.base.messages import Numbering, in_letters, plain_data, sender
from tnlab_widgets.base.sentences import sentence
from tnlab_widgets.base.worker import Errands

MAX_WAITING = 100  # messages answered by another thread; a page has a handful at a time
Message = dict[str, Any]
Action = Callable[[Any, Message], "Mapping[str, Any] | None"]
"""Method of a piece that obeys a message, and returns further fields of the answer."""


class Host(Protocol):
    """What carries a piece to a page."""

    def show(self, state: Mapping[str, Any]) -> None:
        """Show values of the state, by name, that have changed."""

    def send(self, message: Message) -> None:
        """Send a message to the page; it may contain bytes."""


class Piece:
    """State for a page, and the messages that the page may send, independent of what carries them.

    Attributes:
        state: Values that the page shows, by name; JSON values and bytes. Replaced by ``push``, never mutated.
        guard: Lock held while a message is obeyed or the state changes. A thread that holds it may take that of the
            piece outside this one, never that of a part.
        parts: Pieces inside this one, by the name under which messages reach them.
        closed: Whether ``close`` has been called; no message is obeyed any more.
    """

    STATE: ClassVar[Mapping[str, str]] = {"problem": "{n, text}: the newest error that answers no message"}
    """What each value of the state is, by name."""

    ACTIONS: ClassVar[Mapping[str, Action]] = {"hello": lambda self, _: {"state": dict(self.state)}}
    """What obeys a message, by its kind."""

    SLOW: ClassVar[frozenset[str]] = frozenset()
    """Kinds that are answered from another thread, one after the other, without the lock."""

    START: ClassVar[Mapping[str, Any]] = {"problem": {}}
    """What a value of the state is at first, where ``__init__`` is given none."""

    _OWN: ClassVar[Mapping[str, Any]] = {"STATE": STATE, "ACTIONS": ACTIONS, "SLOW": SLOW, "START": START}

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Add the tables of a class to those of its bases: a subclass names only what is its own."""
        super().__init_subclass__(**keywords)
        cls._OWN = {name: vars(cls)[name] for name in Piece._OWN if name in vars(cls)}
        family = [base._OWN for base in reversed(cls.__mro__) if issubclass(base, Piece)]
        for table in ("STATE", "ACTIONS", "START"):
            setattr(cls, table, {name: value for own in family for name, value in own.get(table, {}).items()})
        cls.SLOW = frozenset().union(*(own.get("SLOW", ()) for own in family))

    def __init__(self, **state: Any) -> None:
        self.guard = threading.RLock()
        self.state: dict[str, Any] = {**self.START, **state}
        self.parts: dict[str, Piece] = {}
        self.closed = False
        self._host: Host | None = None
        self._numbering = Numbering()
        self._depth = self._problems = self._waiting = 0
        self._due: list[Callable[[], None]] = []
        self._answers = Errands("tnlab-answers")

    def attach(self, host: Host | None) -> None:
        """Show the piece on the page of a host from now on, and on no other; None for no page."""
        with self.guard:
            self._host = host

    def close(self) -> None:
        """End the threads of the piece and of its parts, and leave the page."""
        with self.guard:
            self.closed = True
            self._host = None
            parts, self.parts = self.parts, {}
        self._answers.close()
        for part in parts.values():
            part.close()

    def viewed(self, views: int) -> None:
        """Take note that ``views`` views of the piece are open on pages."""
        for part in self.parts.values():
            part.viewed(views)

    # To the page

    def push(self, **changed: Any) -> None:
        """Replace values of the state, from any thread; the page receives them in one message."""
        with self.guard:
            self.state.update(changed)
            if self._host is not None:
                self._host.show(changed)

    def send(self, message: Message) -> None:
        """Send a message to the page, which no state keeps."""
        with self.guard:
            if self._host is not None:
                self._host.send(message)

    def tell(self, text: str) -> None:
        """Show a sentence about an error that answers no message."""
        with self.guard:
            self._problems += 1
            self.push(problem={"n": self._problems, "text": text})

    # From the page

    def receive(self, content: object, buffers: Sequence[Any] = ()) -> None:
        """Obey a message of the page and send the answer, perhaps later; never raise.

        Args:
            content: ``{client, n, kind, ...}``; ``part`` names the piece inside this one that it is for.
            buffers: Binary values of the message; the first becomes its field ``data``.
        """
        part = content.get("part") if isinstance(content, dict) else None
        inside = self.parts.get(part) if isinstance(part, str) else None
        if inside is not None and isinstance(content, dict):
            return inside.receive({name: value for name, value in content.items() if name != "part"}, buffers)
        answer: Message = {"client": "", "n": 0, "kind": "", "late": False, "error": ""}
        with self.alone():
            if self.closed:
                return None
            try:
                message = plain_data("A message", content)
                answer |= sender(message)
                if part is not None:
                    raise DataError(f"There is no part {part!r:.40} here now.")
                answer["late"] = self._numbering.is_late(answer["client"], answer["n"])
                if buffers:
                    message["data"] = plain_data("A message", buffers[0])
                answer["kind"], action = self._action(message.get("kind"))
                if not answer["late"]:
                    if answer["kind"] in self.SLOW:
                        return self._later(answer, action, message)
                    answer |= action(self, message) or {}
            except Exception as error:  # noqa: BLE001 - the page is told instead
                answer["error"] = sentence(error)
            self._reply(answer, part if isinstance(part, str) else None)
        return None

    def _action(self, kind: object) -> tuple[str, Action]:
        action = self.ACTIONS.get(kind) if isinstance(kind, str) else None
        if action is None:
            raise UnknownNameError("message", str(kind)[:40], self.ACTIONS)
        return str(kind), action

    def _later(self, answer: Message, action: Action, message: Message) -> None:
        """Have a message obeyed by another thread, without the lock, and the answer sent.

        Raises:
            DataError: Too many messages wait already.
        """
        if self._waiting >= MAX_WAITING:
            raise DataError(f"{MAX_WAITING} requests wait to be answered; ask again when some have been.")
        self._waiting += 1

        def obey() -> None:
            if self.closed:
                return
            try:
                answer.update(action(self, message) or {})
            except Exception as error:  # noqa: BLE001 - the page is told instead
                answer["error"] = sentence(error)
            with self.guard:
                self._waiting -= 1
                self._reply(answer)

        self._answers.send(obey)

    def _reply(self, answer: Message, part: str | None = None) -> None:
        self.send({"answer": answer, **({} if part is None else {"part": in_letters(part[:64])})})

    # For programs

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock; callbacks of the user that become due meanwhile are called after it is released."""
        self.guard.acquire()
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            due: list[Callable[[], None]] = []
            if self._depth == 0:
                due, self._due = self._due, []
            self.guard.release()
            for call in due:
                call()

    def notify(self, callbacks: Callbacks, snapshot: object) -> None:
        """Call functions of the user with a snapshot, as soon as this thread does not hold the lock any more."""
        with self.alone():
            self._due.append(lambda: callbacks.call(snapshot))


class PartHost:
    """Carries a piece inside another one: its state and messages travel with those of the outer piece.

    They travel as long as the inner piece is the part of that name.

    Args:
        outer: The piece that has a page.
        name: The name under which the page knows the inner piece.
        inner: The piece inside.
    """

    def __init__(self, outer: Piece, name: str, inner: Piece) -> None:
        self._outer, self._name, self._inner = outer, name, inner

    def show(self, state: Mapping[str, Any]) -> None:
        """Send changed values of the inner piece's state to the page of the outer one."""
        self.send({"state": dict(state)})

    def send(self, message: Message) -> None:
        """Send a message of the inner piece to the page of the outer one."""
        with self._outer.guard:
            if self._outer.parts.get(self._name) is self._inner:
                self._outer.send({**message, "part": self._name})
