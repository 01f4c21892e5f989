"""What a fit tells after every sweep: a solver tells the loop, and the loop its caller."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from tnlab.network.network import Network


class Status(Enum):
    """State of a fit: running, or why it ended. The value is a sentence that a page can show.

    A fit that is ``STOPPED`` before it has a start (above all the SVD start of a large tensor) has no cores of its own.
    Then it returns the network it was given to start from, with its error, if that is measured in a tenth of a second;
    else cores that are all zero, of relative error 1.
    """

    RUNNING = "The fit is running."
    CONVERGED = "Converged: further sweeps no longer lower the error."
    LOWER_RANK = (
        "Converged, but at a lower rank than asked for: part of the cores adds nothing. Another start may find more."
    )
    EXACT = "Exact: the error is at the level of rounding."
    MAX_SWEEPS = (
        "The largest number of sweeps was reached before the error settled: more sweeps might lower it further."
    )
    REACHED = "The target error was reached."
    HELD_OUT = "Stopped early: the held-out error no longer falls; the cores where it was least are kept, or fitted on."
    DIRECT = "Computed in closed form, without iterating."
    STOPPED = "Stopped on request; the best cores so far are kept."


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Immutable record of a fit after one sweep.

    Attributes:
        sweep: Number of sweeps done; 0 is the start itself.
        relative_error: ``|X - X_hat|_F / |X|_F``; over the fitted entries where some are missing. While the fit is
            running it is an estimate, within a thousandth of the true one or within 1e-9; in the last snapshot it is
            measured in float64 on the reconstruction X_hat. Of a function of the indices it stays an estimate, from
            the entries that were computed.
        network: The cores, in the tensor's dtype and on its device.
        seconds: Wall time since the fit began.
        status: Whether the fit is running, or why it ended.
        upper_bound: Bound on the relative error that the method proves; None where it proves none.
        held_out_error: Relative error over the entries that were held out; None where none were.
        objective: Value of the function that the solver minimises, where that is not the relative error.
        evaluations: Number of entries computed so far, where the data are a function of the indices.
    """

    sweep: int
    relative_error: float
    network: Network
    seconds: float
    status: Status = Status.RUNNING
    upper_bound: float | None = None
    held_out_error: float | None = None
    objective: float | None = None
    evaluations: int | None = None


def compared_error(found: Any) -> float:
    """Return the number by which snapshots and fits are compared, lower is better.

    It is the held-out error where there is one, else the objective where there is one, else the relative error.
    """
    if found.held_out_error is not None:
        return found.held_out_error
    return found.relative_error if found.objective is None else found.objective


@dataclass(eq=False, slots=True)
class Swept:
    """What a solver yields: its start, then its network after every sweep.

    Attributes:
        network: The cores, in the tensor's dtype and on its device.
        relative_error: The relative error, where the solver knows it; None to have it measured on the reconstruction.
        doubt: How far rounding may put ``relative_error`` from the true one; 0 where it was measured.
        best_error: Where errors are estimated from a sample, and never exact: what that of the best network before this
            one is estimated at by now; infinite if there was none. None where errors can be measured.
        compared: Whether later errors are compared with this one, and the fit may end here. A start that is no sweep
            may have a lower error than the sweeps that follow.
        settled: Whether the solver itself knows that no further sweep helps (True), or that the decrease of the error
            tells nothing yet (False); None to judge by the decrease.
        ended: Why the solver itself ends the fit here; None where the loop is to judge.
        progress: The value whose decrease tells when the fit has settled, where it is not ``relative_error``.
        upper_bound: As in a snapshot; so are the following.
        held_out_error: See there.
        objective: See there.
        evaluations: See there.
        measuring: Seconds that measuring ``relative_error`` took, where the loop did it.
    """

    network: Network
    relative_error: float | None = None
    doubt: float = 0.0
    best_error: float | None = None
    compared: bool = True
    settled: bool | None = None
    ended: Status | None = None
    progress: float | None = None
    upper_bound: float | None = None
    held_out_error: float | None = None
    objective: float | None = None
    evaluations: int | None = None
    measuring: float = 0.0


@dataclass(frozen=True)
class Ending:
    """How the loop tells that a fit by one solver has converged.

    Attributes:
        window: Number of sweeps over which the decrease of the error is averaged, the least and the largest.
        wanders: Whether the error may rise on the way: then a rise does not count as settled, and the start is judged
            too, for it may be better than what follows.
        lower: With it, the fit has converged after ``window`` sweeps none of which is below this times the least error
            before, instead of by the average decrease.
        warm_up: Number of first sweeps in which the fit does not end, unless its error reaches the target or 0; none
            for a fit that goes on from a network.
        within_target: Whether every sweep keeps to the target error and lowers the ranks: then the fit goes on until
            it has settled.
        direct: Whether the start is the result, computed in closed form.
    """

    window: tuple[int, int] = (5, 5)
    wanders: bool = False
    lower: float | None = None
    warm_up: int = 0
    within_target: bool = False
    direct: bool = False
