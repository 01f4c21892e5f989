// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it } from "vitest";
import { html } from "./dom.js";
import { arrowKeys, roving, UP_AND_DOWN } from "./roving.js";

let end: AbortController;
let group: HTMLElement;
const items = (): HTMLElement[] => [...group.children] as HTMLElement[];
const press = (key: string): boolean => document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })) ?? true;
const walk = (...keys: string[]): unknown[] => keys.map((key) => (press(key), document.activeElement?.id));

beforeEach(() => {
  end = new AbortController();
  group = document.body.appendChild(html("div", {}, ...["a", "b", "c"].map((id) => html("button", { id }))));
});
afterEach(() => {
  end.abort();
  group.remove();
});

it("is one stop of Tab, in which arrow keys move the focus", () => {
  const settle = roving(group, items, end.signal);
  const stops = (): string[] => items().filter((item) => item.getAttribute("tabindex") === "0").map((item) => item.id);
  expect(stops()).toEqual(["a"]);
  items()[0]?.focus();
  expect(walk("ArrowRight", "End", "ArrowRight", "ArrowLeft", "Home")).toEqual(["b", "c", "c", "b", "a"]);
  expect(press("x")).toBe(true);
  items()[1]?.focus();
  expect(stops()).toEqual(["b"]);
  items()[1]?.remove();
  settle();
  expect(stops()).toEqual(["a"]);
});
it("leaves a text field its keys until the caret is at the end", () => {
  const field = html("input", { id: "d", value: "ab" });
  group.append(field);
  roving(group, items, end.signal);
  const from = (caret: number, key: string): string | undefined => {
    field.focus();
    field.setSelectionRange(caret, caret);
    press(key);
    return document.activeElement?.id;
  };
  expect([from(1, "ArrowLeft"), from(2, "Home"), from(0, "ArrowLeft"), from(0, "Home")]).toEqual(["d", "d", "c", "a"]);
  expect([from(0, "ArrowRight"), from(1, "End"), from(1, "ArrowUp")]).toEqual(["d", "d", "c"]);
  group.append(html("button", { id: "e" }));
  expect([from(2, "ArrowRight"), from(2, "End")]).toEqual(["e", "e"]);
});
it("leads around the ends where it is asked to, except with Home and End", () => {
  arrowKeys(group, items, { steps: UP_AND_DOWN, around: true }, end.signal);
  items()[0]?.focus();
  expect(walk("ArrowUp", "ArrowDown", "End", "Home", "ArrowRight")).toEqual(["c", "a", "c", "a", "a"]);
});
