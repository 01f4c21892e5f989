// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Disclosure, disclosure } from "./disclosure.js";
import { html } from "./dom.js";

let end: AbortController;
let opener: HTMLElement;
let inner: HTMLElement;
let part: HTMLElement;
const make = (stays = false): Disclosure => disclosure({ opener, part, first: () => inner, stays }, end.signal);
const state = (): unknown[] => [part.hidden, opener.getAttribute("aria-expanded"), document.activeElement];
const press = (target: Element): boolean => target.dispatchEvent(new MouseEvent("pointerdown", { bubbles: true, composed: true }));

beforeEach(() => {
  end = new AbortController();
  opener = html("button");
  inner = html("input");
  part = html("div", {}, inner);
  document.body.replaceChildren(opener, part, html("a", { href: "#" }));
});
afterEach(() => end.abort());

it("is hidden at first, takes the focus when it opens, and gives it back", () => {
  const shown = make();
  expect(state()).toEqual([true, "false", document.body]);
  expect(opener.getAttribute("aria-controls")).toBe(part.id);
  shown.open();
  expect(state()).toEqual([false, "true", inner]);
  inner.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  expect(state()).toEqual([true, "false", opener]);
  shown.toggle();
  shown.toggle();
  expect(state()).toEqual([true, "false", opener]);
});
it("closes when a press or the focus goes elsewhere, unless it stays", () => {
  const shown = make();
  shown.open();
  press(inner);
  press(opener);
  expect(part.hidden).toBe(false);
  press(document.body);
  expect(part.hidden).toBe(true);
  shown.open();
  document.querySelector("a")?.focus();
  expect(part.hidden).toBe(true);
  end.abort();
  end = new AbortController();
  make(true).open();
  press(document.body);
  document.querySelector("a")?.focus();
  expect(part.hidden).toBe(false);
});
