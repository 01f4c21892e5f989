"""The entries of a function that cross approximation has computed, and the error of a train that they tell.

All entries of a small tensor are computed, and measure the error. Of a larger one a random sample estimates it, which
misses values that are nonzero only in a few entries. Therefore errors are also looked for where they hide: at fresh
random entries, at entries that begin or end as a cross does, and from the worst of them uphill, one index at a time.
Entries found so are no fair sample, but the squares of their errors alone are a lower bound on the squared error of
the tensor. The larger of the two estimates counts.
"""

import math

import numpy as np
import torch

from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import DataError
from tnlab.fitting.cross.passes import Crosses, train_values
from tnlab.fitting.cross.train import Train
from tnlab.interrupt import checkpoint

WHOLE = 2**14  # entries of a tensor up to which all of them measure the error, not a random sample
SCOUTS = 500  # random entries per pass at which errors are looked for
BESIDE = 2  # entries per cross and pass at which errors are looked for: with its beginning and another end, or reversed
PEAKS = 10  # entries of largest error of the last passes, beside which errors are looked for as beside crosses
CLIMBERS = 4  # of the scouts of largest error, and as many of the entries that measure it, from which to look further
CLIMBS = 4  # times that a climber may move to the worst entry that differs in one index
REACH = 8  # values of one index that a climber looks at; of a longer mode a random choice
REMEMBERED = 2000  # of the entries found, how many of largest error are looked at again after later passes
THOROUGH = 8  # times as many entries are looked at once more before a fit ends


class ComputedEntries:
    """The entries of a function computed so far, with their indices in the order of a train.

    Args:
        function: Computes the entries.
        train: Says the order of the modes.
        samples: Number of random entries that estimate errors where there are too many to measure.
        generator: The only source of randomness.

    Attributes:
        evaluations: Number of entries computed.
        dtype: Data type of the function's values.
        whole: Whether all entries are computed, so that errors are measured: of a small tensor, or of a vector.
        places: Indices of the entries that measure or estimate errors, (entries, order).
        values: The function's values there, (entries,).

    Raises:
        DataError: The function is zero at all of these entries.
    """

    def __init__(self, function: TensorFunction, train: Train, *, samples: int, generator: torch.Generator) -> None:
        self._function, self._train, self._generator = function, train, generator
        self.evaluations = 0
        self.dtype = torch.float64
        self.whole = function.size <= WHOLE or len(train.modes) == 1
        self.places = np.indices(train.modes).reshape(len(train.modes), -1).T if self.whole else self.random(samples)
        self.values = self.evaluate(self.places)
        self._norm = _length(self.values)
        self._found, self._found_values, self._found_errors = self.places[:0], self.values[:0], self.values[:0]
        self._peaks = self.places[:0]
        if not self._norm:
            raise DataError(
                f"The function is zero at all of {len(self.places)} entries, so the relative error is undefined."
            )

    def random(self, count: int) -> np.ndarray:
        """Return the indices of random entries in the order of the train, (count, order)."""
        columns = [torch.randint(size, (count,), generator=self._generator) for size in self._train.modes]
        return torch.stack(columns, dim=1).numpy()

    def evaluate(self, places: np.ndarray) -> np.ndarray:
        """Return the function's values at indices that are in the order of the train, and count them."""
        checkpoint()  # a fit that has ended calls the function of the user no more
        indices = torch.from_numpy(np.ascontiguousarray(places[:, self._train.back]))
        values = self._function(indices).detach().cpu()
        self.evaluations += len(values)
        self.dtype = values.dtype
        return values.to(torch.float64).numpy()

    def error(self, cores: list[np.ndarray]) -> float:
        """Return the relative error of a train's cores, measured or, where entries are sampled, estimated."""
        error, norm = _length(train_values(cores, self.places) - self.values), self._norm
        if len(self._found):
            # A found entry stands for itself, a random one for all of size / count: both errors and norms are compared.
            part = math.exp((math.log(len(self.places)) - math.log(self._function.size)) / 2)
            error = max(error, part * _length(train_values(cores, self._found) - self._found_values))
            norm = max(norm, part * _length(self._found_values))
        return error / norm

    def look(self, cores: list[np.ndarray], crosses: Crosses, *, enough: float) -> None:
        """Look for entries at which a train errs, where not all are measured.

        Args:
            cores: The cores of the train, in its order.
            crosses: The crosses that the train was made from.
            enough: Error at which the fit would end: then more entries are looked at.
        """
        if self.whole:
            return
        self._look_at(cores, crosses)
        if self.error(cores) <= enough:
            self._look_at(cores, crosses, THOROUGH)

    def worst(self, cores: list[np.ndarray], count: int) -> np.ndarray:
        """Return the indices, among random entries and those found before, at which the train's error is largest."""
        places = self.random(SCOUTS) if self.whole else self._found
        values = self.evaluate(places) if self.whole else self._found_values
        worst = _largest(cores, places, values, count)
        self._peaks = np.concatenate([worst[:1], self._peaks])[:PEAKS]
        return worst

    def _look_at(self, cores: list[np.ndarray], crosses: Crosses, thorough: int = 1) -> None:
        """Add to the entries found: scouts, and the entries on the way from the worst uphill, one index at a time."""
        places = np.concatenate([self.random(thorough * SCOUTS), self._beside(crosses, thorough * BESIDE)])
        values = self.evaluate(places)
        climbing = np.concatenate(
            [_largest(cores, places, values, CLIMBERS), _largest(cores, self.places, self.values, CLIMBERS)]
        )
        highest = np.zeros(len(climbing))
        for _ in range(CLIMBS):
            around = np.stack([self._around(place) for place in climbing])
            heights = self.evaluate(around.reshape(-1, around.shape[2]))
            places, values = np.concatenate([places, *around]), np.concatenate([values, heights])
            errors = np.abs(train_values(cores, places[-len(heights) :]) - heights).reshape(around.shape[:2])
            top = errors.argmax(axis=1)
            climbing, before, highest = around[np.arange(len(top)), top], highest, errors.max(axis=1)
            if not (highest > before).any():
                break
        self._remember(places, values, np.abs(train_values(cores, places) - values))

    def _remember(self, places: np.ndarray, values: np.ndarray, errors: np.ndarray) -> None:
        """Add entries to those found; of all keep the ones at which a train ever had the largest errors."""
        errors = np.concatenate([self._found_errors, errors])
        falling = np.argsort(-errors, kind="stable")
        _, first = np.unique(np.concatenate([self._found, places])[falling], axis=0, return_index=True)
        kept = falling[np.sort(first)[:REMEMBERED]]
        self._found = np.concatenate([self._found, places])[kept]
        self._found_values, self._found_errors = np.concatenate([self._found_values, values])[kept], errors[kept]

    def _beside(self, crosses: Crosses, each: int) -> np.ndarray:
        """Return the indices of random entries that begin or end as a cross or peak does, ``each`` for each of them."""
        places = [self.places[:0]]
        for bond in range(1, len(self._train.modes)):
            for part, modes in ((crosses.before[bond], slice(bond)), (crosses.after[bond], slice(bond, None))):
                parts = np.concatenate([part, self._peaks[:, modes]])
                places.append(self.random(each * len(parts)))
                places[-1][:, modes] = np.repeat(parts, each, axis=0)
        return np.concatenate(places)

    def _around(self, place: np.ndarray) -> np.ndarray:
        """Return the indices of an entry and of entries that differ from it in one index, (entries, order)."""
        values = [
            np.arange(size) if size <= REACH else torch.randint(size, (REACH,), generator=self._generator).numpy()
            for size in self._train.modes
        ]
        around = np.repeat(place[None], 1 + sum(map(len, values)), axis=0)
        changed = np.repeat(np.arange(len(values)), [len(one) for one in values])
        around[np.arange(1, len(around)), changed] = np.concatenate(values)
        return around


def _length(values: np.ndarray) -> float:
    """Return the Frobenius norm of values whose squares may leave the range of floats."""
    peak = float(np.abs(values).max(initial=0.0))
    return peak * float(np.linalg.norm(values / peak)) if peak else 0.0


def _largest(cores: list[np.ndarray], places: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Return the indices among ``places`` at which a train differs most from the values there."""
    errors = np.abs(train_values(cores, places) - values)
    return places[np.argsort(-errors, kind="stable")[:count]]
