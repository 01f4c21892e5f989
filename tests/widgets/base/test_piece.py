"""Pieces without a widget: the state, messages that are each answered once, pieces inside others, and threads."""

import threading
from typing import ClassVar

import pytest

from tests.waiting import PATIENCE, wait_for
from tests.widgets.conftest import Page
from tnlab.errors import DataError
from tnlab_widgets.base.callbacks import Callbacks
from tnlab_widgets.base.piece import MAX_WAITING, PartHost, Piece


class Counter(Piece):
    """Counts what it is told, and fails when it is told to."""

    STATE: ClassVar = {"count": "How much was counted"}
    SLOW = frozenset({"slow"})

    def __init__(self):
        super().__init__(count=0)
        self.free = threading.Event()
        self.counts = Callbacks("on_count", self.tell)

    def _do_add(self, message):
        if not isinstance(message.get("more"), int):
            raise DataError("Needed a number.")
        self.push(count=self.state["count"] + message["more"])
        self.notify(self.counts, self.state["count"])
        return {"sum": self.state["count"]}

    def _do_slow(self, message):
        assert self.free.wait(PATIENCE)
        if message.get("fail"):
            raise DataError("Slow, and in vain.")
        return {"locked_by_another": not self.guard.acquire(blocking=False) or self.guard.release()}

    ACTIONS: ClassVar = {
        **Piece.ACTIONS,
        "add": _do_add,
        "slow": _do_slow,
        "bytes": lambda self, message: {"data": bytes(message["data"]), "length": len(message["data"])},
        "break": lambda self, _: 1 / 0,
    }


class Collects:
    """A host that notes what it is given to carry."""

    def __init__(self):
        self.shown, self.sent = [], []

    def show(self, state):
        self.shown.append(dict(state))

    def send(self, message):
        self.sent.append(message)


def say(piece, n, kind, client="a", **fields):
    piece.receive({"client": client, "n": n, "kind": kind, **fields})


@pytest.fixture
def counter():
    piece = Counter()
    yield piece
    piece.free.set()
    piece.close()


@pytest.fixture
def host(counter):
    host = Collects()
    counter.attach(host)
    return host


def test_state_is_shown_before_the_answer(counter):
    order = []

    class Notes(Collects):
        show = send = lambda self, what: order.append(what)

    counter.attach(Notes())
    say(counter, 1, "add", more=2)
    answer = {"client": "a", "n": 1, "kind": "add", "late": False, "error": "", "sum": 2}
    assert order == [{"count": 2}, {"answer": answer}]


def test_a_piece_without_a_page_holds_its_state_and_obeys(counter):
    say(counter, 1, "add", more=2)
    counter.tell("Nothing.")
    counter.send({"event": "none"})
    assert counter.state == {"count": 2, "problem": {"n": 1, "text": "Nothing."}}


def test_after_another_host_is_attached_the_former_hears_nothing(counter, host):
    other = Collects()
    counter.attach(other)
    say(counter, 1, "add", more=2)
    assert (host.shown, host.sent) == ([], [])
    assert (len(other.shown), len(other.sent)) == (1, 1)


def test_hello_is_answered_with_the_whole_state(counter, host):
    say(counter, 1, "hello")
    counter.push(count=5)
    assert host.sent[0]["answer"]["state"] == {"problem": {}, "count": 0}  # of that moment
    say(counter, 2, "hello")
    assert host.sent[1]["answer"]["state"]["count"] == 5


def test_a_message_that_comes_twice_or_late_is_answered_and_not_obeyed(counter, host):
    for n in (2, 2, 1):
        say(counter, n, "add", more=1)
    say(counter, 1, "add", client="b", more=10)
    assert [message["answer"]["late"] for message in host.sent] == [False, True, True, False]
    assert [message["answer"]["error"] for message in host.sent] == [""] * 4
    assert counter.state["count"] == 11


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (None, "must be a record"),
        ("add", "must be a record"),
        ({"kind": "add"}, "client must be"),
        ({"client": "a", "kind": "add"}, "n must be"),
        ({"client": "a", "n": 2**53, "kind": "add"}, "n must be"),
        ({"client": "a", "n": 1, "kind": "add", "more": {1, 2}}, "not this set"),
        ({"client": "a", "n": 1, 5: 6}, "name its fields by texts"),
    ],
)
def test_a_malformed_message_is_answered_to_no_one(counter, host, message, words):
    counter.receive(message)
    [sent] = host.sent
    assert words in sent["answer"].pop("error")
    assert sent["answer"] == {"client": "", "n": 0, "kind": "", "late": False}
    assert host.shown == []


def test_an_error_is_a_sentence_and_the_next_message_is_obeyed(counter, host, caplog):
    for n, (kind, fields) in enumerate([("add", {}), ("jump", {}), (None, {}), ("break", {}), ("add", {"more": 3})], 1):
        say(counter, n, kind, **fields)
    errors = [message["answer"]["error"] for message in host.sent]
    assert errors[0] == "Needed a number."
    assert errors[1].startswith("Unknown message 'jump'. Known: add")
    assert errors[2].startswith("Unknown message 'None'.")
    assert errors[3].startswith("Something failed that tnlab did not foresee: ZeroDivisionError")
    assert errors[4] == ""
    assert counter.state["count"] == 3
    assert len(caplog.records) == 1


def test_the_first_binary_value_of_a_message_is_its_field_data(counter, host):
    counter.receive({"client": "a", "n": 1, "kind": "bytes"}, [memoryview(b"abc"), b"more"])
    assert (host.sent[0]["answer"]["data"], host.sent[0]["answer"]["length"]) == (b"abc", 3)


def test_what_is_slow_is_answered_later_without_the_lock(counter, host):
    say(counter, 1, "slow")
    say(counter, 2, "add", more=1)
    assert [message["answer"]["n"] for message in host.sent] == [2]
    with counter.guard:
        counter.free.set()
    wait_for(lambda: len(host.sent) == 2)
    assert host.sent[1]["answer"] | {"locked_by_another": None} == {
        "client": "a",
        "n": 1,
        "kind": "slow",
        "late": False,
        "error": "",
        "locked_by_another": None,
    }


def test_slow_messages_are_answered_in_order_each_once_and_not_too_many_wait(counter, host):
    for n in range(1, MAX_WAITING + 3):
        say(counter, n, "slow", fail=n == 2)
    assert [message["answer"]["n"] for message in host.sent] == [MAX_WAITING + 1, MAX_WAITING + 2]
    assert "requests wait to be answered" in host.sent[0]["answer"]["error"]
    counter.free.set()
    wait_for(lambda: len(host.sent) == MAX_WAITING + 2)
    assert [message["answer"]["n"] for message in host.sent[2:]] == list(range(1, MAX_WAITING + 1))
    assert [message["answer"]["error"] for message in host.sent[2:5]] == ["", "Slow, and in vain.", ""]
    say(counter, MAX_WAITING + 3, "slow")
    wait_for(lambda: host.sent[-1]["answer"]["n"] == MAX_WAITING + 3)


def test_after_close_nothing_is_obeyed_and_no_thread_is_left(counter, host):
    obeyed = []
    counter.free.wait = lambda _: obeyed.append(1) or first.set() or free.wait(PATIENCE)
    first, free = threading.Event(), threading.Event()
    say(counter, 1, "slow")
    say(counter, 2, "slow")
    assert first.wait(PATIENCE)
    counter.close()
    free.set()
    wait_for(lambda: not counter._answers._worker.is_alive)
    say(counter, 3, "add", more=1)
    say(counter, 4, "slow")
    assert obeyed == [1]
    assert counter.state["count"] == 0
    assert host.sent == []


def test_callbacks_are_called_once_the_lock_is_free(counter, host):
    def heard(count):
        other = threading.Thread(target=lambda: counter.push(count=count), daemon=True)
        other.start()  # which takes the lock
        other.join(PATIENCE)
        seen.append((count, other.is_alive(), len(host.sent)))

    seen = []
    counter.counts.add(heard)
    with counter.alone():
        say(counter, 1, "add", more=1)
        say(counter, 2, "add", more=1)
        assert seen == []
    assert seen == [(1, False, 2), (2, False, 2)]


def test_threads_push_and_messages_are_obeyed_without_a_loss(counter, host):
    rounds = 500
    worker = threading.Thread(target=lambda: [counter.tell(str(k)) for k in range(rounds)])
    worker.start()
    for n in range(1, rounds + 1):
        say(counter, n, "add", more=1)
    worker.join()
    assert [state["count"] for state in host.shown if "count" in state] == list(range(1, rounds + 1))
    assert [state["problem"]["n"] for state in host.shown if "problem" in state] == list(range(1, rounds + 1))
    assert len(host.sent) == rounds


# Inside another piece


@pytest.fixture
def inner(counter, host):
    inner = Counter()
    inner.attach(PartHost(counter, "inner", inner))
    counter.parts["inner"] = inner
    yield inner
    inner.free.set()


def test_messages_and_state_of_a_part_travel_under_its_name(counter, host, inner):
    say(counter, 1, "add", more=4, part="inner")
    say(counter, 1, "add", more=1)  # the part counts for itself
    assert (inner.state["count"], counter.state["count"]) == (4, 1)
    answer = {"client": "a", "n": 1, "kind": "add", "late": False, "error": ""}
    assert host.sent == [
        {"part": "inner", "state": {"count": 4}},
        {"part": "inner", "answer": answer | {"sum": 4}},
        {"answer": answer | {"sum": 1}},
    ]
    assert host.shown == [{"count": 1}]


@pytest.mark.parametrize("part", ["", "outer", "inner.inner", 5, True, ["inner"], {"a": 1}, 10**300])
def test_an_unknown_part_is_refused_under_the_name_that_was_given(counter, host, inner, part):
    say(counter, 1, "add", more=4, part=part)
    [sent] = host.sent
    assert sent["answer"]["error"].startswith("There is no part ")
    assert (sent["answer"]["client"], sent["answer"]["n"]) == ("a", 1)
    assert sent.get("part") == (part if isinstance(part, str) else None)
    assert inner.state["count"] == counter.state["count"] == 0


@pytest.mark.parametrize(
    "part",
    [10**5000, [[]] * 100_000, "x" * 10_000, "\ud800", {"a": {1, 2}}],
    ids=["huge", "long", "text", "half", "set"],
)
def test_a_spoilt_name_of_a_part_is_answered_once(counter, host, inner, part):
    say(counter, 1, "add", more=4, part=part)
    [sent] = host.sent
    assert len(sent["answer"]["error"]) < 300
    assert len(sent.get("part", "")) <= 64


def test_a_part_that_was_taken_out_is_heard_no_more(counter, host, inner):
    say(counter, 1, "slow", part="inner")
    del counter.parts["inner"]
    inner.push(count=3)
    inner.free.set()
    wait_for(lambda: inner._waiting == 0)
    assert host.sent == []


def test_outer_and_inner_piece_never_wait_for_each_other(counter, host, inner):
    """The thread of the inner piece reports while the outer one obeys its page."""
    reporter = threading.Thread(target=lambda: [inner.push(count=k) for k in range(2000)])
    reporter.start()
    for n in range(1, 1001):
        say(counter, n, "add", more=1)
        say(counter, n, "hello", part="inner")
    reporter.join(PATIENCE)
    assert not reporter.is_alive()
    assert len([message for message in host.sent if "answer" in message]) == 2000


def test_close_and_views_reach_the_parts(counter, host, inner):
    seen = []
    inner.viewed = seen.append
    counter.viewed(3)
    counter.close()
    inner.push(count=9)
    assert seen == [3]
    assert inner.closed
    assert host.sent == []


def test_the_page_of_the_tests_carries_a_piece(counter):
    shown = Page(counter)
    assert shown.say("add", more=3)["sum"] == shown.seen.count == 3
