// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { button, drawIcon, setIcon, setUsable } from "./buttons.js";

let end: AbortController;
beforeEach(() => (end = new AbortController()));
afterEach(() => end.abort());

it("is named and explained, and does nothing while it is out of use", () => {
  const onPress = vi.fn();
  const stop = button({ icon: "stop", label: "Stop", tip: "End the fit.", onPress }, end.signal);
  expect([stop.getAttribute("aria-label"), stop.getAttribute("aria-description")]).toEqual(["Stop", "End the fit."]);
  setUsable(stop, false);
  stop.ariaDisabled = "true"; // jsdom does not reflect the attribute
  stop.click();
  expect(onPress).not.toHaveBeenCalled();
  setUsable(stop, true);
  stop.ariaDisabled = null;
  stop.click();
  expect(onPress).toHaveBeenCalledOnce();
});
it("fills some icons and draws others as strokes, in one box", () => {
  const [stop, fit] = [drawIcon("stop"), drawIcon("fit")];
  expect([stop, fit].map((icon) => icon.getAttribute("viewBox"))).toEqual(["0 0 16 16", "0 0 16 16"]);
  expect([stop, fit].map((icon) => icon.firstElementChild?.getAttribute("fill"))).toEqual(["currentColor", null]);
});
it("changes an icon in place", () => {
  const icon = drawIcon("pause");
  const path = icon.firstElementChild;
  setIcon(icon, "resume");
  expect(icon.firstElementChild).toBe(path);
  expect(path?.getAttribute("d")).toBe(drawIcon("resume").firstElementChild?.getAttribute("d"));
});
