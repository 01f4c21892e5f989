"""The network editor: a widget in which the user draws and edits a structure by mouse, keyboard or touch.

The page proposes structures and Python validates them: a proposal that breaks a rule is answered by a sentence, and the
last valid structure stays.
"""

from typing import Any

import traitlets
from traitlets import Bool, Bunch, Dict, Int, List, Unicode
from typing_extensions import override

from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.interop.svg import to_svg
from tnlab.network import structure_json
from tnlab.network.structure import Structure
from tnlab_widgets.base.messages import is_late, seq_of
from tnlab_widgets.base.requests import answer
from tnlab_widgets.base.sentences import sentence
from tnlab_widgets.base.structures import (
    as_structure,
    notice,
    numbers,
    presentable,
    presets,
    refusals,
    structure_from_page,
)
from tnlab_widgets.base.widget import BaseWidget, from_page


class NetworkEditor(BaseWidget, bundle="editor"):
    """A widget that shows a structure as a diagram and lets the user edit it.

    Args:
        structure: A ``Structure``, or its JSON as a dictionary or text; by default a tensor train of four modes.
        read_only: Whether edits on the page are refused.
        modes_locked: Whether the modes belong to a tensor, so that legs may change cores, but not size or number.
        label: Name of the widget for screen readers.

    Raises:
        StructureError: The structure breaks a rule.
        TypeError: A keyword is unknown.

    Example:
        >>> editor = NetworkEditor(formats["tensor_ring"].build((4, 4, 4), 2))
        >>> editor.value.parameters
        48
    """

    structure = Dict(help="The last valid structure, as JSON").tag(sync=True)
    structure_seq = Int(0, help="The proposal that `structure` answers; 0, -1, ... if Python put it up").tag(sync=True)
    proposal = from_page(Dict(help="{seq, structure} the page wants"))
    verdict = Dict(help="{seq, error, notice}: what Python says to a proposal").tag(sync=True)
    numbers = Dict(help="{seq, parameters, compression_ratio, contraction_cost, size, order}").tag(sync=True)
    modes_locked = Bool(False, help="Whether the modes are a tensor's").tag(sync=True)
    read_only = Bool(False, help="Whether the page may only look").tag(sync=True)
    presets = List(help="The named formats").tag(sync=True)
    refusals = Dict(help="By name: why a format cannot be drawn over these modes").tag(sync=True)
    request = from_page(Dict(help="{seq, kind, ...} the page asks for"))
    reply = Dict(help="{seq, kind, error, ...}: the answer to a request").tag(sync=True)
    label = Unicode("Tensor network editor", help="What a screen reader calls the widget").tag(sync=True)

    def __init__(self, structure: Structure | dict[str, Any] | str | None = None, **traits: Any) -> None:
        start = formats["tensor_train"].build((4, 4, 4, 4), 2) if structure is None else as_structure(structure)
        self._value = presentable(start)
        self._newest_proposal = self._own_seq = 0
        super().__init__(
            **{
                "structure": structure_json.to_dict(self._value),
                "verdict": {"seq": 0, "error": "", "notice": notice(self._value)},
                "numbers": numbers(self._value, 0),
                "presets": presets(),
                "refusals": refusals(self._value.order),
                **traits,
            }
        )

    def __repr__(self) -> str:
        value = self._value
        modes = "x".join(map(str, value.modes))
        return (
            f"{type(self).__name__}({modes}: {len(value.cores)} cores, {len(value.bonds)} bonds, "
            f"{value.parameters} parameters)"
        )

    @property
    def value(self) -> Structure:
        """The structure that is drawn; assigning a ``Structure`` or its JSON draws another."""
        return self._value

    @value.setter
    def value(self, structure: Structure | dict[str, Any] | str) -> None:
        drawn = presentable(as_structure(structure))
        self._check(drawn)
        self._accept(drawn, self._next_own_seq())

    def _next_own_seq(self) -> int:
        """Return the next number for a structure set by Python: -1, -2, ...; the page counts its proposals upwards."""
        self._own_seq -= 1
        return self._own_seq

    def _check(self, structure: Structure) -> None:
        """Raise ``StructureError`` if the modes are locked and the structure has others."""
        if self.modes_locked and structure.modes != self._value.modes:
            needed, given = ("x".join(map(str, modes)) for modes in (self._value.modes, structure.modes))
            raise StructureError(f"The modes are those of the tensor, {needed}, but this structure has {given}.")

    def _accept(self, structure: Structure, seq: int) -> None:
        """Make a valid structure the current one under the number ``seq``, and push it to the page."""
        state = {
            "structure": structure_json.to_dict(structure),
            "structure_seq": seq,
            "verdict": {"seq": seq, "error": "", "notice": notice(structure)},
            "numbers": numbers(structure, seq),
            "refusals": refusals(structure.order),
        }
        self._value = structure
        self.push(**state)

    @traitlets.validate("structure")
    def _validate_structure(self, proposed: Bunch) -> dict[str, Any]:
        try:
            structure_json.from_dict(proposed["value"])
        except StructureError as error:
            raise traitlets.TraitError(str(error)) from None
        return proposed["value"]

    @traitlets.observe("structure")
    def _structure_was_set(self, change: Bunch) -> None:
        """Draw a structure that was assigned to the trait ``structure``; restore the trait where it is refused."""
        if change["new"] == structure_json.to_dict(self._value):
            return
        try:
            self.value = change["new"]
        except StructureError:
            self.push(structure=structure_json.to_dict(self._value))
            raise

    @traitlets.observe("proposal")
    def _judge(self, change: Bunch) -> None:
        """Accept a valid proposal of the page, or answer in ``verdict`` why it is refused."""
        proposal = change["new"]
        if not proposal:
            return
        seq = 0
        try:
            seq = seq_of(proposal)
            if is_late(seq, self._newest_proposal):
                return  # an older edit that arrived late: a newer one has been accepted
            self._newest_proposal = seq
            if self.read_only:
                raise StructureError("This diagram is read-only.")
            structure = structure_from_page(proposal.get("structure"))
            self._check(structure)
            self._accept(structure, seq)
        except Exception as error:  # noqa: BLE001 - an exception in an observer would reach no page
            self.push(verdict={"seq": seq, "error": sentence(error), "notice": ""})

    @traitlets.observe("request")
    def _answer(self, change: Bunch) -> None:
        """Answer a request of the page in ``reply``, with the fields asked for or with an error."""
        request = change["new"]
        if not request:
            return
        reply = {"seq": 0, "kind": str(request.get("kind"))[:32], "error": ""}
        try:
            reply["seq"] = seq_of(request)
            reply |= answer(request, self._value, modes_locked=self.modes_locked)
        except Exception as error:  # noqa: BLE001
            reply["error"] = sentence(error)
        self.push(reply=reply)

    @override
    def _tell(self, text: str) -> None:
        self.push(verdict={"seq": 0, "error": text, "notice": ""})

    @override
    def _fallback_svg(self) -> str:
        return to_svg(self._value)
