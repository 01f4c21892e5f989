"""Fits on the workers of a cluster of dask.distributed."""

import pickle
import sys
import threading
from multiprocessing import current_process
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from typing_extensions import override

from tnlab.errors import ExecutorError, NotInstalledError
from tnlab.structure_search.evaluator import Evaluator
from tnlab.structure_search.executors.base import AbstractExecutor, executors
from tnlab.structure_search.executors.dask_channel import Client, DaskChannel
from tnlab.structure_search.executors.pool.executor import cores

PATIENCE = 10  # seconds to wait for the scheduler before it counts as unreachable
GUARD = "A script that starts workers of dask must do so under: if __name__ == '__main__'"


@executors.register("dask")
class Dask(AbstractExecutor):
    """Run fits on the workers of a dask cluster: an existing one, or one started on this machine.

    Args:
        where: Address of a scheduler, path of its ``.json`` scheduler file, or a client. A number starts that many
            worker processes on this machine, with one thread each; an empty text starts one per core.

    Raises:
        NotInstalledError: dask.distributed is not installed.
    """

    name: ClassVar[str] = "dask"

    def __init__(self, where: str | int | Client = "") -> None:
        self._where = where
        self._distributed = _distributed()
        self._client: Client | None = None
        self._cluster: Any = None
        self._opening = threading.Lock()

    @classmethod
    @override
    def parsed(cls, argument: str) -> "Dask":
        return cls(argument)

    @property
    @override
    def workers(self) -> int:
        return max(1, sum(self.client.nthreads().values()))

    @property
    def client(self) -> Client:
        """The dask client; connected on first use, and again after its connection was lost.

        Raises:
            ExecutorError: No scheduler answers, or the given client is asynchronous or closed.
        """
        if is_client(self._where):
            return _checked(self._where)
        with self._opening:
            if self._client is None or self._client.status != "running":
                self._close()
                self._client = self._opened()
            return self._client

    @override
    def connect(self, evaluator: Evaluator) -> DaskChannel:
        try:
            return DaskChannel(self.client, evaluator, self._heal)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise ExecutorError(f"The search cannot be sent to another process: {error}") from error

    def _heal(self) -> None:
        """Restart workers of a cluster that this executor started; dask stops restarting them after several deaths."""
        if self._cluster is not None:
            self._cluster.scale(len(self._cluster.worker_spec))

    @override
    def close(self) -> None:
        with self._opening:
            self._close()

    def _close(self) -> None:
        if self._client is not None:
            self._client.close()
        if self._cluster is not None:
            self._cluster.close()
        self._client = self._cluster = None

    def _opened(self) -> Client:
        """Return a client of the scheduler at ``where``, or of a new local cluster."""
        where = str(self._where)
        if not where or where.isdecimal():
            return self._local(int(where or 0) or None)
        known = {"scheduler_file": where} if where.lower().endswith(".json") else {"address": where}
        try:
            if "scheduler_file" in known:
                Path(where).read_bytes()  # raises if it is missing; dask would wait for it
            return self._distributed.Client(**known, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:  # TimeoutError is an OSError
            raise ExecutorError(f"No scheduler of dask answers at {where!r}: {error}") from error

    def _local(self, workers: int | None) -> Client:
        """Start a cluster of worker processes on this machine, and return a client of it."""
        if getattr(current_process(), "_inheriting", False):  # a worker that imports the script which starts workers
            raise ExecutorError(f"{GUARD}.")
        try:
            self._cluster = self._distributed.LocalCluster(
                n_workers=workers or cores(), threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
            )
        except (OSError, RuntimeError) as error:
            raise ExecutorError(f"No workers of dask could be started: {error} {GUARD}.") from error
        return self._distributed.Client(self._cluster, set_as_default=False)


def is_client(thing: object) -> bool:
    """Return whether an object is a ``distributed.Client``, without importing dask.distributed."""
    module = sys.modules.get("distributed")
    return module is not None and isinstance(thing, module.Client)


def _checked(client: Client) -> Client:
    """Return the user's client; raise an ExecutorError if it is asynchronous or not running."""
    if client.asynchronous:
        raise ExecutorError("The client of dask is asynchronous; a search needs one made with asynchronous=False.")
    if client.status != "running":
        raise ExecutorError(f"The client of dask is {client.status}, not running.")
    return client


def _distributed() -> ModuleType:
    """Import dask.distributed; raise a NotInstalledError if it is missing."""
    try:
        import distributed  # noqa: PLC0415 (optional)
    except ImportError:
        raise NotInstalledError("dask.distributed", "'tnlab[cluster]'") from None
    return distributed
