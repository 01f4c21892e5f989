"""The measures of the network's graph over the diagram."""

from collections.abc import Callable

import pytest

from tests.browser.diagram import Diagram
from tests.browser.harness import Stage
from tnlab.formats import formats
from tnlab_widgets import Explorer, NetworkEditor

pytestmark = pytest.mark.browser


@pytest.fixture
def ring(stage: Callable[..., Stage]) -> Diagram:
    """A ring whose bonds A-B and B-C are the thinnest."""
    return Diagram(stage(lambda: NetworkEditor(formats["tr"].build((4, 5, 6, 7), (2, 3, 4, 5)))))


def narrow(diagram: Diagram) -> set[str]:
    """Return the bonds that are marked as bottlenecks."""
    marks = diagram.stage.find("[data-narrow]").evaluate_all("all => all.map(e => e.dataset.measure)")
    return set(marks)


def select(diagram: Diagram, *names: str) -> None:
    """Select cores by the keyboard."""
    diagram.stage.press("Escape")
    for name in names:
        diagram.core(name).focus()
        diagram.stage.press(" ")


def test_a_key_shows_the_bottleneck_and_two_cores_are_compared(ring: Diagram) -> None:
    ring.core("A").focus()
    ring.stage.press("g")
    ring.stage.until(lambda: narrow(ring) == {"A-B", "B-C"}, "the two thinnest bonds are marked")
    assert ring.stage.find("[data-measure] .tn-narrow-word").all_text_contents() == ["bottleneck"]
    assert ring.stage.find('[data-measure="C-D"] text').text_content() == "0.75"
    select(ring, "A", "C")
    badge = ring.stage.find(".tn-badge")
    words = "cores A and C: effective resistance 1.00, least cut rank 8 through A-B, C-D"
    ring.stage.until(lambda: words in badge.inner_text(), f"{words}, not {badge.inner_text()}")
    assert ring.stage.find(".tn-cut-label").text_content() == "least cut 8"
    crossed = ring.stage.find("[data-crosses]").evaluate_all("all => all.map(e => e.dataset.crosses)")
    assert set(crossed) == {"A-B", "C-D"}
    ring.stage.button("Measure the graph (G)").click()
    assert ring.stage.find("[data-measure], .tn-cut:not([visibility])").count() == 0
    assert badge.inner_text() == ""


def test_a_rank_is_measured_anew(ring: Diagram) -> None:
    button = ring.stage.button("Measure the graph (G)")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    ring.stage.until(lambda: narrow(ring) == {"A-B", "B-C"}, "the two thinnest bonds are marked")
    ring.bond("A-B").focus()
    ring.stage.press(*["ArrowUp"] * 4)
    ring.stage.until(lambda: narrow(ring) == {"B-C", "C-D"}, "others are thinnest now")
    assert ring.stage.find(".tn-badge").inner_text() == "leverage 0.75"


def test_in_the_explorer_it_takes_the_place_of_the_binding_cut(stage: Callable[..., Stage]) -> None:
    staged = stage(lambda: Explorer("camera", modes=(16,) * 4, structure=("tr", 3)))
    staged.find("[data-action=proof]").click()
    staged.find('.tn-cut-label:text("cut rank")').wait_for()
    staged.button("Measure the graph (G)").click()
    staged.find('[data-measure="A-B"]:has-text("effective ")').wait_for()
    assert not staged.find(".tn-cut-label").first.is_visible()
    staged.button("Measure the graph (G)").click()
    staged.find('.tn-cut-label:text("cut rank")').wait_for()
