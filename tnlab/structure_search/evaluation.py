"""Records of a search: a proposal of a structure, its evaluation, and the counts of evaluations by outcome."""

import math
from dataclasses import dataclass
from enum import Enum

from tnlab.network.network import Network
from tnlab.network.structure import Structure


class Fate(Enum):
    """Outcome of a proposal: fitted, repeated, pruned, or too costly to fit."""

    FITTED = "fitted"
    REPEATED = "repeated"
    PRUNED_BY_SIZE = "pruned by its parameters alone"
    PRUNED_BY_CERTIFICATE = "pruned by a certificate"
    TOO_COSTLY = "not fitted: one sweep would take longer than the time that is left, or more memory than there is"


@dataclass(frozen=True, eq=False)
class Proposal:
    """A structure that an engine asks to have evaluated, and how it is to be fitted.

    Attributes:
        structure: The structure.
        init: Cores that the first start begins with, of this structure or a similar one; None leaves them to the
            driver.
        max_sweeps: Largest number of sweeps per start; 0 evaluates ``init`` unchanged; None is the evaluator's.
        starts: Largest number of starts, that from ``init`` included; None is the evaluator's.
        reach: A further start is made only while the best error is at most this many times the error needed.
        decide: Whether a start that is not going to reach the target error is stopped early.
        again: Whether the structure is fitted even if it was fitted before.
        polish: Whether the fit goes on below the target error until it converges or its sweeps are spent.
        move: The change that led to the structure, in a few words, for display.
    """

    structure: Structure
    init: Network | None = None
    max_sweeps: int | None = None
    starts: int | None = None
    reach: float = math.inf
    decide: bool = False
    again: bool = False
    polish: bool = False
    move: str = ""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The result of evaluating one proposed structure.

    Attributes:
        structure: The structure.
        relative_error: Relative error of the fit; of a pruned structure a lower bound on it (0 if pruned by size); 1
            if the structure was too costly.
        score: Score by the problem's objective at that error.
        network: The fitted network; None if the structure was not fitted.
        fate: Outcome of the proposal.
        move: The engine's words for the change that led to the structure.
        number: Number of the proposal, counted from 1.
        sweeps: Sweeps spent on the fit.
        seconds: Search time in seconds at which the evaluation was made.
        finished: Whether the fit ended by itself (converged, reached its target, spent its sweeps), not by being
            stopped early.
    """

    structure: Structure
    relative_error: float
    score: float
    network: Network | None
    fate: Fate
    move: str
    number: int
    sweeps: int
    seconds: float
    finished: bool = True

    @property
    def parameters(self) -> int:
        """Number of entries of all cores together."""
        return self.structure.parameters

    @property
    def pruned(self) -> bool:
        """Whether the structure has no fitted network, having been pruned or found too costly."""
        return self.network is None


@dataclass(frozen=True)
class Counts:
    """Numbers of a search's evaluations by outcome, and of its sweeps.

    Attributes:
        proposed: Structures that the engine proposed.
        repeated: Proposed structures that are isomorphic to one evaluated before.
        pruned_by_size: Structures not fitted because of their number of parameters.
        pruned_by_certificate: Structures not fitted because of the lower bound on their error.
        too_costly: Structures not fitted because one sweep would have exceeded the time left or the memory.
        fitted: Structures fitted; the papers count these as evaluations.
        sweeps: Sweeps of all fits.
    """

    proposed: int = 0
    repeated: int = 0
    pruned_by_size: int = 0
    pruned_by_certificate: int = 0
    too_costly: int = 0
    fitted: int = 0
    sweeps: int = 0

    @property
    def pruned(self) -> int:
        """Structures pruned or too costly to fit."""
        return self.pruned_by_size + self.pruned_by_certificate + self.too_costly
