"""The ridge of alternating least squares: a penalty on the squared core that decays from sweep to sweep to zero."""

from tnlab.network.graph import has_loops
from tnlab.network.network import Network
from tnlab.network.structure import Structure

# Ridges are in units of the mean diagonal of G, the matrix of the normal equations.
RIDGE = 1.0  # the first one with "auto": as large as G itself, so that cores of opposite sign do not grow and cancel
DECAY = 0.9  # factor from sweep to sweep: gone after 88 sweeps
FADED = 1e-4  # a smaller ridge is set to zero


def first_ridge(ridge: float | str, structure: Structure, init: str | Network) -> float:
    """Return the ridge of the first sweep, in units of the mean diagonal of G.

    Args:
        ridge: A number, taken as it is; or ``"auto"``: 1 for a structure with loops that does not start from a network,
            else 0. Hyper-bonds and latent cores also get 0: there a ridge empties ranks that later sweeps do not fill.
        structure: The structure to fit.
        init: The start of the fit: a word or a network.

    Raises:
        ValueError: ``ridge`` is another word, or negative.
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
    """Return the ridge of the next sweep: multiplied by the decay, and zero once it is at most ``FADED``."""
    ridge *= decay
    return ridge if ridge > FADED else 0.0


def quick_enough(decay: float, ridge: float, sweeps: int) -> float:
    """Return the decay factor per sweep, lowered if need be so that the ridge is zero after half the sweeps."""
    return min(decay, (FADED / ridge) ** (2 / sweeps)) if ridge > FADED else decay
