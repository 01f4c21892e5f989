"""The identity of the process that writes a study, as text and as words, and a test whether it has died."""

import json
import os
import socket
import sys
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

# Linux: what tells one boot of one machine, and one process namespace (container) on it, from others.
BOOT, PROCESSES = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")


@dataclass(frozen=True)
class Writer:
    """A process that writes a study.

    Attributes:
        host: Host name, for messages.
        machine: Identifier of the machine and container; empty if the system has none.
        pid: Process id.
        token: Random text, different for every writer.
    """

    host: str
    machine: str
    pid: int
    token: str

    @classmethod
    def here(cls) -> "Writer":
        """Return a new writer for this process, with a fresh token."""
        return cls(host=socket.gethostname(), machine=_machine(), pid=os.getpid(), token=uuid.uuid4().hex)

    @classmethod
    def parsed(cls, text: str) -> "Writer":
        """Read a writer from its ``text``; other text gives a writer without host, which never counts as dead."""
        try:
            record = json.loads(text)
            return cls(
                host=str(record["host"]),
                machine=str(record["machine"]),
                pid=int(record["pid"]),
                token=str(record["token"]),
            )
        except (KeyError, TypeError, ValueError):
            return cls(host="", machine="", pid=0, token=text)

    @property
    def text(self) -> str:
        """The writer as one line of JSON."""
        return json.dumps(asdict(self))

    @property
    def words(self) -> str:
        """The writer in words for messages: "process PID on HOST", or "another process" without a host."""
        return f"process {self.pid} on {self.host:.100}" if self.host else "another process"

    @property
    def dead(self) -> bool:
        """Whether its process has certainly ended; always False for a writer on another machine."""
        if not self.machine or self.machine != _machine() or sys.platform == "win32":
            return False
        try:
            os.kill(self.pid, 0)
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except ProcessLookupError:
            return True
        except OSError:  # the process of another user, or a system without /proc
            return False
        return state in "ZX"  # a zombie: ended, but its parent has not waited for it


def _machine() -> str:
    """Return an identifier of this boot of this machine and container; empty if the system has none."""
    try:
        return f"{BOOT.read_text().strip()} {PROCESSES.readlink()}"
    except OSError:
        return socket.gethostname() if sys.platform == "darwin" else ""
