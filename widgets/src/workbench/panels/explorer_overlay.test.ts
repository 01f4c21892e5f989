// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { drawn, FakeModel, square } from "../../testing/fake_model.js";
import { widgetLink } from "../../wire/widget_link.js";
import type { WorkbenchMessage, WorkbenchState } from "../../wire/workbench_state.js";
import { type ExplorerOverlay, explorerOverlay } from "./explorer_overlay.js";

/** Timers that are left once those of jsdom itself, which tell of a moved focus, have fired. */
const timers = (): number => (vi.advanceTimersByTime(0), vi.getTimerCount());
let model: FakeModel<WorkbenchState>;
let end: AbortController;
let overlay: ExplorerOverlay;
const back = vi.fn();
const cover = vi.fn();
const cores = (): number => overlay.element.querySelectorAll("[data-core]").length;
const state = { ...drawn(), target_error: 0.1, files: { suffixes: [".npy"], words: "an array", max_bytes: 1 } };

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  model = new FakeModel<WorkbenchState>({});
  end = new AbortController();
  overlay = explorerOverlay(widgetLink<WorkbenchState, WorkbenchMessage>(model, end.signal), { back, cover }, end.signal);
  document.body.replaceChildren(overlay.element);
});
afterEach(() => {
  end.abort();
  expect([model.listeners, timers()]).toEqual([0, 0]);
  vi.useRealTimers();
});

it("shows an Explorer that speaks for itself, and leaves nothing of it behind", async () => {
  const listeners = model.listeners;
  overlay.show({ lane: 1, number: 7, part: "explorer-1" });
  expect(overlay.element.textContent).toContain("Opening");
  await model.answer(model.newest("hello"), { state });
  expect([cores(), overlay.element.textContent?.includes("Opening")]).toEqual([4, false]);
  const bond = overlay.element.querySelector<SVGElement>('[data-bond="A-B"]');
  bond?.dispatchEvent(new WheelEvent("wheel", { deltaY: -100, bubbles: true, cancelable: true }));
  expect(model.newest("draft")).toMatchObject({ part: "explorer-1", client: model.newest("hello").client });
  model.tell({ part: "explorer-1", event: "visits", visits: [{ id: 1, parameters: 9, relative_error: 0.1, label: "", status: "" }], current_id: 1 });
  expect(overlay.element.querySelectorAll("[data-history]").length).toBe(1);
  overlay.show({ lane: 1, number: 7, part: "explorer-1" }); // the same
  expect(model.told("hello").length).toBe(1);
  overlay.show(null);
  expect([cores(), overlay.element.hidden, model.listeners, timers()]).toEqual([0, true, listeners, 0]);
  expect([cover.mock.calls, back.mock.calls.length]).toEqual([[[true], [false]], 0]);
});
it("does not show an Explorer that comes only after another one was asked for", async () => {
  overlay.show({ lane: 1, number: 7, part: "explorer-1" });
  const slow = model.newest("hello");
  overlay.show({ lane: 1, number: 8, part: "explorer-2" });
  const quick = model.newest("hello");
  expect(quick.client).not.toBe(slow.client);
  await model.answer(quick, { state });
  await model.answer(slow, { state: { ...state, structure: {} } });
  expect(cores()).toBe(4);
});
it("of one point opened twice is the newer one; late messages of the replaced one are not heard", async () => {
  overlay.show({ lane: 1, number: 7, part: "explorer-1" });
  await model.answer(model.newest("hello"), { state });
  overlay.show({ lane: 1, number: 7, part: "explorer-2" });
  expect(model.newest("hello")).toMatchObject({ part: "explorer-2", n: 1 });
  model.tell({ part: "explorer-1", state: { structure: { ...square(), cores: square().cores.slice(0, 2), bonds: [], modes: [4, 5] } } });
  await model.answer(model.newest("hello"), { state });
  model.tell({ part: "explorer-1", event: "visits", visits: [{ id: 1, parameters: 9, relative_error: 0.1, label: "", status: "" }], current_id: 1 });
  expect([cores(), overlay.element.querySelectorAll("[data-history]").length]).toEqual([4, 0]);
});
it("says why an Explorer could not be shown", async () => {
  overlay.show({ lane: 1, number: 7, part: "explorer-1" });
  await model.answer(model.newest("hello"), { error: "No Explorer is open." });
  expect(overlay.element.textContent).toContain("The Explorer could not be shown: No Explorer is open.");
});
