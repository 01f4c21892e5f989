// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { button, setIcon, setUsable } from "./buttons.js";

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
