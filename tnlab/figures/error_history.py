"""The figure of the relative error after every sweep of one fit or several, with the held-out error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tnlab.figures.labels import shown_name
from tnlab.figures.series import series_look
from tnlab.figures.style import plotly_objects, styled
from tnlab.solvers.base import Snapshot
from tnlab.solvers.fit import Fit

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@dataclass(frozen=True)
class History:
    """The errors of one start of one fit.

    Attributes:
        name: Name of the fit, with the number of the start if there were several.
        sweeps: Number of sweeps done at each point.
        errors: Relative error at each point.
        held_out: Relative error of the held-out entries at each point; empty if none were held out.
        seconds: Wall time at each point; empty if it was not recorded.
    """

    name: str
    sweeps: tuple[int, ...]
    errors: tuple[float, ...]
    held_out: tuple[float, ...] = ()
    seconds: tuple[float, ...] = ()


def error_history_info(fits: Mapping[str, Fit | Sequence[Snapshot]]) -> tuple[History, ...]:
    """Return the error history of every start of several fits, given by name as a ``Fit`` or as its snapshots.

    A ``Fit`` holds the errors of its best start only. Snapshots hold all starts, held-out errors and times;
    ``seen = []; fit(X, structure, callback=seen.append)`` collects them.

    Raises:
        ValueError: A fit has no snapshot.
    """
    histories: list[History] = []
    for name, run in fits.items():
        if isinstance(run, Fit):
            histories.append(History(name, tuple(range(len(run.history))), run.history))
        elif not run:
            raise ValueError(f"The fit {name!r} has no snapshot to show.")
        else:
            histories.extend(_starts(name, run))
    return tuple(histories)


def error_history_plot(info: Sequence[History], *, over: Literal["sweeps", "seconds"] = "sweeps") -> "Figure":
    """Draw errors over sweeps, or over seconds for the histories that have them; held-out errors with hollow marks.

    Raises:
        ValueError: ``over`` is ``"seconds"``, but no history has seconds.
    """
    figure = plotly_objects().Figure()
    drawn = [history for history in info if over == "sweeps" or history.seconds]
    if info and not drawn:
        raise ValueError("Seconds are known of snapshots only: fit(X, structure, callback=seen.append) collects them.")
    for place, history in enumerate(drawn):
        x = history.sweeps if over == "sweeps" else history.seconds
        for y, part, hollow in ((history.errors, "", False), (history.held_out, ", held out", True)):
            if y:
                mode = "lines" if len(y) > 1 and not hollow else "lines+markers"
                look = series_look(place, hollow=hollow)
                figure.add_scatter(x=x, y=y, mode=mode, name=shown_name(history.name) + part, **look)
    styled(figure, title="Error after every sweep", x=over, y="relative error", log_y=True)
    return figure.update_layout(showlegend=True)


def _starts(name: str, run: Sequence[Snapshot]) -> list[History]:
    """Split the snapshots of a fit at every sweep 0, where a start begins, and return one history per start."""
    begins = [place for place, snapshot in enumerate(run) if snapshot.sweep == 0 or place == 0]
    parts = [run[begin:end] for begin, end in zip(begins, [*begins[1:], len(run)], strict=True)]
    return [
        History(
            name=name if len(parts) == 1 else f"{name}, start {number}",
            sweeps=tuple(snapshot.sweep for snapshot in part),
            errors=tuple(snapshot.relative_error for snapshot in part),
            held_out=_known([snapshot.held_out_error for snapshot in part]),
            seconds=tuple(snapshot.seconds for snapshot in part),
        )
        for number, part in enumerate(parts, 1)
    ]


def _known(values: Sequence[float | None]) -> tuple[float, ...]:
    known = tuple(value for value in values if value is not None)
    return known if len(known) == len(values) else ()
