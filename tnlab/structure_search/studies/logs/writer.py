"""Who writes a study: one process on one machine, and whether it has died."""

import json
import os
import socket
import sys
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

BOOT, PROCESSES = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")


@dataclass(frozen=True)
class Writer:
    """One writer of a study.

    Attributes:
        host: Name of its machine, for people.
        machine: What tells machines, and containers on them, apart even if they have one name; empty if nothing does.
        pid: Its process.
        token: Tells writers of one process apart.
    """

    host: str
    machine: str
    pid: int
    token: str

    @classmethod
    def here(cls) -> "Writer":
        """Return a new writer in this process."""
        return cls(socket.gethostname(), _machine(), os.getpid(), uuid.uuid4().hex)

    @classmethod
    def parsed(cls, text: str) -> "Writer":
        """Return the writer that ``text`` stands for; one that nobody knows, and that no one can call dead, if none."""
        try:
            record = json.loads(text)
            return cls(str(record["host"]), str(record["machine"]), int(record["pid"]), str(record["token"]))
        except (KeyError, TypeError, ValueError):
            return cls("", "", 0, text)

    @property
    def text(self) -> str:
        """The writer as one line of JSON."""
        return json.dumps(asdict(self))

    @property
    def words(self) -> str:
        """The writer, for people."""
        return f"process {self.pid} on {self.host:.100}" if self.host else "another process"

    @property
    def dead(self) -> bool:
        """Whether it is certain that its process is gone: only known on its own machine."""
        if not self.machine or self.machine != _machine() or sys.platform == "win32":
            return False
        try:
            os.kill(self.pid, 0)
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except ProcessLookupError:
            return True
        except OSError:  # somebody else's, or there is no such file
            return False
        return state in "ZX"  # ended, but nobody has asked how


def _machine() -> str:
    try:
        return f"{BOOT.read_text().strip()} {PROCESSES.readlink()}"
    except OSError:
        return socket.gethostname() if sys.platform == "darwin" else ""
