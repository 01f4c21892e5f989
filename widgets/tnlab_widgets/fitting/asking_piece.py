"""Asking for what is wanted of a drawn structure: an error, fewer ranks at this error, or a smaller structure."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from tnlab.errors import StructureError
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab.network.residual import relative_residual
from tnlab.network.rounding.network import round_network
from tnlab.network.structure import Structure
from tnlab.solvers.decompose import decompose
from tnlab.structure_search.engines.growth import GrowthFrom
from tnlab.structure_search.run import search
from tnlab_widgets.base.piece import Action, Message
from tnlab_widgets.base.sources import shared_tensor
from tnlab_widgets.base.structures import presentable
from tnlab_widgets.fitting.fit_piece import FitPiece
from tnlab_widgets.fitting.options import target_of
from tnlab_widgets.fitting.visited import visit_key

PATIENCE = 20.0  # seconds that choosing ranks for an error may take
SEARCH_SECONDS = 10.0  # of a search in the page
SHOWN = 3  # ranks that a sentence lists
SLACK = 0.03  # of the error: what trimming may add at a right angle to it, which then grows by 0.05 %


class AskingPiece(FitPiece):
    """Answers with a structure, and a sentence on it, that the page draws as one edit; its cores are kept for the fit.

    An answer is given up when another structure is drawn meanwhile, or another request waits.
    """

    def _do_reach(self, message: Message) -> dict[str, Any]:
        target = target_of(message.get("error"))
        with self.guard:
            structure, tensor, stop = self._structure, shared_tensor(self._source), self._outdated()
        if not structure.bonds:
            raise StructureError("Ranks are chosen for bonds: draw one first.")
        found = decompose(tensor, structure, target_error=target, max_seconds=PATIENCE, callback=lambda _: stop())
        saved = f"{found.network.parameters:,} numbers instead of {structure.parameters:,}"
        if found.relative_error <= target:
            return self._answered(tensor, found.network, f"Error {found.relative_error:.4g} with {saved}.")
        return self._answered(
            tensor,
            found.network,
            f"The error {target:g} was not reached: these ranks give {found.relative_error:.4g}, with {saved}.",
        )

    def _do_trim(self, _: Message) -> dict[str, Any]:
        with self.guard:
            structure, network, tensor = self._structure, self.network, shared_tensor(self._source)
        if network is None or network.structure != structure:
            raise StructureError("Ranks are trimmed of fitted cores: wait for the first sweep of the fit.")
        before = relative_residual(tensor, network)
        trimmed = round_network(network, target_error=max(SLACK * before, 1e-12)).network
        if trimmed.parameters >= structure.parameters:
            return {"note": "Every rank is needed for this error."}
        error = relative_residual(tensor, trimmed)
        less = structure.parameters - trimmed.parameters
        words = f"Saved {less:,} of {structure.parameters:,} numbers: the error is {error:.4g} instead of {before:.4g}."
        return self._answered(tensor, trimmed, words)

    def _do_improve(self, _: Message) -> dict[str, Any]:
        with self.guard:
            structure, network, tensor = self._structure, self.network, shared_tensor(self._source)
            stop = self._outdated()
        if network is None or network.structure != structure:
            raise StructureError("A search starts from a fitted structure: wait for the first sweep of the fit.")
        error = relative_residual(tensor, network)
        best = network
        for engine in _engines(network):
            found = search(
                tensor,
                target_error=min(max(error, 1e-9), 0.999),
                engine=engine,
                max_seconds=SEARCH_SECONDS / 2,
                executor="inline",
                callback=lambda _: stop(),
            )
            if found.reached and found.network.parameters < best.parameters:
                best = found.network
            if stop():
                break
        if best is network:
            return {
                "note": f"None of the networks that the search fitted has fewer numbers at an error of {error:.4g}."
            }
        words = f"{best.parameters:,} numbers instead of {structure.parameters:,} at no larger error"
        return self._answered(tensor, best, f"{words}: {_change(structure, best.structure)}.")

    def _do_enough(self, _: Message) -> None:
        self._enough = True

    def _outdated(self) -> Callable[[], bool]:
        """Return a function that tells whether to stop: told so, another structure drawn, or another request waits."""
        self._enough, edit = False, self.edit
        return lambda: self.closed or self._enough or self.edit != edit or self._waiting > 1

    def _answered(self, tensor: Any, network: Network, note: str) -> dict[str, Any]:
        """Keep cores for the fit of a structure, and return it for the page to draw, with a note."""
        drawn = Network(presentable(network.structure), network.cores)
        with self.guard:
            if tensor is shared_tensor(self._source):
                error = relative_residual(tensor, drawn)
                self._session.visited.record(visit_key(drawn.structure), drawn, error, "Chosen for what was asked.")
        return {"structure": structure_json.to_dict(drawn.structure), "note": note}

    _enough = False  # whether the page asked for what has been found so far

    SLOW: ClassVar[frozenset[str]] = frozenset({"reach", "trim", "improve"})
    ACTIONS: ClassVar[Mapping[str, Action]] = {
        "reach": _do_reach,
        "trim": _do_trim,
        "improve": _do_improve,
        "enough": _do_enough,
    }


def _engines(network: Network) -> tuple[str | GrowthFrom, ...]:
    """Return the engines that search from a network: growth from itself where it has one core per mode, then all."""
    structure = network.structure
    plain = not structure.has_hyper_bonds and all(len(core.legs) == 1 for core in structure.cores)
    return (GrowthFrom(first=network), "auto") if plain else ("auto",)


def _change(before: Structure, after: Structure) -> str:
    """Say in a few words what a search changed of a structure."""
    if [bond.cores for bond in before.bonds] == [bond.cores for bond in after.bonds]:
        pairs = zip(before.ranks, after.ranks, strict=True)
        changed = [f"{after.bond_label(k)} {new} instead of {old}" for k, (old, new) in enumerate(pairs) if old != new]
        return f"the ranks of {', '.join(changed[:SHOWN])}{' and more' if len(changed) > SHOWN else ''}"
    rank = max(after.ranks, default=1)
    return f"{len(after.bonds)} bonds, of rank at most {rank}, in place of the {len(before.bonds)} that were drawn"
