"""What a structure is judged by, from its parameters and the relative error of its fit; less is better."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

from typing_extensions import override


class Objective(ABC):
    """A score that grows with the parameters and with the error."""

    @abstractmethod
    def score(self, parameters: int, entries: int, error: float) -> float:
        """Return the score of a structure fitted to this relative error; ``entries`` are those of the tensor."""

    @abstractmethod
    def error_for(self, parameters: int, entries: int, score: float) -> float:
        """Return the largest relative error whose score is at most ``score``; negative if there is none."""


@dataclass(frozen=True)
class FewestParameters(Objective):
    """Fewest parameters whose relative error is at most a target.

    A structure that reaches the target scores ``parameters / entries``; one that misses it pays
    ``penalty * (error^2 - target^2)`` more, which tells an engine how far off it is.

    Attributes:
        target_error: Relative error to reach, not squared.
        penalty: What missing the target costs.
    """

    target_error: float
    penalty: float = 200.0

    @override
    def score(self, parameters: int, entries: int, error: float) -> float:
        return parameters / entries + self.penalty * max(0.0, error**2 - self.target_error**2)

    @override
    def error_for(self, parameters: int, entries: int, score: float) -> float:
        left = score - parameters / entries
        return -1.0 if left < 0 else math.sqrt(left / self.penalty + self.target_error**2)


@dataclass(frozen=True)
class WeightedSum(Objective):
    """Size plus weighted error, as the papers minimise it.

    Attributes:
        weight: What the error counts: 200 in TNLS and TnALE's ring, 5 in TnALE's images, 50 to 100 in TNGA.
        squared: Whether the error is squared (what these papers' programs call RSE) or plain.
        log: Whether the size is ``ln(parameters / entries)`` or ``parameters / entries``.
    """

    weight: float = 200.0
    squared: bool = True
    log: bool = False

    @override
    def score(self, parameters: int, entries: int, error: float) -> float:
        size = math.log(parameters / entries) if self.log else parameters / entries
        return size + self.weight * (error**2 if self.squared else error)

    @override
    def error_for(self, parameters: int, entries: int, score: float) -> float:
        size = math.log(parameters / entries) if self.log else parameters / entries
        left = (score - size) / self.weight
        return -1.0 if left < 0 else math.sqrt(left) if self.squared else left
