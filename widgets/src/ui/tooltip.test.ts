// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { html } from "./dom.js";
import { explain, term, tooltip } from "./tooltip.js";

let root: HTMLElement;
let owner: HTMLElement;
let end: AbortController;
const bubble = (): HTMLElement => root.querySelector(".tnx-tip") as HTMLElement;
const pointer = (type: string, target: Element): boolean => target.dispatchEvent(new MouseEvent(type, { bubbles: true }));

beforeEach(() => {
  vi.useFakeTimers();
  end = new AbortController();
  owner = html("button");
  explain(owner, "What it means.");
  root = document.body.appendChild(html("div", {}, owner));
  tooltip(root, end.signal);
});
afterEach(() => {
  end.abort();
  root.remove();
  vi.useRealTimers();
});

it("shows its text when the pointer has rested on an element, and goes with Escape", () => {
  pointer("pointerover", owner);
  vi.advanceTimersByTime(349);
  expect(bubble().hidden).toBe(true);
  vi.advanceTimersByTime(1);
  expect([bubble().hidden, bubble().textContent]).toEqual([false, "What it means."]);
  root.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  expect(bubble().hidden).toBe(true);
});
it("describes the element to a screen reader, unless that would read the same twice", () => {
  expect(owner.getAttribute("aria-description")).toBe("What it means.");
  const named = html("button", { "aria-label": "Undo" });
  explain(named, "Undo");
  expect([named.getAttribute("data-tip"), named.getAttribute("aria-description")]).toEqual(["Undo", null]);
  explain(named, "");
  expect(named.hasAttribute("data-tip")).toBe(false);
});
it("is reached by the Tab key at a word that is explained", () => {
  const word = term("gap", "How much is left.");
  expect([word.tabIndex, word.textContent, word.getAttribute("data-tip")]).toEqual([0, "gap", "How much is left."]);
});
it("belongs to the inner of two widgets", () => {
  const outer = document.body.appendChild(html("div", {}, root));
  tooltip(outer, end.signal);
  pointer("pointerover", owner);
  vi.advanceTimersByTime(1000);
  expect([...outer.querySelectorAll<HTMLElement>(".tnx-tip")].map(({ hidden, parentElement }) => [hidden, parentElement === root])).toEqual([[false, true], [true, false]]);
  outer.remove();
});
it("does not come back over what was pressed until the pointer has left it", () => {
  pointer("pointerdown", owner);
  pointer("pointerover", owner);
  vi.advanceTimersByTime(1000);
  expect(bubble().hidden).toBe(true);
  pointer("pointerover", root);
  pointer("pointerover", owner);
  vi.advanceTimersByTime(350);
  expect(bubble().hidden).toBe(false);
});
it("is not shown over an element that is gone by then", () => {
  pointer("pointerover", owner);
  owner.remove();
  vi.advanceTimersByTime(1000);
  expect(bubble().hidden).toBe(true);
});
