"""Objectives of a search: the score of a structure from its parameters and its relative error; lower is better."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

from typing_extensions import override


class Objective(ABC):
    """A score that increases with the number of parameters and with the relative error."""

    @abstractmethod
    def score(self, parameters: int, entries: int, error: float) -> float:
        """Return the score of a structure from its parameters, the tensor's entries and its relative error."""

    @abstractmethod
    def error_for(self, parameters: int, entries: int, score: float) -> float:
        """Return the largest relative error at which a structure scores at most ``score``; -1 if there is none."""


@dataclass(frozen=True)
class FewestParameters(Objective):
    """Minimise the parameters subject to a relative error of at most a target.

    A structure scores ``parameters / entries``, plus ``penalty * (error^2 - target^2)`` if its error is above the
    target.

    Attributes:
        target_error: Relative error to reach, not squared.
        penalty: Weight of the excess of the squared error.
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
    """Minimise the size plus the weighted error, as the published searches do.

    Attributes:
        weight: Factor of the error: 200 in TNLS and TnALE's ring, 5 in TnALE's images, 50 to 100 in TNGA.
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
