// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { button, roving, setIcon, setUsable } from "./buttons.js";
import { html } from "./dom.js";

let end: AbortController;
beforeEach(() => (end = new AbortController()));
afterEach(() => end.abort());

it("is named and explained, and does nothing while it is out of use", () => {
  const onPress = vi.fn();
  const stop = button({ icon: "stop", label: "Stop", tip: "End the fit.", onPress }, end.signal);
  expect([stop.getAttribute("aria-label"), stop.getAttribute("aria-description")]).toEqual(["Stop", "End the fit."]);
  const path = stop.querySelector("path")?.getAttribute("d");
  setIcon(stop, "pause");
  expect(stop.querySelector("path")?.getAttribute("d")).not.toBe(path);
  setUsable(stop, false);
  stop.ariaDisabled = "true"; // jsdom does not reflect the attribute
  stop.click();
  expect(onPress).not.toHaveBeenCalled();
  setUsable(stop, true);
  stop.ariaDisabled = null;
  stop.click();
  expect(onPress).toHaveBeenCalledOnce();
});

it("is one stop of Tab in a group, in which arrow keys move the focus", () => {
  const items = ["a", "b", "c"].map((id) => html("button", { id }));
  const group = document.body.appendChild(html("div", {}, ...items));
  const settle = roving(group, () => [...group.children] as HTMLElement[], end.signal);
  const press = (key: string): boolean => document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })) ?? true;
  const stops = (): string[] => [...group.children].filter((item) => item.getAttribute("tabindex") === "0").map((item) => item.id);
  expect(stops()).toEqual(["a"]);
  items[0]?.focus();
  const walk = ["ArrowRight", "End", "ArrowRight", "ArrowLeft", "Home"].map((key) => (press(key), document.activeElement?.id));
  expect(walk).toEqual(["b", "c", "c", "b", "a"]);
  expect(press("x")).toBe(true);
  items[1]?.focus();
  expect(stops()).toEqual(["b"]);
  items[1]?.remove();
  settle();
  expect(stops()).toEqual(["a"]);
});
