"""The network editor: a widget in which the user draws and edits a structure by mouse, keyboard or touch."""

from typing import Any

from typing_extensions import override

from tnlab.interop.svg import to_svg
from tnlab.network.structure import Structure
from tnlab_widgets.base.editor_piece import EditorPiece
from tnlab_widgets.base.widget import BaseWidget, OfPiece


class NetworkEditor(BaseWidget, bundle="editor", piece=EditorPiece):
    """A widget that shows a structure as a diagram and lets the user edit it.

    Args:
        structure: A ``Structure``, or its JSON as a dictionary or text; by default a tensor train of four modes.
        read_only: Whether edits on the page are refused.
        modes_locked: Whether the modes belong to a tensor, so that legs may change cores, but not size or number.
        label: Name of the widget for screen readers.
        traits: Traits of ipywidgets, such as ``layout``.

    Raises:
        StructureError: The structure breaks a rule.
        TypeError: A keyword is unknown.

    Example:
        >>> editor = NetworkEditor(formats["tensor_ring"].build((4, 4, 4), 2))
        >>> editor.structure.parameters
        48
    """

    def __init__(
        self,
        structure: Structure | dict[str, Any] | str | None = None,
        *,
        read_only: bool = False,
        modes_locked: bool = False,
        label: str = "Tensor network editor",
        **traits: Any,
    ) -> None:
        piece = EditorPiece(structure, read_only=read_only, modes_locked=modes_locked, label=label)
        super().__init__(piece, **traits)

    def __repr__(self) -> str:
        drawn = self.piece.structure
        modes = "x".join(map(str, drawn.modes))
        return (
            f"{type(self).__name__}({modes}: {len(drawn.cores)} cores, {len(drawn.bonds)} bonds, "
            f"{drawn.parameters} parameters)"
        )

    structure = OfPiece(EditorPiece.structure)
    value = OfPiece(EditorPiece.structure)  # the former name
    read_only = OfPiece(EditorPiece.read_only)
    modes_locked = OfPiece(EditorPiece.modes_locked)
    label = OfPiece(EditorPiece.label)
    on_change = OfPiece(EditorPiece.on_change)

    @override
    def _fallback_svg(self) -> str:
        return to_svg(self.piece.structure)
