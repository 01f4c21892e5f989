"""Find the class of tensorly that holds a structure, and the axes of its cores as factors of that class."""

from collections.abc import Sequence
from dataclasses import dataclass

from tnlab.network.structure import Structure


@dataclass(frozen=True)
class Factor:
    """One factor of a tensorly class: a core with permuted axes, and axes of size 1 added at the ends of a chain.

    Attributes:
        core: Place of the core in the structure.
        axes: The permutation of the core's axes.
        shape: The shape after the permutation, with the added axes.
    """

    core: int
    axes: tuple[int, ...]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class TensorlyForm:
    """A class of tensorly and its factors, mode by mode.

    Attributes:
        kind: ``"cp"``, ``"tucker"``, ``"tt"``, ``"tr"`` or ``"tt_matrix"``.
        factors: The factors of the modes, or of the pairs of modes.
        middle: Tucker's core tensor; None for the other kinds.
    """

    kind: str
    factors: tuple[Factor, ...]
    middle: Factor | None = None


def tensorly_form(structure: Structure, kind: str | None = None) -> TensorlyForm | None:
    """Return the class and factors with which tensorly holds a structure, or None if no class does.

    Cores may be listed in any order, but tensorly's chains and rings follow the order of the modes.

    Args:
        structure: Any structure.
        kind: The class to look for; by default the first that holds it of tt, tt_matrix, tr, tucker and cp.
    """
    carriers = [
        next(core for core, own in enumerate(structure.cores) if mode in own.legs) for mode in _modes(structure)
    ]
    single = len(set(carriers)) == structure.order
    half = structure.order // 2
    if kind in (None, "tt") and single and (found := _chain(structure, "tt", carriers)):
        return found
    paired = structure.order % 2 == 0 and carriers[:half] == carriers[half:] and len(set(carriers)) == half
    if kind in (None, "tt_matrix") and paired and (found := _chain(structure, "tt_matrix", carriers[:half])):
        return found
    if kind in (None, "tr") and single and (found := _chain(structure, "tr", carriers)):
        return found
    if kind in (None, "tucker") and single and (found := _tucker(structure, carriers)):
        return found
    if (
        kind in (None, "cp")
        and single
        and [len(bond.cores) for bond in structure.bonds] == [len(structure.cores)] == [structure.order]
    ):
        return TensorlyForm("cp", _plain(structure, carriers))
    return None


def _modes(structure: Structure) -> range:
    return range(structure.order)


def _plain(structure: Structure, cores: Sequence[int]) -> tuple[Factor, ...]:
    return tuple(
        Factor(core, tuple(range(len(shape))), shape) for core in cores for shape in [structure.core_shapes[core]]
    )


def _chain(structure: Structure, kind: str, cores: list[int]) -> TensorlyForm | None:
    """Return the form of a chain or ring through the cores in the given order; None unless its bonds are exactly those.

    Args:
        structure: The structure.
        kind: ``"tt"``, ``"tt_matrix"`` or ``"tr"``.
        cores: Places of all cores, in the order of the modes.
    """
    ring = kind == "tr"
    if len(cores) != len(structure.cores) or (ring and len(cores) < 2):
        return None
    unused = dict(enumerate(structure.bonds))
    between: list[int] = []
    for one, other in zip(cores, [*cores[1:], *cores[:ring]], strict=False):
        match = next((place for place, bond in unused.items() if bond.cores == tuple(sorted((one, other)))), None)
        if match is None:
            return None
        between.append(match)
        del unused[match]
    if unused:
        return None
    factors = []
    for turn, core in enumerate(cores):
        left = between[turn - 1] if turn or ring else None
        right = between[turn] if turn < len(between) else None
        legs = [mode for mode in _modes(structure) if mode in structure.cores[core].legs]
        factors.append(_factor(structure, core, (_index(structure, left), *legs, _index(structure, right))))
    return TensorlyForm(kind, tuple(factors))


def _tucker(structure: Structure, carriers: list[int]) -> TensorlyForm | None:
    latent = [core for core, own in enumerate(structure.cores) if not own.legs]
    if len(latent) != 1 or structure.order < 2 or len(structure.bonds) != structure.order:
        return None
    spokes = {bond.cores: place for place, bond in enumerate(structure.bonds)}
    wanted = [tuple(sorted((core, latent[0]))) for core in carriers]
    if set(spokes) != set(wanted):
        return None
    middle = _factor(structure, latent[0], [_index(structure, spokes[pair]) for pair in wanted])
    return TensorlyForm("tucker", _plain(structure, carriers), middle)


def _index(structure: Structure, bond: int | None) -> int | None:
    return None if bond is None else structure.order + bond


def _factor(structure: Structure, core: int, wanted: Sequence[int | None]) -> Factor:
    """Return the factor of a core whose axes are the wanted indices in their order; None stands for one of size 1."""
    own, sizes = structure.core_indices[core], structure.index_sizes
    axes = tuple(own.index(index) for index in wanted if index is not None)
    return Factor(core, axes, tuple(1 if index is None else sizes[index] for index in wanted))
