"""What a page may write, and what becomes of the rest: the page is a stranger's, and sends what it likes."""

import json
import logging

import numpy as np
import pytest
import traitlets

import tnlab_widgets
from tests.waiting import PATIENCE
from tests.widgets.conftest import Page
from tests.widgets.searching.searches import NOISE
from tnlab.errors import DataError, UnknownNameError
from tnlab.formats import formats
from tnlab.network import structure_json
from tnlab_widgets import Explorer, NetworkEditor, SearchWorkbench
from tnlab_widgets.base.messages import MAX_VALUES
from tnlab_widgets.base.widget import BaseWidget
from tnlab_widgets.searching.settings import Offer

MAKE = {
    "NetworkEditor": lambda folder: NetworkEditor(formats["tr"].build((4, 4, 4), 2)),
    "Explorer": lambda folder: Explorer(NOISE),
    "SearchWorkbench": lambda folder: SearchWorkbench(NOISE, studies=folder),
}
BY_PAGE = {
    "NetworkEditor": {"_view_count", "proposal", "request"},
    "Explorer": {"_view_count", "proposal", "request", "command", "upload", "heartbeat"},
    "SearchWorkbench": {"_view_count", "command", "upload", "heartbeat"},
}
CLASSES = {name: getattr(tnlab_widgets, name) for name in tnlab_widgets.__all__}
NOT_BY_PAGE = [
    (name, trait)
    for name, cls in CLASSES.items()
    for trait in sorted({*cls.class_trait_names(sync=True), "_esm", "_css", "_anywidget_id"} - BY_PAGE.get(name, set()))
]
HOSTILE = {
    traitlets.List: [{"name": "dask:tcp://198.51.100.1:1", "label": "mine"}],
    traitlets.Tuple: ["mine"],
    traitlets.Dict: {"state": "mine", "executor": "pool:64"},
    traitlets.Bool: None,  # the other one
    traitlets.Int: 7_777,
    traitlets.Float: 0.777,
    traitlets.Unicode: "<script>mine</script>",
}
SERVED = {"engines": ("hill_climb",), "target_error": 0.3, "family": "ring", "max_evaluations": 4}


def hostile(widget, trait):
    """Return a value that the trait itself would take, where that can be told."""
    value = next((value for kind, value in HOSTILE.items() if isinstance(widget.traits()[trait], kind)), None)
    return not getattr(widget, trait) if isinstance(widget.traits()[trait], traitlets.Bool) else value


@pytest.fixture(scope="module")
def idle(tmp_path_factory):
    """Returns the one widget of a class, whose threads have ended: nothing but a page changes it."""
    made = {name: make(tmp_path_factory.mktemp(name)) for name, make in MAKE.items()}
    for end in (made["Explorer"]._session.close, made["Explorer"]._certifier.close):
        end(timeout=PATIENCE)
    for thread in (made["SearchWorkbench"]._reporter, made["SearchWorkbench"]._librarian):
        thread.close(PATIENCE)
    yield made.__getitem__
    for widget in made.values():
        widget.close()


def test_every_widget_is_tried():
    named = {cls for cls in below(BaseWidget) if cls.__module__.startswith("tnlab_widgets.") and cls._esm}
    assert {cls.__name__ for cls in named} == set(CLASSES) == set(MAKE) == set(BY_PAGE)


def below(cls):
    return {own for direct in cls.__subclasses__() for own in (direct, *below(direct)) if hasattr(own, "_esm")}


@pytest.mark.parametrize("name", MAKE)
def test_what_a_page_may_write_is_declared(idle, name):
    assert set(idle(name).trait_names(from_page=True)) == BY_PAGE[name]


@pytest.mark.parametrize(("name", "trait"), NOT_BY_PAGE)
def test_a_page_cannot_write_what_is_not_declared(idle, name, trait):
    widget = idle(name)
    if not widget.has_trait(trait):
        pytest.skip("this widget has none")
    before = getattr(widget, trait)
    for value in (hostile(widget, trait), None, [], {}, "IPY_MODEL_" + widget.model_id):
        widget.set_state({trait: value})
        assert getattr(widget, trait) is before or getattr(widget, trait) == before
        widget._handle_msg({"content": {"data": {"method": "update", "state": {trait: value}}}, "buffers": []})
        assert getattr(widget, trait) is before or getattr(widget, trait) == before


def test_what_is_dropped_is_logged_once_and_the_rest_of_the_message_is_taken(page, caplog):
    shown = page(NetworkEditor(formats["tr"].build((4, 4, 4), 2)))
    record = structure_json.to_dict(formats["tr"].build((4, 4, 4), 3))
    with caplog.at_level(logging.WARNING, logger="tnlab_widgets"):
        for seq in (1, 2):
            message = {"seq": seq, "structure": record}
            shown.widget.set_state({"modes_locked": True, "no\nsuch": 1, "proposal": message})
    assert len(caplog.messages) == 1
    assert r"['modes_locked', 'no\nsuch']" in caplog.text
    assert shown.widget.value.ranks == (3, 3, 3)
    assert not shown.widget.modes_locked
    assert shown.widget.verdict == {"seq": 2, "error": "", "notice": ""}


# Executors


@pytest.fixture(params=["1", ""], ids=["private", "own"])
def served(request, monkeypatch, bench):
    """A workbench on a page of a served one, private or not; on four cores, and no executor may be made but its own."""
    monkeypatch.setenv("TNLAB_PRIVATE_STUDIES", request.param)
    monkeypatch.setattr("tnlab_widgets.searching.settings.os.cpu_count", lambda: 4)
    made = []
    shown = bench(**SERVED)
    monkeypatch.setattr(shown.widget._scheduler, "go", lambda executor, budget: made.append(executor))
    yield shown, made
    assert set(made) <= {"inline", "pool:2", "pool:4"}


ELSEWHERE = ["dask:tcp://198.51.100.1:1", "pool:64", "pool:3", "pool", "", "given: Mine", None, ["inline"], {"a": 1}]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_visitor_cannot_choose_an_executor(served, name):
    shown, made = served
    for menu in ([{"name": name, "label": "mine"}], [{"name": "inline"}, {"name": name}]):
        shown.widget.set_state({"executors": menu})
        shown.command("settings", changes={"executor": name})
        assert "Unknown executor" in shown.widget.problem["text"]
    shown.widget.set_state({"settings": {**shown.widget.settings, "executor": name}})
    shown.command("resume", executor=name, changes={"executor": name})
    shown.command("start", executor=name)
    assert made == ["inline"]
    assert shown.widget.settings["executor"] == "inline"


@pytest.mark.parametrize("name", ELSEWHERE)
def test_an_executor_is_refused_again_where_it_is_used(served, name):
    """Whatever went wrong before: here even what the page could not write has been written."""
    shown, made = served
    widget = shown.widget
    with widget.hold_trait_notifications():
        widget.executors = [{"name": name, "label": "mine"}]
        widget.settings = {**widget.settings, "executor": name}
    widget._settings = type(widget._settings)(**{**vars(widget._settings), "executor": name})
    shown.command("start")
    assert "Unknown executor" in widget.problem["text"]
    assert widget._scheduler.lanes == ()
    with pytest.raises(UnknownNameError):
        widget._go()
    assert made == []


def test_what_is_on_offer_may_be_chosen(served):
    shown, made = served
    for name in ("pool:2", "pool:4", "inline"):
        shown.command("settings", changes={"executor": name})
        shown.command("start")
    assert made == ["pool:2", "pool:4", "inline"]
    assert shown.widget.problem == {}


def test_what_python_gives_is_on_offer_and_a_page_changes_none_of_it():
    mine = object()
    offer = Offer(mine, private=True)
    assert offer.executor("given: object") is mine
    assert Offer("pool:64", private=True).executor("pool:64") == "pool:64"
    offer.menu[0]["name"] = offer.menu[-1]["name"] = "pool:64"  # the page's list holds these records
    with pytest.raises(UnknownNameError, match="pool:64"):
        offer.executor("pool:64")


# Values


NAN, INF = float("nan"), float("inf")
DEEP: list = []
for _ in range(10_000):
    DEEP = [DEEP]
ENDLESS: list = []
ENDLESS.append(ENDLESS)
SPOILT = [10**400, 10**5000, DEEP, ENDLESS, [0] * (MAX_VALUES + 1), "x" * (3 << 20), {"a": {1, 2}}]
ids = [f"value{at}" for at in range(len(SPOILT))]


@pytest.mark.parametrize("value", SPOILT, ids=ids)
@pytest.mark.parametrize(("name", "trait"), [(name, trait) for name in MAKE for trait in sorted(BY_PAGE[name])])
def test_a_spoilt_value_is_a_sentence_and_nothing_of_it_is_kept(idle, name, trait, value, monkeypatch):
    widget = idle(name)
    said = []
    monkeypatch.setattr(type(widget), "_tell", lambda self, text: said.append(text))
    before = getattr(widget, trait)
    for sent in (value, {"seq": 2**53 - 1, "kind": value}, {"seq": 2**53 - 1, "structure": {"modes": [value]}}):
        widget.set_state({trait: sent})
        assert getattr(widget, trait) == before
    assert len(said) == 3
    assert all(text.endswith(".") and "did not foresee" not in text and len(text) < 400 for text in said)


@pytest.mark.parametrize("sent", [None, [], "state", 5, [["proposal", {}]]])
def test_a_message_that_is_no_record_is_dropped(idle, sent):
    widget = idle("Explorer")
    before = widget.structure
    widget.set_state(sent)
    assert widget.structure == before


def test_a_number_far_ahead_does_not_silence_what_comes_after_it(explorer, page):
    explorer.widget.set_state({"command": {"seq": 2**53 - 1, "kind": "target", "value": 0.2}})
    explorer.command("target", value=0.3)
    assert explorer.widget.target_error == 0.3
    for seq in (1e300, NAN, -1, 0, True, "1", None, 2**53, 10**300):
        explorer.widget.set_state({"command": {"seq": seq, "kind": "target", "value": 0.4}})
        assert explorer.widget.problem["text"].endswith(".")
        explorer.widget.set_state({"proposal": {"seq": seq, "structure": explorer.widget.structure}})
        assert explorer.widget.verdict["error"].endswith(".")
    assert explorer.widget.target_error == 0.3
    explorer.widget.set_state({"proposal": {"seq": 2**53 - 1, "structure": explorer.widget.structure}})
    number = explorer.propose(formats["tr"].build(explorer.widget.value.modes, 3))
    assert explorer.widget.structure_seq == number


@pytest.mark.parametrize("value", [NAN, 0, 0.0, -0.1, 1.5, INF, "0.1", None, [0.1], 10**300])
def test_a_target_out_of_range_is_refused(explorer, value):
    before = explorer.widget.target_error
    explorer.command("target", value=value)
    explorer.widget.set_state({"target_error": value})
    assert explorer.widget.target_error == before
    with pytest.raises((traitlets.TraitError, DataError)):
        explorer.widget.target_error = value
    assert explorer.widget.target_error == before
    assert explorer.upload("again.tnlab", saved(explorer))["done"]


def saved(shown: Page) -> bytes:
    shown.command("save")
    return shown.widget.download["data"]


@pytest.mark.parametrize("place", [[1e308, 0], [-1e308, 1e308], [0, 1e7], [0, 10**400], [NAN, 0], [0], "ab"])
def test_a_place_far_off_the_drawing_is_refused(explorer, place):
    widget = explorer.widget
    record = json.loads(json.dumps(widget.structure))
    before = widget.structure
    record["cores"][0]["position"] = place
    explorer.propose(record)
    assert "position" in widget.verdict["error"] or "proposal may hold numbers" in widget.problem["text"]
    assert widget.structure == before
    assert "position" in explorer.ask("import", text=json.dumps(record))["error"]
    state = {name: value for name, value in widget.get_state().items() if not name.startswith("_")}
    json.dumps(state, allow_nan=False, default=lambda binary: np.frombuffer(binary, np.uint8).size)


@pytest.mark.parametrize("change", [
    {"bonds": [{"cores": [k, (k + 1) % 4], "rank": 10**300} for k in range(4)]},
    {"bonds": [{"cores": [k, (k + 1) % 4], "rank": 2**54} for k in range(4)]},
    {"bonds": [{"cores": [k, (k + 1) % 4], "rank": 2} for k in range(4)] * 100},
    {"modes": [10**300] * 4},
    {"modes": [2**54] * 4},
])  # fmt: skip
def test_numbers_that_no_page_has_are_refused(page, change):
    shown = page(NetworkEditor(formats["tr"].build((4, 4, 4, 4), 2)))
    before = shown.widget.structure
    record = {**json.loads(json.dumps(before)), **change}
    seq = shown.propose(record)
    assert shown.widget.verdict["seq"] == seq
    assert "The editor draws at most" in shown.widget.verdict["error"]
    for kind in ("measure", "layout", "import"):
        assert "The editor draws" in shown.ask(kind, structure=record, text=json.dumps(record))["error"]
    assert shown.widget.structure == before


@pytest.mark.parametrize("value", [1e300, -1e300, NAN, INF, "now", None, [], True])
def test_a_heartbeat_is_heard_whatever_it_says(explorer, value):
    explorer.widget.set_state({"heartbeat": value})
    assert isinstance(explorer.widget.heartbeat, float)
    assert np.isfinite(explorer.widget.heartbeat)
