"""A process of the pool: fits what it is sent, and ends when nobody is left who could want it.

It is started as a script, so that it watches its parent before it takes seconds to import torch.
"""

import importlib
import os
import sys
import threading
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from queue import SimpleQueue
from typing import Any

LOOK = 0.5  # seconds between looks whether the parent lives: its end of the pipe may have been inherited by others


class ParentListener:
    """What the parent says, taken in by a thread, so that it is heard during a fit. The process ends with its parent.

    Attributes:
        messages: Evaluators, tasks and what to forget, in their order.
        dropped: Task that nobody waits for any more.
    """

    def __init__(self, pipe: Connection) -> None:
        self.messages: SimpleQueue[tuple[Any, ...]] = SimpleQueue()
        self.dropped = -1
        self._pipe, self._parent = pipe, os.getppid()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while True:
                while not self._pipe.poll(LOOK):
                    if os.getppid() != self._parent:
                        return
                message = self._pipe.recv()
                if message[0] == "drop":
                    self.dropped = message[1]
                elif message[0] == "evaluator":
                    self.messages.put((*message, recv_handle(self._pipe)))
                else:
                    self.messages.put(message)
        except (EOFError, OSError):
            return
        finally:
            os._exit(0)


def run_worker(handle: int) -> None:
    """Serve the process at the other end of a socket."""
    pipe = Connection(handle)
    inbox = ParentListener(pipe)
    try:
        service = importlib.import_module("tnlab.structure_search.executors.pool.worker")
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent says it
        pipe.send_bytes(f"{type(error).__name__}: {error}".encode())
        return
    pipe.send_bytes(b"")
    service.serve(inbox.messages, lambda ticket: inbox.dropped == ticket, pipe)


if __name__ == "__main__":
    run_worker(int(sys.argv[1]))
