"""What the workbench tells its page: the bound that holds for all lanes, and how searches stand together."""

from types import SimpleNamespace

from tests.widgets.searching.searches import ended, running
from tnlab_widgets.searching.points import PIECE
from tnlab_widgets.searching.workbench_state import common_bound


def lane(parameters, target=0.1, family="ring"):
    """Return a stand-in for a lane for which so many parameters are proved to be needed; None for nothing yet."""
    bound = SimpleNamespace(parameters=parameters, proved=False, scope="", family=family) if parameters else None
    return SimpleNamespace(progress=SimpleNamespace(bound=bound), plan=SimpleNamespace(target_error=target))


def test_the_common_bound_is_the_weakest_and_names_its_target():
    found = common_bound((lane(40), lane(30, 0.2, "tree"), SimpleNamespace(progress=None)))
    assert (found["parameters"], found["target"], found["kind"]) == (30, 0.2, "rings and trains; trees")
    assert common_bound((lane(40), lane(None))) == {}, "nothing is known of the other lane's family"
    assert common_bound((lane(None),)) == common_bound(()) == {}


def test_the_state_follows_the_searches(bench):
    shown = bench()
    assert shown.seen.run["state"] == "idle"
    assert not shown.seen.run["can_resume"]
    running(shown)
    ended(shown)
    assert shown.seen.run["status"] == "Ended."
    assert shown.seen.run["can_resume"]


def test_the_page_never_reads_of_an_end_beside_a_lane_that_runs(bench):
    shown, pairs = bench(engines=("hill_climb", "tnls")), []
    show = shown.show

    def noted(state):
        if "run" in state:
            pairs.append((state["run"]["state"], {lane["state"] for lane in state["lanes"]}))
        show(state)

    shown.show = noted
    running(shown)
    ended(shown)
    assert ("ended", {"ended"}) in pairs
    assert all(states == {"ended"} for run, states in pairs if run == "ended")
    assert all(states & {"running", "waiting"} for run, states in pairs if run == "running")


def test_points_from_a_number_on_are_sent_again_when_asked_for(bench):
    shown = bench()
    running(shown)
    first = ended(shown)[0]
    shown.heard.clear()
    shown.say("points", lane=first["id"], **{"from": 2})
    pieces = [message for message in shown.heard if message.get("event") == "points"]
    assert [(piece["lane"], piece["from"], piece["count"]) for piece in pieces] == [
        (first["id"], 2, min(PIECE, first["total"] - 1))
    ]
