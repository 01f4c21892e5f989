"""What a page may write, and what becomes of the rest: the page is a stranger's, and sends what it likes."""

import importlib
import inspect
import io
import itertools
import json
import logging
import os
import pkgutil
import random
import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import traitlets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tnlab_widgets
from tests.waiting import wait_for
from tests.widgets.conftest import Page
from tests.widgets.searching.searches import NOISE, QUICK
from tnlab.errors import DataError, UnknownNameError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab_widgets import NetworkEditor
from tnlab_widgets.base.messages import MAX_VALUES, apart, plain_data, sender
from tnlab_widgets.base.piece import Piece
from tnlab_widgets.base.widget import WIRE, BaseWidget
from tnlab_widgets.fitting import asking_piece
from tnlab_widgets.searching.settings import Offer

# What is attacked: found by pattern, so that the page that lands next is attacked too.


def _of_package(base):
    """Return the classes of the package under a base class, by their names."""
    for module in pkgutil.walk_packages(tnlab_widgets.__path__, "tnlab_widgets."):
        importlib.import_module(module.name)
    found, queue = {}, [base]
    while queue:
        queue += (cls := queue.pop()).__subclasses__()
        if vars(sys.modules[cls.__module__]).get(cls.__name__) is cls and cls.__module__.startswith("tnlab_widgets."):
            found[cls.__name__] = cls  # anywidget makes a class more for every widget
    return dict(sorted(found.items()))


WIDGETS = {name: cls for name, cls in _of_package(BaseWidget).items() if cls._carries is not None}
PIECES = _of_package(Piece)
SOURCES = [path.read_text() for path in Path(tnlab_widgets.__path__[0]).rglob("*.py")]
FIELDS = sorted(
    {name for text in SOURCES for name in re.findall(r'\.get\("(\w+)"', text)} - {"client", "n", "kind", "part"}
)


def made(cls, folder):
    """Return a widget or a piece, on small data and with a folder of its own where it takes them."""
    own = {"data": NOISE, "studies": folder, **QUICK}
    taken = inspect.signature(cls).parameters
    return cls(**{name: value for name, value in own.items() if name in taken})


# Values


NAN, INF = float("nan"), float("inf")
DEEP: list = []
for _ in range(10_000):
    DEEP = [DEEP]
ENDLESS: list = []
ENDLESS.append(ENDLESS)
TOO_MUCH = [10**400, 10**5000, DEEP, ENDLESS, [0] * (MAX_VALUES + 1), "x" * (3 << 20), {"a": {1, 2}}, {"x" * 300: 1}]
RING = formats["tr"].build((4, 4, 4, 4), 2)
RECORD = structure_json.to_dict(RING)
PARALLEL = RECORD | {"bonds": [{"cores": [0, 1], "rank": 2}] * 200 + RECORD["bonds"]}
SPOILT = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2,
    7,
    2.5,
    1e308,
    -1e308,
    1e-320,
    NAN,
    INF,
    -INF,
    2**53,
    -(2**63),
    10**300,
    "",
    "x",
    "__class__",
    "\ud800",
    "a\x00b",
    "../../etc/passwd",
    "<script>",
    "python:1",
    "9" * 5000,
    "x" * 5000,
    [],
    [[]],
    {},
    [None],
    [NAN],
    [10**300] * 4,
    [0] * 5000,
    list(range(-3, 70)),
    {"": None},
    {"name": {}},
    [["a", {"b": 1}]],
    b"",
    b"\x93NUMPY",
    bytes(100),
    [b"x"],
    RECORD,
    PARALLEL,
    [RECORD],
    (1, 2),
]
PLAUSIBLE = {
    "structure": [RECORD, PARALLEL, structure_json.to_dict(formats["tt"].build((4, 4, 4, 4), 3))],
    "name": ["tt", "tr", "camera", "mine.npy", "mine.tnlab", "mine.study", "mine.json", "hill_climb"],
    "names": [["camera"], ["a", "b"]],
    "modes": [[4, 4, 4, 4], [16, 16], [2, 2], [256], [4] * 65, [1] * 256],
    "order": ["plain", "quantised"],
    "text": ["ab,bc->ac", json.dumps(RECORD), "{", "->"],
    "format": ["svg", "json", "tikz", "csv", "study"],
    "pair": [[0, 1], [0, 0], [0, 99], [-1, 0]],
    "changes": [{"seed": 3}, {"engines": ["tnls"]}, {"max_evaluations": 2}, {"max_rank": None}, {"executor": "inline"}],
    "lane": [1, 2, 3],
    "number": [1, 2, 5],
    "from": [1, 3],
    "id": [1, 2, 7],
    "index": [0, 1],
    "total": [1, 2],
    "size": [6, 100],
}
PARTS = [None, "explorer-1", "explorer-2", "", "outer", "__class__", 5, [], "\ud800", ["explorer"]]


class Attacker:
    """A page that sends what it likes, and checks what comes back.

    Attributes:
        sent: How many messages have been sent by their sender, and how many without a valid one.
        answered: How many answers there were to each.
    """

    def __init__(self, target, seed=0):
        self.page = Page(target)
        self.piece, self.target = self.page.piece, target
        self.random = random.Random(seed)
        self.sent, self.answered = Counter(), Counter()
        self.kinds = [*self.piece.ACTIONS, *{kind for part in self.piece.parts.values() for kind in part.ACTIONS}]
        self._numbers = itertools.count(1)
        self._read = 0

    def say(self, message, buffers=()):
        """Send a message, whatever it is, and note whose answer is due."""
        try:
            whole = sender(plain_data("A message", message))
            due = whole["client"], whole["n"]
        except DataError:
            due = "", 0
        except RecursionError:
            raise AssertionError("plain_data has no end") from None
        self.sent[due] += 1
        self.piece.receive(message, buffers)

    def check(self):
        """Wait for all answers; each message has one, no error was unforeseen, and all that is shown can be saved."""
        wait_for(lambda: self._hear() or sum(self.answered.values()) >= sum(self.sent.values()), "for the answers")
        assert self.answered == self.sent
        savable(self.piece.state)
        if self.target is not self.piece:
            savable(self.target.get_state())

    def _hear(self):
        while self._read < len(self.page.heard):
            message = self.page.heard[self._read]
            self._read += 1
            savable(message)
            answer = message.get("answer")
            if answer is not None and not answer["client"].startswith("page"):  # which waits for its own
                self.answered[answer["client"], answer["n"]] += 1
                assert "did not foresee" not in answer["error"], answer
                assert "not enough memory" not in answer["error"], answer
                assert len(answer["error"]) < 1100

    # Random messages

    def value(self, field):
        """Return a plausible value of a field, or a spoilt one, or a plausible one with something spoilt inside."""
        fate, known = self.random.random(), PLAUSIBLE.get(field)
        if known and fate < 0.6:
            return self.random.choice(known)
        if known and fate < 0.8:
            return self.spoilt(json.loads(json.dumps(self.random.choice(known))))
        return self.random.choice(TOO_MUCH) if fate > 0.99 else self.random.choice(SPOILT)

    def spoilt(self, value):
        """Return the value with a spoilt one somewhere inside."""
        if isinstance(value, dict) and value and self.random.random() < 0.9:
            key = self.random.choice(list(value))
            if self.random.random() < 0.1:
                return {name: inner for name, inner in value.items() if name != key}
            return {**value, key: self.spoilt(value[key])}
        if isinstance(value, list) and value and self.random.random() < 0.9:
            at = self.random.randrange(len(value))
            return [*value[:at], self.spoilt(value[at]), *value[at + 1 :]]
        return self.random.choice(SPOILT)

    def random_message(self):
        """Return a message and its buffers: mostly of a kind that is known, from a sender in order."""
        chance = self.random.random
        message = {"client": self.random.choice(["a", "b", f"c{self.random.randrange(300)}"]), "n": next(self._numbers)}
        message["kind"] = self.random.choice(self.kinds)
        for field in self.random.sample(FIELDS, self.random.choice([0, 3, 8, len(FIELDS)])):
            message[field] = self.value(field)
        if message["kind"] in ("upload", "settings", "draft", "measure", "import", "reshape", "open", "points"):
            message |= {field: self.value(field) for field in FIELDS}
        if chance() < 0.4:
            message["part"] = self.random.choice(PARTS)
        if chance() < 0.05:
            message["n"] = self.random.choice(
                [0, -1, 1, 1.0, 2.5, True, None, "1", 2**53, 2**53 - 1, NAN, [1], 10**400]
            )
        if chance() < 0.05:
            del message[self.random.choice(list(message))]
        if chance() < 0.03:
            return self.random.choice([*SPOILT, *TOO_MUCH]), ()
        buffers = [bytes(self.random.choice([0, 6, 100]))] if message.get("kind") == "upload" else ()
        return message, (buffers if chance() < 0.9 else [memoryview(b"abc"), "no bytes", b""])


def savable(state):
    """Check that a state or message is JSON as Jupyter writes it, apart from its bytes."""
    plain = apart({key: value for key, value in state.items() if not callable(value)}, [], [], [])
    json.dumps(plain, allow_nan=False, ensure_ascii=False).encode()


TARGETS = {**WIDGETS, **{name: cls for name, cls in PIECES.items() if not cls.__subclasses__()}}
TARGETS = {
    name: cls
    for name, cls in TARGETS.items()
    if name in WIDGETS or cls not in {widget._carries for widget in WIDGETS.values()}
}


@pytest.fixture(scope="module", autouse=True)
def brief():
    """Let what takes seconds on a page take hundredths: it is asked for hundreds of times here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking_piece, "SEARCH_SECONDS", 0.02)
        patch.setattr(asking_piece, "PATIENCE", 0.1)
        yield


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """Returns the one attacker of a widget or piece; a workbench has searched, and opened an Explorer."""
    known = {}

    def attacker(name):
        if name not in known:
            known[name] = Attacker(made(TARGETS[name], tmp_path_factory.mktemp(name)))
            page = known[name].page
            if "start" in page.piece.ACTIONS:
                assert page.say("start")["error"] == ""
                wait_for(lambda: page.seen.lanes and all(lane["state"] == "ended" for lane in page.seen.lanes))
            if "open" in page.piece.ACTIONS:
                assert page.say("open", lane=1, number=1)["error"] == ""
            page.heard.clear()
            known[name] = Attacker(known[name].target)
        return known[name]

    yield attacker
    for each in known.values():
        each.target.close()


def test_every_widget_and_piece_is_attacked():
    assert {"NetworkEditor", "Explorer", "SearchWorkbench"} <= set(WIDGETS)
    carried = [cls for name, widget in TARGETS.items() for cls in getattr(widget, "_carries", widget).__mro__]
    assert set(PIECES.values()) <= set(carried)
    assert {"structure", "names", "changes", "data", "index", "seed"} <= set(FIELDS)


def works(attacker):
    """Check that a target does what a good page asks for."""
    page = Page(attacker.target)
    piece = page.piece
    state = page.say("hello")["state"]
    assert set(state) == set(piece.STATE)
    if "draft" in piece.ACTIONS:
        structure = formats["tt"].build(piece.structure.modes, 2 + attacker.random.randrange(2))
        edit = page.propose(structure)
        assert page.answer["error"] == ""
        assert (page.seen.edit, piece.structure) == (edit, structure)
    if "dataset" in piece.ACTIONS and "start" not in piece.ACTIONS:
        assert page.say("dataset", name="planted_ring")["error"] == ""
        assert page.seen.data["name"] == "planted_ring"
    if attacker.target is not piece:
        assert "application/vnd.jupyter.widget-view+json" in attacker.target._repr_mimebundle_()[0]
        savable(attacker.target.get_state())
    page.piece.attach(attacker.page)


def fuzz(attacker, count, caplog):
    for number in range(1, count + 1):
        attacker.say(*attacker.random_message())
        if number % 25 == 0:
            attacker.check()
    attacker.check()
    assert not [record for record in caplog.records if record.exc_info]
    works(attacker)


@pytest.mark.parametrize("name", TARGETS)
def test_every_random_message_is_answered_once_and_harms_nothing(attacked, name, caplog):
    fuzz(attacked(name), 500, caplog)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif("TNLAB_FUZZ" not in os.environ, reason="takes minutes: make fuzz")
@pytest.mark.parametrize("name", TARGETS)
def test_many_random_messages_are_answered_and_harm_nothing(attacked, name, caplog):
    fuzz(attacked(name), int(os.environ["TNLAB_FUZZ"]), caplog)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", TARGETS)
def test_every_field_of_every_kind_is_spoilt(attacked, name, caplog):
    attacker = attacked(name)
    for kind, field in itertools.product(attacker.kinds, FIELDS):
        spoilt = attacker.random.sample(SPOILT, 2)
        good = {other: values[0] for other, values in PLAUSIBLE.items()}
        for value in spoilt:
            message = {**good, field: value, "client": "spoils", "n": next(attacker._numbers), "kind": kind}
            attacker.say(message, [b"\x93NUMPY"] if kind == "upload" else ())
        attacker.check()
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("value", TOO_MUCH, ids=[f"value{at}" for at in range(len(TOO_MUCH))])
@pytest.mark.parametrize("name", TARGETS)
def test_what_is_too_much_is_a_sentence_whatever_the_kind(attacked, name, value):
    attacker = attacked(name)
    for kind in attacker.random.choices(attacker.kinds, k=3):  # it is refused before the kind is looked at
        message = {"client": "large", "n": next(attacker._numbers), "kind": kind}
        for spoilt in (
            {**message, "name": value},
            {**message, "structure": {"modes": [value]}},
            {**message, "part": value},
        ):
            attacker.say(spoilt)
    attacker.say({"client": "large", "n": 1, "kind": value})
    attacker.say(value)
    attacker.check()
    assert [
        answer for answer in attacker.page.heard[-4:] if "A message may" in answer.get("answer", {}).get("error", "")
    ]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=12,
)
ANY_RECORD = st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=len(FIELDS))


@pytest.mark.parametrize("name", TARGETS)
def test_no_record_breaks_the_channel(attacked, name):
    attacker = attacked(name)

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from(attacker.kinds), ANY_RECORD, ANYTHING, ANYTHING)
    def attack(kind, fields, part, bare):
        message = {**fields, "client": "hypothesis", "n": next(attacker._numbers), "kind": kind}
        attacker.say(message)
        attacker.say({**message, "part": part})
        attacker.say({**message, "client": bare})
        attacker.say({**message, "n": bare})
        attacker.say({**message, "kind": bare, "client": "other"})
        attacker.say(bare)
        attacker.check()

    attack()
    works(attacker)


# Traits


SYNCED = [
    (name, trait)
    for name, cls in WIDGETS.items()
    for trait in sorted({*cls.class_trait_names(sync=True), "_esm", "_css", "_anywidget_id"} - {"_view_count"})
]


@pytest.fixture(scope="module")
def idle(tmp_path_factory):
    """Returns the one widget of a class, whose piece shows nothing: only a page could change it."""
    known = {name: made(cls, tmp_path_factory.mktemp(name)) for name, cls in WIDGETS.items()}
    for widget in known.values():
        widget.piece.attach(None)
    yield known.__getitem__
    for widget in known.values():
        widget.close()


@pytest.mark.parametrize("name", WIDGETS)
def test_a_page_writes_how_many_views_it_has_and_nothing_else(idle, name):
    assert idle(name).trait_names(from_page=True) == ["_view_count"]


@pytest.mark.parametrize(("name", "trait"), SYNCED)
def test_a_page_cannot_write_a_trait(idle, name, trait):
    widget = idle(name)
    if not widget.has_trait(trait):
        pytest.skip("this widget has none")
    before = getattr(widget, trait)
    for value in ("mine", 7_777, 0.5, True, None, [], {"edit": "mine"}, "IPY_MODEL_" + widget.model_id, DEEP):
        widget.set_state({trait: value})
        assert getattr(widget, trait) is before
        widget._handle_msg({"content": {"data": {"method": "update", "state": {trait: value}}}, "buffers": []})
        assert getattr(widget, trait) is before
        if trait.startswith(WIRE):
            with pytest.raises(traitlets.TraitError):
                setattr(widget, trait, value)
            assert getattr(widget, trait) is before


@pytest.mark.parametrize("name", WIDGETS)
def test_the_state_of_the_piece_is_that_of_the_traits(idle, name):
    widget = idle(name)
    assert {trait for trait in widget.trait_names() if trait.startswith(WIRE)} == {
        WIRE + key for key in widget.piece.STATE
    }


def test_what_is_dropped_is_logged_once_and_the_rest_of_the_message_is_taken(page, caplog):
    widget = page(NetworkEditor(RING)).widget
    with caplog.at_level(logging.WARNING, logger="tnlab_widgets"):
        for views in (1, 2):
            widget.set_state({"wire_modes_locked": True, "no\nsuch": 1, "_view_count": views})
    assert len(caplog.messages) == 1
    assert r"['wire_modes_locked', 'no\nsuch']" in caplog.text
    assert widget._view_count == 2
    assert not widget.modes_locked


@pytest.mark.parametrize("value", [*TOO_MUCH[:4], -1, 10**5, "x", 1.5, [], {}], ids=[f"value{at}" for at in range(10)])
@pytest.mark.parametrize("name", WIDGETS)
def test_a_count_of_views_that_is_none_is_refused(idle, name, value):
    widget = idle(name)
    widget._handle_msg({"content": {"data": {"method": "update", "state": {"_view_count": value}}}})
    assert not widget._view_count


@pytest.mark.parametrize(
    "sent",
    [
        {},
        None,
        {"content": None},
        {"content": {"data": 5}},
        {"content": {"data": {}}},
        *(
            {"content": {"data": {"method": method}}}
            for method in ("update", "custom", "jump", None, [], 10**5000, DEEP)
        ),
        *({"content": {"data": {"method": "update", "state": state}}} for state in ([], "state", 5, DEEP, [["n", {}]])),
        {"content": {"data": {"method": "custom", "content": ENDLESS}}, "buffers": 5},
    ],
    ids=[f"message{at}" for at in range(18)],
)
def test_no_message_of_the_comm_raises(page, sent):
    shown = page(NetworkEditor(RING))
    shown.widget._handle_msg(sent)
    assert shown.widget.structure == RING
    assert shown.say("hello")["error"] == ""


# Executors


SERVED = {"engines": ("hill_climb",), "target_error": 0.3, "family": "ring", "max_evaluations": 4}


@pytest.fixture(params=["1", ""], ids=["private", "own"])
def served(request, monkeypatch, bench):
    """A workbench on a page of a served one, private or not; on four cores, and no executor may be made but its own."""
    monkeypatch.setenv("TNLAB_PRIVATE_STUDIES", request.param)
    monkeypatch.setattr("tnlab_widgets.searching.settings.os.cpu_count", lambda: 4)
    chosen = []
    shown = bench(**SERVED)
    monkeypatch.setattr(shown.piece._scheduler, "go", lambda executor, budget: chosen.append(executor))
    yield shown, chosen
    assert set(chosen) <= {"inline", "pool:2", "pool:4"}


ELSEWHERE = ["dask:tcp://198.51.100.1:1", "pool:64", "pool:3", "pool", "", "given: Mine", None, ["inline"], {"a": 1}]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_visitor_cannot_choose_an_executor(served, name):
    shown, chosen = served
    for menu in ([{"name": name, "label": "mine"}], [{"name": "inline"}, {"name": name}]):
        shown.widget.set_state({"wire_executors": menu})
        assert "Unknown executor" in shown.say("settings", changes={"executor": name})["error"]
    shown.widget.set_state({"wire_settings": {**shown.seen.settings, "executor": name}})
    shown.say("resume", executor=name, changes={"executor": name})
    shown.say("start", executor=name)
    assert chosen == ["inline"]
    assert shown.seen.settings["executor"] == "inline"


@pytest.mark.parametrize("name", ELSEWHERE)
def test_an_executor_is_refused_again_where_it_is_used(served, name):
    """Whatever went wrong before: here even what the page could not write has been written."""
    shown, chosen = served
    piece = shown.piece
    piece.push(executors=[{"name": name, "label": "mine"}], settings={**shown.seen.settings, "executor": name})
    piece._settings = replace(piece._settings, executor=name)
    assert "Unknown executor" in shown.say("start")["error"]
    assert piece._scheduler.lanes == ()
    with pytest.raises(UnknownNameError):
        piece._go()
    assert chosen == []


def test_what_is_on_offer_may_be_chosen(served):
    shown, chosen = served
    for name in ("pool:2", "pool:4", "inline"):
        for kind in ("settings", "start"):
            assert shown.say(kind, changes={"executor": name})["error"] == ""
    assert chosen == ["pool:2", "pool:4", "inline"]


def test_what_python_gives_is_on_offer_and_a_page_changes_none_of_it():
    mine = object()
    offer = Offer(mine, private=True)
    assert offer.executor("given: object") is mine
    assert Offer("pool:64", private=True).executor("pool:64") == "pool:64"
    offer.menu[0]["name"] = offer.menu[-1]["name"] = "pool:64"  # the page's list holds these records
    with pytest.raises(UnknownNameError, match="pool:64"):
        offer.executor("pool:64")


# Values that a piece checks


def test_a_number_far_ahead_silences_nobody_else(explorer):
    say = explorer.piece.receive
    say({"client": "far", "n": 2**53 - 1, "kind": "target", "value": 0.2})
    assert explorer.say("target", value=0.3)["error"] == ""
    assert explorer.widget.target_error == 0.3
    for n in (1e300, NAN, -1, 0, True, "1", None, 2**53, 10**300):
        say({"client": "far", "n": n, "kind": "target", "value": 0.4})
        answer = explorer.heard[-1]["answer"]
        assert (answer["client"], answer["n"]) == ("", 0)
        assert answer["error"].startswith("n must be")
    assert explorer.widget.target_error == 0.3


@pytest.mark.parametrize("value", [NAN, 0, 0.0, -0.1, 1.5, INF, "0.1", None, [0.1], 10**300])
def test_a_target_out_of_range_is_refused(explorer, value):
    before = explorer.widget.target_error
    assert "target error must be" in explorer.say("target", value=value)["error"]
    explorer.widget.set_state({"wire_target_error": value, "target_error": value})
    with pytest.raises(DataError):
        explorer.widget.target_error = value
    assert explorer.widget.target_error == before
    assert explorer.upload("again.tnlab", explorer.say("save")["data"])["done"]


@pytest.mark.parametrize("place", [[1e308, 0], [-1e308, 1e308], [0, 1e10], [0, 10**400], [NAN, 0], [0], "ab"])
def test_a_place_far_off_the_drawing_is_refused(explorer, place):
    before, record = explorer.seen.structure, json.loads(json.dumps(explorer.seen.structure))
    record["cores"][0]["position"] = place
    message = {"client": "far", "n": 1, "kind": "draft", "structure": record}
    explorer.piece.receive(message)
    error = explorer.heard[-1]["answer"]["error"]
    assert "position" in error or "may hold numbers" in error
    assert explorer.seen.structure == before
    assert "position" in explorer.ask("import", text=json.dumps(record))["error"]


@pytest.mark.parametrize(
    "change",
    [
        {"bonds": [{"cores": [k, (k + 1) % 4], "rank": 10**300} for k in range(4)]},
        {"bonds": [{"cores": [k, (k + 1) % 4], "rank": 2**54} for k in range(4)]},
        {"bonds": [{"cores": [k, (k + 1) % 4], "rank": 2} for k in range(4)] * 100},
        {"modes": [10**300] * 4},
        {"modes": [2**54] * 4},
    ],
)
def test_numbers_that_no_page_has_are_refused(page, change):
    shown = page(NetworkEditor(RING))
    before = shown.seen.structure
    record = {**json.loads(json.dumps(before)), **change}
    shown.propose(record)
    assert "The editor draws at most" in shown.answer["error"]
    for kind in ("measure", "layout", "import"):
        assert "The editor draws" in shown.ask(kind, structure=record, text=json.dumps(record))["error"]
    assert shown.seen.structure == before


@pytest.mark.parametrize("value", [1e300, -1e300, NAN, INF, "now", None, [], True])
def test_a_heartbeat_is_heard_whatever_it_says(explorer, value):
    assert not explorer.piece.deserted
    assert explorer.say("heartbeat", value=value)["error"] == ""
    assert explorer.piece._heard > 0


def test_pieces_of_two_uploads_do_not_mix(explorer):
    stream = io.BytesIO()
    np.save(stream, NOISE)
    content = stream.getvalue()
    first, second = ({"id": number, "total": 2, "name": "mine.npy", "size": len(content)} for number in (1, 2))
    half = len(content) // 2
    before = explorer.seen.data
    assert not explorer.say("upload", **first, index=0, data=content[:half])["done"]
    for wrong in ({**first, "index": 0}, {**second, "index": 1}, {**first, "index": 1}):
        explorer.say("upload", **wrong, data=content[:half])
    assert explorer.answer["error"].startswith("No file is on its way")
    assert explorer.seen.data == before
    assert explorer.upload("mine.npy", content, chunk=half + 1)["done"]
    assert explorer.seen.data["name"] == "mine.npy"
