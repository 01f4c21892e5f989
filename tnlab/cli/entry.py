"""Entry point of ``tnlab``: it answers signals before it imports anything large, and ends with an exit code.

Exit codes: 0 done; 1 a fault of tnlab, with a traceback; 2 wrong usage or data, or something cannot be read, written or
held in memory; 3 done, but a target error was not reached or a run of a comparison failed; 128 and the number of the
signal when stopped (130 Ctrl-C, 143 SIGTERM, 129 SIGHUP, 138 SIGUSR1); 141 the reader of the output has gone.
"""

import os
import sys
import threading
from contextlib import suppress

from tnlab.cli.interruption import end_at_once, forget, last_code
from tnlab.errors import TnlabError

BAD_INPUT, MISSED, NO_READER = 2, 3, 141  # exit codes; 2 is that of click's usage errors, 141 is 128 + SIGPIPE
INTERRUPTED = 130  # 128 + SIGINT, as in a shell
STEP = "tnlab-step"  # name of the threads of ``tnlab.interrupt``


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; errors give one sentence on stderr.

    Args:
        arguments: Words after ``tnlab``. Without them the command is this process's own: it takes the words that the
            process was started with, a signal ends it at once where there is nothing to keep, and it does not wait for
            a step of a stopped fit that still runs in a thread.
    """
    if arguments is None:
        end_at_once()
    code = _code(arguments)
    if arguments is None:
        code = _flushed(code)
        if any(thread.name == STEP for thread in threading.enumerate()):
            os._exit(code)
    return code


def _code(arguments: list[str] | None) -> int:
    """Run the command and return its exit code; what it could not do is said in a sentence."""
    import typer  # noqa: PLC0415 - after the answers to signals are set

    from tnlab.cli.app import app  # noqa: PLC0415

    forget()
    # click's ClickException, found through a subclass: newer versions of typer contain their own copy of click.
    usage_error = typer.BadParameter.__mro__[2]
    try:
        code = app(arguments, standalone_mode=False) or 0
        if code == INTERRUPTED and not last_code():  # typer's answer to Ctrl-C, without a word
            _say("Stopped.")
        return code
    except TnlabError as error:
        return _fail(str(error))
    except SystemExit:  # click's answer to a broken pipe
        return last_code() or NO_READER
    except OSError as error:
        failed = _fail(f"{error.strerror or error}. Something cannot be read or written.")
        return last_code() or failed
    except (KeyboardInterrupt, typer.Abort):
        _say("Stopped.")
        return last_code() or INTERRUPTED
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error):  # torch has no error of its own for that
            raise
        return _fail("This machine has too little memory for that; take smaller ranks or a smaller tensor.")
    except Exception as error:
        if not isinstance(error, usage_error):
            raise
        return _fail(getattr(error, "format_message", error.__str__)() or "See tnlab --help.")


def _fail(sentence: str) -> int:
    _say(f"tnlab: {' '.join(sentence.split())}")
    return BAD_INPUT


def _say(sentence: str) -> None:
    with suppress(OSError, ValueError, AttributeError):  # stderr is full, closed or missing
        print(sentence, file=sys.stderr, flush=True)  # noqa: T201


def _flushed(code: int) -> int:
    """Return the exit code after writing what is left of the output; Python would end with a traceback if it cannot."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError as error:
            if stream is sys.stdout and code in (0, MISSED):
                code = NO_READER if isinstance(error, BrokenPipeError) else _fail(f"The output: {error.strerror}.")
            with suppress(OSError, ValueError, AttributeError):  # what is left goes nowhere
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1 if stream is sys.stdout else 2)
    return code
