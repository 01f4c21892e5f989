"""Base classes of executors: tasks and answers of single fits, channels of one search, and the registry."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from types import TracebackType
from typing import ClassVar, Self

from tnlab.registry import Registry
from tnlab.structure_search.evaluation import Proposal
from tnlab.structure_search.evaluator import Evaluator, Fitted

LOSSES = 3  # workers that may die during one fit before it is given up: once or twice may be an accident


class Cancelled(Exception):  # noqa: N818 - no error
    """Raised by ``AbstractChannel.next`` once the channel was cancelled."""


executors: "Registry[type[AbstractExecutor]]" = Registry("executor")


@dataclass(frozen=True, eq=False)
class Task:
    """One fit to make.

    Attributes:
        number: Number of the evaluation; the answer carries the same number.
        proposal: The structure to fit, with its start and sweeps.
        cutoff: Score above which the fit may be broken off.
        until: Time at which the fit ends with what it has, as ``time.time`` seconds (comparable between machines).
    """

    number: int
    proposal: Proposal
    cutoff: float
    until: float


@dataclass(frozen=True, eq=False)
class Answer:
    """Result of a task.

    Attributes:
        number: Number of the task.
        fitted: The fit; None if the task was given up after ``LOSSES`` workers died during it.
    """

    number: int
    fitted: Fitted | None


class AbstractChannel(ABC):
    """A connection between one search and the workers that make its fits; they received its evaluator once."""

    @abstractmethod
    def submit(self, task: Task) -> None:
        """Queue a task, first come first served; its number may be reused once it was answered."""

    @abstractmethod
    def next(self) -> Answer:
        """Wait until any submitted task is done, and return its answer.

        A task whose worker dies is made again by another worker, until ``LOSSES`` workers have died.

        Raises:
            ExecutorError: The executor itself has failed.
            Cancelled: ``cancel`` was called.
        """

    def postpone(self, seconds: float) -> None:  # noqa: B027 - most have nothing to do
        """Let tasks that have not begun end later by the seconds that the search was paused; by default do nothing."""

    @abstractmethod
    def cancel(self) -> None:
        """Drop all open tasks, end running fits after their current sweep, and accept no more. Thread-safe.

        Current and later calls of ``next`` raise ``Cancelled``.
        """

    @abstractmethod
    def close(self) -> None:
        """Cancel open tasks, and free the evaluator on the workers."""


class AbstractExecutor(ABC):
    """A place where fits run; each search opens a channel to it with ``connect``.

    Attributes:
        name: Name in the registry.
        workers: Number of fits that run at the same time.
    """

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def parsed(cls, argument: str) -> "AbstractExecutor":
        """Build the executor from the text behind the colon of ``NAME:ARGUMENT``; empty without one.

        Raises:
            FormatError: The executor does not understand the argument.
        """

    @property
    @abstractmethod
    def workers(self) -> int:
        """Number of fits that run at the same time."""

    @property
    def over(self) -> str:
        """Why ``connect`` fails from now on; empty while the executor can be used."""
        return ""

    @abstractmethod
    def connect(self, evaluator: Evaluator) -> AbstractChannel:
        """Open a channel for one search: send its evaluator, with the tensor, to the workers.

        Several searches may be connected at the same time.

        Raises:
            ExecutorError: No worker can be reached or started.
        """

    def close(self) -> None:  # noqa: B027 - most have nothing to do
        """End the processes that this executor started; a client that the user passed stays open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
