"""Checks of the Explorer's options: the structure to start from, seed, target error and number of tries."""

import numpy as np

from tnlab.data import modes_text
from tnlab.errors import DataError, StructureError
from tnlab.network.structure import Structure
from tnlab_widgets.base.starting import starting_structure
from tnlab_widgets.base.structures import as_structure

MAX_SEED = 2**53  # JavaScript holds no larger whole number exactly
MAX_TRIES = 50  # random starts of one command; they run one after the other


def starting(structure: object, modes: tuple[int, ...]) -> Structure:
    """Return the structure that a fit begins with.

    Args:
        structure: A ``Structure``, its JSON, the name of a format, a name and a rank, or None for a tensor train.
        modes: Mode sizes of the tensor.

    Raises:
        StructureError: The structure breaks a rule, or has other modes.
        TnlabError: The format is unknown, or has no structure of this order and rank.
    """
    if structure is None:
        return starting_structure(modes)
    if isinstance(structure, str) and not structure.lstrip().startswith("{"):
        return starting_structure(modes, structure)
    if isinstance(structure, tuple | list) and len(structure) == 2:
        return starting_structure(modes, str(structure[0]), structure[1])
    given = as_structure(structure)
    if given.modes != modes:
        raise StructureError(f"The tensor has modes {modes_text(modes)}, but the structure {modes_text(given.modes)}.")
    return given


def seed_of(value: object) -> int:
    """Return a seed as an int.

    Raises:
        DataError: The value is no whole number from 0 up to 2^53.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value < MAX_SEED:
        raise DataError(f"A seed must be a whole number from 0 to 2^53, but is {value!r:.40}.")
    return int(value)


def target_of(value: object) -> float:
    """Return a target error, a relative error, as a float.

    Raises:
        DataError: The value is no number above 0 and at most 1.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise DataError(f"The target error must be above 0 and at most 1, but is {value!r:.40}.")
    return float(value)


def count_of(value: object) -> int:
    """Return a number of random starts to try.

    Raises:
        DataError: The value is no whole number from 1 to 50.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_TRIES:
        raise DataError(f"The number of seeds to try must be 1 to {MAX_TRIES}, but is {value!r:.40}.")
    return value
