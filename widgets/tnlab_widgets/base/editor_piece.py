"""The logic of the network editor: drafts of the page are checked, and the last valid structure stays."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab_widgets.base import requests
from tnlab_widgets.base.callbacks import Callbacks
from tnlab_widgets.base.piece import Action, Message, Piece
from tnlab_widgets.base.structures import (
    as_structure,
    notice,
    numbers,
    presentable,
    presets,
    refusals,
    structure_from_page,
)

BY_PYTHON = "python"  # begin of the names of edits that no page has made


class EditorPiece(Piece):
    """A structure that a person draws on a page, or a program sets; both see the same one.

    Args:
        structure: The structure to begin with: a ``Structure``, or its JSON as a dictionary or text; by default a
            tensor train of four modes.
        read_only: Whether edits on the page are refused.
        modes_locked: Whether the modes belong to a tensor, so that legs may change cores, but not size or number.
        label: Name of the editor for screen readers.
        state: Further values of the state.

    Raises:
        StructureError: The structure breaks a rule.

    Example:
        >>> editor = EditorPiece(formats["tensor_ring"].build((4, 4, 4), 2))
        >>> end = editor.on_change(lambda structure: print(structure.parameters))
        >>> editor.structure = formats["tensor_ring"].build((4, 4, 4), 3)
        108
    """

    STATE: ClassVar[Mapping[str, str]] = {
        "structure": "The last valid structure, as JSON",
        "edit": "The edit that led to `structure`: CLIENT:N of a draft of the page, python:N, or an empty text",
        "notice": "A sentence on `structure`, e.g. on ranks that its neighbours cannot carry, or an empty text",
        "numbers": "{edit, parameters, compression_ratio, contraction_cost, size, order}",
        "modes_locked": "Whether the modes are a tensor's",
        "read_only": "Whether the page may only look",
        "presets": "The named formats",
        "refusals": "By name: why a format cannot be drawn over these modes",
        "label": "What a screen reader calls the editor",
    }

    SLOW: ClassVar[frozenset[str]] = frozenset({"preset", "layout", "import", "export", "measure"})

    def __init__(
        self,
        structure: Structure | dict[str, Any] | str | None = None,
        *,
        read_only: bool = False,
        modes_locked: bool = False,
        label: str = "Tensor network editor",
        **state: Any,
    ) -> None:
        start = formats["tensor_train"].build((4, 4, 4, 4), 2) if structure is None else as_structure(structure)
        self._structure = presentable(start)
        self._own_edits = 0
        self._changes = Callbacks("on_change", self.tell)
        super().__init__(
            **self._drawn(self._structure, ""),
            modes_locked=bool(modes_locked),
            read_only=bool(read_only),
            label=str(label),
            presets=presets(),
            **state,
        )

    @property
    def structure(self) -> Structure:
        """The structure that is drawn; assigning a ``Structure`` or its JSON draws another.

        Raises:
            StructureError: The assigned structure breaks a rule, or has other modes where these belong to a tensor.
        """
        return self._structure

    @structure.setter
    def structure(self, structure: Structure | dict[str, Any] | str) -> None:
        self.draw(presentable(as_structure(structure)))

    @property
    def edit(self) -> str:
        """The name of the edit that led to the structure."""
        return self.state["edit"]

    @property
    def read_only(self) -> bool:
        """Whether edits on the page are refused; may be assigned."""
        return self.state["read_only"]

    @read_only.setter
    def read_only(self, refused: bool) -> None:
        self.push(read_only=bool(refused))

    @property
    def modes_locked(self) -> bool:
        """Whether the modes belong to a tensor, so that an edit must keep them; may be assigned."""
        return self.state["modes_locked"]

    @modes_locked.setter
    def modes_locked(self, locked: bool) -> None:
        self.push(modes_locked=bool(locked))

    @property
    def label(self) -> str:
        """Name of the editor for screen readers; may be assigned."""
        return self.state["label"]

    @label.setter
    def label(self, label: str) -> None:
        self.push(label=str(label))

    def on_change(self, function: Callable[[Structure], object]) -> Callable[[], None]:
        """Call a function with every new structure, drawn by a person or set by a program; return what ends this.

        Names and positions of cores alone make no new structure. The function is called by the thread that made the
        edit, after the edit is complete. An error that it raises is logged and shown as the user's.
        """
        return self._changes.add(function)

    def draw(self, structure: Structure) -> None:
        """Draw a structure whose cores have names and positions, as an edit of the program.

        Raises:
            StructureError: It has other modes, where these belong to a tensor.
        """
        with self.alone():
            self._check(structure)
            self._accept(structure, self._next_edit())

    def _next_edit(self) -> str:
        self._own_edits += 1
        return f"{BY_PYTHON}:{self._own_edits}"

    def _check(self, structure: Structure) -> None:
        """Raise ``StructureError`` if the modes are locked and the structure has others."""
        if self.modes_locked and structure.modes != self._structure.modes:
            needed, given = ("x".join(map(str, modes)) for modes in (self._structure.modes, structure.modes))
            raise StructureError(f"The modes are those of the tensor, {needed}, but this structure has {given}.")

    def _accept(self, structure: Structure, edit: str, **also: Any) -> None:
        """Make a checked structure the current one, and show it with other values of the state that change with it.

        Called with the lock held. A subclass begins the work on the structure before.
        """
        former, state = self._structure, self._drawn(structure, edit)
        self._structure = structure
        self.push(**state, **also)
        if structure != former:
            self.notify(self._changes, structure)

    def _drawn(self, structure: Structure, edit: str) -> dict[str, Any]:
        """Return the values of the state that follow from a structure."""
        return {
            "structure": structure_json.to_dict(structure),
            "edit": edit,
            "notice": notice(structure),
            "numbers": numbers(structure, edit),
            "refusals": refusals(structure.order),
        }

    def _do_draft(self, message: Message) -> dict[str, Any]:
        if self.read_only:
            raise StructureError("This diagram is read-only.")
        structure, edit = structure_from_page(message.get("structure")), f"{message['client']}:{message['n']}"
        self._check(structure)
        self._accept(structure, edit)
        return {"edit": edit, "notice": self.state["notice"]}

    def _answer(self, message: Message) -> dict[str, Any]:
        return requests.answer(message, self._structure, modes_locked=self.modes_locked)

    ACTIONS: ClassVar[Mapping[str, Action]] = {
        "draft": _do_draft,
        "preset": _answer,
        "layout": _answer,
        "import": _answer,
        "export": _answer,
        "measure": _answer,
    }
