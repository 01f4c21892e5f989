"""The first signal asks a search to stop; the handlers of before come back."""

import signal
import sys
import threading

import pytest

from tests.waiting import PATIENCE
from tnlab.cli.interruption import ASKED, Interruption

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_calls_stop_and_says_so(number, capfd):
    before, stopped = signal.getsignal(number), threading.Event()
    with Interruption(stopped.set) as interruption:
        assert not interruption.asked
        signal.raise_signal(number)
        assert stopped.wait(PATIENCE)
        assert interruption.asked
    assert signal.getsignal(number) is before
    assert capfd.readouterr().err == ASKED.decode()


def test_without_a_signal_nothing_is_called():
    before = signal.getsignal(signal.SIGINT)
    with Interruption(lambda: pytest.fail("stop was called")) as interruption:
        assert signal.getsignal(signal.SIGINT) is not before
    assert not interruption.asked
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_leaves_the_handlers_alone():
    """Python lets only the main thread set them."""
    before, seen = signal.getsignal(signal.SIGINT), []

    def enter():
        with Interruption(lambda: None):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [before]
