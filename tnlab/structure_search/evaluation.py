"""What an engine proposes, and the record of what became of it."""

import math
from dataclasses import dataclass
from enum import Enum

from tnlab.network.network import Network
from tnlab.network.structure import Structure


class Fate(Enum):
    """What became of a proposal."""

    FITTED = "fitted"
    REPEATED = "repeated"
    PRUNED_BY_SIZE = "pruned by its parameters alone"
    PRUNED_BY_CERTIFICATE = "pruned by a certificate"
    TOO_COSTLY = "not fitted: one sweep would take longer than the time that is left, or more memory than there is"


@dataclass(frozen=True, eq=False)
class Proposal:
    """A structure to be evaluated.

    Attributes:
        structure: What to fit.
        init: Cores to start from, of this structure or of a neighbour of it; None starts from the tensor.
        max_sweeps: Sweeps per start to spend on it at most; 0 takes ``init`` as it is; None is up to the driver.
        starts: Starts to spend on it at most, ``init`` included; None is up to the driver.
        reach: Further starts are made only while the error is at most this many times what is needed.
        decide: Whether only that it reaches the target matters: a start that is not going to is left early.
        again: Whether to fit it even if it was fitted before, because this time more is spent on it.
        polish: Whether to go on beyond the target error, as far as the sweeps allow.
        move: What was changed to get here, in a few words, for whoever watches.
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
    """One structure, and how well it can be fitted.

    Attributes:
        structure: What was evaluated.
        relative_error: Of the fit; of a pruned structure the certified bound, which no fit of it can beat; of one that
            was too costly 1, that of no network at all.
        score: By the problem's objective, at that error.
        network: The fitted cores; None if the structure was pruned.
        fate: Whether it was fitted, met before, or not worth a fit.
        move: What the engine changed to get here.
        number: Proposals made so far, this one included.
        sweeps: Sweeps spent on it.
        seconds: Wall time since the search began.
        finished: Whether the fit ran to its own end, so that more sweeps would hardly help.
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
        """Whether no fit was paid for."""
        return self.network is None


@dataclass(frozen=True)
class Counts:
    """How much work a search has done.

    Attributes:
        proposed: Structures that the engine asked about.
        repeated: Of these, met before up to isomorphism.
        pruned_by_size: Not fitted, for their parameters alone were too many.
        pruned_by_certificate: Not fitted, for no fit of them could have been good enough.
        too_costly: Not fitted, for one sweep would have taken longer than the time that was left.
        fitted: Fitted: what the papers call evaluations.
        sweeps: Sweeps of all fits together.
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
        """Structures that no fit was spent on."""
        return self.pruned_by_size + self.pruned_by_certificate + self.too_costly
