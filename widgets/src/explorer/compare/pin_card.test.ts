// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { square } from "../../testing/fake_model.js";
import type { PinRecord } from "../../wire/explorer_state.js";
import { makeCard, pinWords, showCard } from "./pin_card.js";

const pin: PinRecord = {
  id: 3, name: "<b>mine</b>", structure: square(), parameters: 1792, compression_ratio: 36.6, relative_error: 0.1407, status: "Converged.", cut_short: false,
  running: false, format: "Tensor ring", fitted: true,
};
const hands = () => ({ open: vi.fn(), rename: vi.fn(), remove: vi.fn(), choose: vi.fn() });

it("shows name, numbers and diagram, and keeps what is typed from a change of the pin", () => {
  const card = makeCard(pin, hands(), new AbortController().signal);
  document.body.append(card);
  showCard(card, pin, "A");
  const name = card.querySelector("input") as HTMLInputElement;
  expect(name.value).toBe("<b>mine</b>");
  expect(card.textContent).toContain("parameters \u00b7 error 0.1407");
  expect(card.querySelector(".tnx-pin-choose")?.textContent).toBe("A");
  const drawn = card.querySelector("svg.tn-small");
  name.focus();
  name.value = "typed";
  showCard(card, { ...pin, name: "other", relative_error: null, running: true }, "");
  expect(name.value).toBe("typed");
  expect(card.querySelector("svg.tn-small")).toBe(drawn);
  expect(card.textContent).toContain("first sweep is running");
});
it("renames, and puts an empty name back", () => {
  const given = hands();
  const card = makeCard(pin, given, new AbortController().signal);
  showCard(card, pin, "");
  const name = card.querySelector("input") as HTMLInputElement;
  name.value = "  ";
  name.dispatchEvent(new Event("change"));
  expect(name.value).toBe("<b>mine</b>");
  name.value = "new";
  name.dispatchEvent(new Event("change"));
  expect(given.rename.mock.calls).toEqual([[3, "new"]]);
});
it("says in words what was cut short", () => {
  expect(pinWords({ ...pin, cut_short: true })).toMatch(/error 0\.1407, cut short$/);
  expect(pinWords({ ...pin, relative_error: null })).toMatch(/not fitted$/);
});
