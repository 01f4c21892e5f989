"""Script that a pool process runs: serve the parent process, and exit as soon as the parent ends.

It watches its parent before it imports torch, which takes seconds; so nothing imported at the top may import torch.
"""

import importlib
import os
import sys
import threading
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from queue import SimpleQueue
from typing import Any

LOOK = 0.5  # seconds between checks that the parent lives: a child of it may keep the pipe open after its death


class ParentListener:
    """A thread that receives messages of the parent, also during a fit, and exits the process when the parent ends.

    Attributes:
        messages: Queue of the messages other than "drop", in the order of their arrival.
        dropped: Id of the ticket that the parent cancelled last; -1 before.
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
    """Receive tasks through a socket and fit them, until the parent process ends.

    Args:
        handle: File descriptor of the socket to the parent.
    """
    pipe = Connection(handle)
    parent = ParentListener(pipe)
    try:
        service = importlib.import_module("tnlab.structure_search.executors.pool.worker")
    except Exception as error:  # noqa: BLE001 - the parent raises an error with these words
        pipe.send_bytes(f"{type(error).__name__}: {error}".encode())
        return
    pipe.send_bytes(b"")
    service.serve(parent.messages, lambda ticket: parent.dropped == ticket, pipe)


if __name__ == "__main__":
    run_worker(int(sys.argv[1]))
