"""A ridge that fades over the sweeps: how large it is at first, and when it is gone."""

from tnlab.network.graph import has_loops
from tnlab.network.network import Network
from tnlab.network.structure import Structure

RIDGE = 1.0  # of the mean diagonal of G
DECAY = 0.9
FADED = 1e-4  # a ridge below it is dropped


def first_ridge(ridge: float | str, structure: Structure, init: str | Network) -> float:
    """Return the ridge of the first sweep; ``"auto"`` has one where it helps: on loops that start from scratch.

    Not with hyper-bonds or latent cores: there a ridge empties ranks that the sweeps then do not revive.

    Raises:
        ValueError: It is another word, or negative.
    """
    if isinstance(ridge, str):
        if ridge != "auto":
            raise ValueError(f"ridge must be 'auto' or a number of at least 0, but is {ridge!r}.")
        plain = not structure.has_hyper_bonds and not structure.has_latent_cores
        return RIDGE if plain and has_loops(structure) and not isinstance(init, Network) else 0.0
    if not ridge >= 0:
        raise ValueError(f"ridge must be 'auto' or a number of at least 0, but is {ridge!r}.")
    return float(ridge)


def faded(ridge: float, decay: float) -> float:
    """Return the ridge of the next sweep."""
    ridge *= decay
    return ridge if ridge > FADED else 0.0


def quick_enough(decay: float, ridge: float, sweeps: int) -> float:
    """Return the decay, or a faster one with which the ridge is gone after half the sweeps."""
    return min(decay, (FADED / ridge) ** (2 / sweeps)) if ridge > FADED else decay
