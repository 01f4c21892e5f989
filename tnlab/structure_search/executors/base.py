"""Where fits run: what every executor is. Neither an engine nor a study knows which one it is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from types import TracebackType
from typing import ClassVar, Self

from tnlab.registry import Registry
from tnlab.structure_search.evaluation import Proposal
from tnlab.structure_search.evaluator import Evaluator, Fitted

LOSSES = 3  # workers that one evaluation may take with it before it is given up


class Cancelled(Exception):  # noqa: N818 - no error
    """Nothing is being waited for any more: the tasks were cancelled."""


executors: "Registry[type[AbstractExecutor]]" = Registry("executor")


@dataclass(frozen=True, eq=False)
class Task:
    """One fit.

    Attributes:
        number: Of the evaluation that it is for; its answer comes back with it.
        proposal: What to fit.
        cutoff: Score above which the answer does not matter.
        until: When to stop with what there is (``time.time``, which machines agree on).
    """

    number: int
    proposal: Proposal
    cutoff: float
    until: float


@dataclass(frozen=True, eq=False)
class Answer:
    """What became of a task.

    Attributes:
        number: Of the task.
        fitted: The fit; None where the task was given up, for three workers that had it were lost.
    """

    number: int
    fitted: Fitted | None


class AbstractChannel(ABC):
    """The fits of one search: its evaluator has been brought to where they run, once."""

    @abstractmethod
    def submit(self, task: Task) -> None:
        """Have a task done. Those submitted first begin first; a number may come again once it was answered."""

    @abstractmethod
    def next(self) -> Answer:
        """Wait for the answer of any task that was submitted and not answered yet.

        A task whose worker is lost is done again by another one, up to ``LOSSES`` times.

        Raises:
            ExecutorError: The executor itself is lost.
            Cancelled: ``cancel`` was called meanwhile.
        """

    def postpone(self, seconds: float) -> None:  # noqa: B027 - most have nothing to do
        """Let tasks that have not begun end later: nobody pulled meanwhile. For channels whose tasks wait for that."""

    @abstractmethod
    def cancel(self) -> None:
        """Drop all tasks that were not answered, end running fits at their next sweep, take no more; from any thread.

        Whoever waits in ``next``, or asks it later, gets ``Cancelled``.
        """

    @abstractmethod
    def close(self) -> None:
        """Cancel what is left, and free what was brought there."""


class AbstractExecutor(ABC):
    """Fits proposals: here, in other processes, on other machines.

    Attributes:
        name: Under which it is registered.
        workers: Fits that run at once.
    """

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def parsed(cls, argument: str) -> "AbstractExecutor":
        """Return the executor that ``NAME:ARGUMENT`` on a command line stands for.

        Raises:
            FormatError: The argument makes no sense.
        """

    @property
    @abstractmethod
    def workers(self) -> int:
        """Fits that run at once."""

    @property
    def over(self) -> str:
        """Why no search can be connected any more; empty while one can."""
        return ""

    @abstractmethod
    def connect(self, evaluator: Evaluator) -> AbstractChannel:
        """Bring the tensor of a search to where its fits will run; several searches may be connected.

        Raises:
            ExecutorError: There is nobody there.
        """

    def close(self) -> None:  # noqa: B027 - most have nothing to do
        """End what was started for it; what the user brought along goes on."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
