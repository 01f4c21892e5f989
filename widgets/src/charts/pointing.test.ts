// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import { Pointing } from "./pointing.js";

const [open, say, chose] = [vi.fn(), vi.fn(), vi.fn()];
const tip = { show: vi.fn(), hide: vi.fn() };
let pointing: Pointing<number>;
const press = (key: string, held: KeyboardEventInit = {}): boolean => pointing.press(new KeyboardEvent("keydown", { key, ...held }));

beforeEach(() => {
  vi.clearAllMocks();
  // Points 0 to 9 lie 10 pixels apart; up and down lead nowhere.
  pointing = new Pointing({
    near: ({ x }) => (x < 100 ? Math.round(x / 10) : null),
    next: (from, way) => (way === "up" || way === "down" ? undefined : from === null ? 9 : from > 0 && way === "left" ? from - 1 : null),
    key: String, place: (point) => ({ x: 10 * point, y: 0 }), words: (point) => `Point ${point}.`, open, say, chose,
  }, tip);
  document.createElement("div").append(pointing.spot);
});

it("shows the tooltip of the point under the pointer, once", () => {
  pointing.hover({ x: 31, y: 0 });
  pointing.hover({ x: 29, y: 0 });
  expect(tip.show.mock.calls).toEqual([[pointing.spot, "Point 3. Click to open it in the Explorer."]]);
  expect([pointing.spot.style.left, pointing.spot.parentElement?.style.cursor, say.mock.calls.length]).toEqual(["30px", "pointer", 0]);
  pointing.hover({ x: 500, y: 0 });
  expect([pointing.chosen, tip.hide.mock.calls.length, chose.mock.calls]).toEqual([null, 1, [[3], [null]]]);
});
it("opens the point that is clicked, or that the keys are on", () => {
  pointing.click({ x: 500, y: 0 });
  expect(press("Enter")).toBe(true);
  expect(open).not.toHaveBeenCalled();
  pointing.click({ x: 20, y: 0 });
  press("ArrowLeft");
  press("ArrowLeft");
  press(" ");
  expect(open.mock.calls).toEqual([[2], [8]]);
  expect(say.mock.calls).toEqual([["Point 9."], ["Point 8."]]);
});
it("takes only keys of its own", () => {
  expect([press("ArrowUp"), press("ArrowLeft", { shiftKey: true }), press("Escape"), press("x")]).toEqual([false, false, false, false]);
  press("ArrowLeft");
  expect(press("ArrowRight")).toBe(true);
  expect(pointing.chosen).toBe(9);
  expect(press("Escape")).toBe(true);
  expect(pointing.chosen).toBeNull();
});
