"""The error bound in the Explorer: never above the error, updated with the ranks, shown with its binding cut."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import explorer_page as on
from tests.browser.harness import Stage
from tnlab_widgets import Explorer

pytestmark = pytest.mark.browser

_BOUND_IS_OF_WHAT_IS_DRAWN = """() => {
  const [bound, count] = ["error-bound", "parameters"].map(name => document.querySelector(`[data-field="${name}"]`));
  return bound.dataset.edit === count.dataset.edit && bound.dataset.complete === "yes";
}"""
_RECORD = """() => {
  window.pairs = [];
  const read = name => document.querySelector(`[data-field="${name}"]`).dataset;
  const note = () => {
    const [bound, error] = [read("error-bound"), read("relative-error")];
    if (bound.edit === error.edit && error.value !== "") pairs.push([Number(bound.value), Number(error.value)]);
  };
  new MutationObserver(note).observe(document.querySelector(".tnx-numbers"), { subtree: true, attributes: true });
}"""
_ONE_MORE_RANK = """label => new Promise(resolve => {
  const bound = document.querySelector('[data-field="error-bound"]');
  const before = bound.dataset.edit;
  const observer = new MutationObserver(() => {
    if (bound.dataset.edit === before || bound.closest(".tnx-proof").dataset.state !== "still") return;
    observer.disconnect();
    resolve();
  });
  observer.observe(bound.closest(".tnx-proof"), { subtree: true, attributes: true });
  const bond = document.querySelector(`[data-bond="${label}"]`);
  bond.focus();
  bond.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true, cancelable: true }));
})"""


@pytest.fixture
def explorer(stage: Callable[..., Stage]) -> Callable[..., Stage]:
    """Puts an Explorer on a page and waits for the error bound and the proved minimum of its first structure."""

    def explorer(**settings: Any) -> Stage:
        staged = stage(lambda: Explorer("camera", modes=(16,) * 4, **settings))
        staged.find("[data-action=proof]").press("Enter")
        staged.page.wait_for_function(_BOUND_IS_OF_WHAT_IS_DRAWN)
        return staged

    return explorer


def bound(stage: Stage) -> float:
    """Return the bound that the page shows for what is drawn."""
    stage.page.wait_for_function(_BOUND_IS_OF_WHAT_IS_DRAWN)
    return on.number(stage.page, "error-bound")


def test_the_bound_is_never_above_the_error_and_moves_with_a_rank(explorer: Callable[..., Stage]) -> None:
    stage = explorer(structure=("tr", 3))
    stage.page.evaluate(_RECORD)
    before = bound(stage)
    assert stage.find('[data-field="error-bound"]').inner_text().startswith("no fit of this structure can be below 0.")
    on.turn_wheel(stage.page, "A-B", 3)
    on.turn_wheel(stage.page, "C-D", 3)
    on.turn_wheel(stage.page, "A-D", 3)
    stage.until(lambda: stage.widget.value.ranks.count(6) == 3, "three ranks of 6")
    assert bound(stage) < before
    on.turn_wheel(stage.page, "B-C", 3)
    on.wait_for_fit(stage.page)
    pairs = stage.page.evaluate("pairs")
    assert len(pairs) > 5
    assert all(low <= error for low, error in pairs)


def test_every_rank_change_is_answered_with_its_bound(explorer: Callable[..., Stage]) -> None:
    stage = explorer(structure=("tr", 3))
    on.wait_for_fit(stage.page)
    for rank in (4, 5, 6):
        stage.page.evaluate(_ONE_MORE_RANK, "A-B")
        assert stage.find('[data-bond="A-B"]').get_attribute("data-rank") == str(rank)


def test_the_cut_is_drawn_and_named_while_the_proof_is_open(explorer: Callable[..., Stage]) -> None:
    stage = explorer(structure=("tt", 4))
    line, label = stage.find(".tn-cut-line"), stage.find(".tn-cut-label")
    label.wait_for()
    (place,) = stage.widget.certificate.crossing
    assert stage.find("[data-crosses]").get_attribute("data-crosses") == ("A-B", "B-C", "C-D")[place]
    sides = ("modes 0 | 1\u20133", "modes 0, 1 | 2, 3", "modes 0\u20132 | 3")[place]
    assert f"{sides}, cut rank 4" in stage.find(".tnx-proof").first.inner_text()
    toggle = stage.find("[data-action=proof]")
    toggle.focus()
    stage.press("Enter")
    assert toggle.get_attribute("aria-expanded") == "false"
    assert not label.is_visible()
    stage.press("Enter")
    assert label.is_visible()
    before = line.get_attribute("d")
    x, y = stage.page.evaluate(
        "() => { const b = document.querySelector('[data-core=B] .tn-disc').getBoundingClientRect();"
        " return [b.x + b.width / 2, b.y + b.height / 2] }"
    )
    stage.page.mouse.move(x, y)
    stage.page.mouse.down()
    stage.page.mouse.move(x + 10, y + 60, steps=4)
    stage.until(lambda: line.get_attribute("d") != before, "the cut follows the drag")
    stage.page.mouse.up()


def test_a_bond_says_what_one_more_rank_can_gain(explorer: Callable[..., Stage]) -> None:
    stage = explorer(structure=("tt", 4))
    on.wait_for_fit(stage.page)
    assert stage.find('[data-field="singular-values"]').inner_text() == "cut rank 4"
    stage.page.mouse.click(*on.on_bond(stage.page, "A-B"))
    stage.find('.tn-badge:has-text("one more rank: error can fall by at most")').wait_for()
    assert "effective rank" in stage.find(".tn-badge").inner_text()


def test_the_minimum_follows_the_target(explorer: Callable[..., Stage]) -> None:
    stage = explorer(structure=("tr", 4))
    stage.find('[data-field="minimum"][data-proved]').wait_for(timeout=20_000)
    first = on.number(stage.page, "minimum")
    assert on.number(stage.page, "gap") == pytest.approx(on.number(stage.page, "parameters") / first)
    assert stage.find(".tnx-never[aria-label*=impossible]").get_attribute("visibility") is None
    target = stage.find('[data-field="target"]')
    target.fill("0.3")
    target.press("Enter")
    stage.find('[data-field="minimum"][data-target="0.3"][data-proved]').wait_for(timeout=20_000)
    assert on.number(stage.page, "minimum") < first


def test_every_line_of_a_proof_explains_itself_to_the_keyboard(explorer: Callable[..., Stage]) -> None:
    stage = explorer(structure=("tt", 4))
    stage.find(".tnx-proof-lower").focus()
    stage.press("Shift+Tab", "Tab")
    assert "holds for every fit" in stage.find(".tnx-tip").inner_text()
