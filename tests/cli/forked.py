"""Script that runs commands in forked children, each reached by a signal at a chosen moment: one import for all.

A line of stdin is a case, as JSON; its answer is the exit code on a line of stdout. In a case, ``words`` are those of
the command; ``signal`` is sent when the function ``at`` (any, if empty) is called for the ``count``-th time; and
``stdout`` is a path, ``"pipe"`` for a pipe without a reader, or ``"closed"``. Output and errors go to the files ``out``
and ``err``; a file ``sent`` says that the signal was sent.
"""

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType


def plant(number: int, at: str, count: int) -> None:
    """Send a signal to this process when a function is called for the ``count``-th time."""
    left = count

    def profile(frame: FrameType, event: str, _: object) -> None:
        nonlocal left
        if event == "call" and at in ("", frame.f_code.co_qualname):
            left -= 1
            if left == 0:
                sys.setprofile(None)
                Path("sent").touch()
                os.kill(os.getpid(), number)

    sys.setprofile(profile)


def run(case: dict) -> None:
    """Run a command in this process, which ends."""
    from tnlab.cli import main

    out = os.open("out" if case["stdout"] in ("pipe", "closed") else case["stdout"], os.O_WRONLY | os.O_CREAT)
    err = os.open("err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    if case["stdout"] == "pipe":
        reader, out = os.pipe()
        os.close(reader)
    os.dup2(out, 1)
    os.dup2(err, 2)
    if case["stdout"] == "closed":
        sys.stdout = None
        os.close(1)
    sys.argv = ["tnlab", *case["words"]]
    if case["signal"]:
        plant(case["signal"], case["at"], case["count"])
    sys.exit(main())


def serve() -> None:
    """Answer the cases of stdin."""
    from tnlab.cli.app import SUBCOMMANDS

    for name, part in SUBCOMMANDS.items():
        part.load(name)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        case = json.loads(line)
        os.chdir(case["folder"])
        child = os.fork()
        if not child:
            run(case)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
