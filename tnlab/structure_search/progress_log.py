"""A search callback that writes a line of text to a logger for every evaluation."""

import logging
import math

from tnlab.bounds.error_bound import rounded_up
from tnlab.bounds.families import FAMILIES
from tnlab.structure_search.evaluation import Fate
from tnlab.structure_search.progress import Progress

SHOWN = {
    Fate.FITTED: "fitted",
    Fate.REPEATED: "repeated",
    Fate.PRUNED_BY_SIZE: "pruned by size",
    Fate.PRUNED_BY_CERTIFICATE: "pruned by certificate",
    Fate.TOO_COSTLY: "too costly",
}


class ProgressLog:
    """Writes snapshots to a logger: improvements and the end as INFO, all other evaluations as DEBUG.

    Args:
        logger: The logger to write to.
        after: Number of the last evaluation to leave out, because an earlier run wrote it.

    Example:
        >>> import logging
        >>> from tnlab.structure_search.run import search
        >>> note = ProgressLog(logging.getLogger("tnlab.search"))
        >>> search(X, target_error=0.1, callback=note)  # doctest: +SKIP
    """

    def __init__(self, logger: logging.Logger, after: int = 0) -> None:
        self._logger, self._after = logger, after
        self._best: object = None

    def __call__(self, progress: Progress) -> None:
        """Write the latest evaluation of a snapshot, or the status and the incumbent of the last one."""
        better = progress.incumbent is not self._best
        self._best = progress.incumbent
        if progress.status:
            self._logger.info("%s Best: %s", progress.status, best_words(progress))
        elif progress.evaluation is not None and progress.evaluation.number > self._after:
            self._logger.log(logging.INFO if better else logging.DEBUG, "%s", _line(progress, better=better))


def best_words(progress: Progress) -> str:
    """Return the incumbent's parameters and error, the lower bound and the gap as text."""
    best, least = progress.incumbent, progress.bound
    text = f"{best.parameters:,} parameters at error {best.relative_error:.4g}" if best is not None else "nothing yet"
    if least is None:
        return text
    text += f", at least {least.parameters:,} for {FAMILIES[least.family].kind}"
    if not math.isfinite(progress.gap):
        return text
    return text + (", no gap" if progress.gap <= 0 else f", gap at most {rounded_up(100 * progress.gap, 3)} %")


def _line(progress: Progress, *, better: bool) -> str:
    found = progress.evaluation
    assert found is not None
    what = f"{found.number} {SHOWN[found.fate]}: {found.parameters:,} parameters"
    if found.fate is Fate.FITTED:
        what += f" at error {found.relative_error:.4g} in {found.sweeps} sweeps"
    what += f" ({found.move})" if found.move else ""
    return f"{what}, after {found.seconds:.1f} s" + (f"; best: {best_words(progress)}" if better else "")
