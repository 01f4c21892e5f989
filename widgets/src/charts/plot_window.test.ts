import { describe, expect, it } from "vitest";
import { evenTicks, type Frame, panned, pixelX, pixelY, planeX, planeY, ticks, toPlane, windowAround, zoomed } from "./plot_window.js";

const frame: Frame = { left: 50, top: 20, right: 350, bottom: 220 };
const window = { left: 2, right: 4, low: 0, high: 0.5 };

describe("a window on a plane", () => {
  it("maps places to pixels and back", () => {
    expect(pixelX(window, frame, 3)).toBe(200);
    expect(pixelY(window, frame, 0.5)).toBe(20);
    expect(planeX(window, frame, pixelX(window, frame, 2.7))).toBeCloseTo(2.7);
    expect(planeY(window, frame, pixelY(window, frame, 0.12))).toBeCloseTo(0.12);
  });
  it("follows the pointer: what was under it stays under it", () => {
    const moved = panned(window, frame, 30, -10);
    expect(pixelX(moved, frame, 3)).toBeCloseTo(230);
    expect(pixelY(moved, frame, 0.5)).toBeCloseTo(10);
    const larger = zoomed(window, frame, 2, { x: 120, y: 90 });
    expect(planeX(larger, frame, 120)).toBeCloseTo(planeX(window, frame, 120));
    expect(planeY(larger, frame, 90)).toBeCloseTo(planeY(window, frame, 90));
    expect(larger.right - larger.left).toBeCloseTo(1);
    const back = zoomed(larger, frame, 0.5, { x: 120, y: 90 });
    expect(back.left).toBeCloseTo(2);
  });
  it("ends zooming before numbers do", () => {
    let deep = window as ReturnType<typeof zoomed>;
    for (let k = 0; k < 200; k++) deep = zoomed(deep, frame, 2);
    expect(deep.right).toBeGreaterThan(deep.left);
    expect(deep.high).toBeGreaterThan(deep.low);
  });
  it("is never empty", () => {
    const point = windowAround([3, 3], [1, 1]);
    expect(point.right).toBeGreaterThan(point.left);
    expect(toPlane(0, true)).toBe(-12);
  });
});

describe("ticks", () => {
  it("are round numbers inside the window, no more than asked for", () => {
    expect(evenTicks(0, 0.5, 5)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(ticks(2, 4, true, 8)).toEqual([100, 200, 500, 1000, 2000, 5000, 10_000]);
    expect(ticks(3, 3.1, true, 5)).toEqual([1000, 1100, 1200]);
    for (const [low, high] of [[-3, 9], [0, 1], [2.2, 2.9]] as const) {
      const seen = ticks(low, high, true, 6);
      expect(seen.length).toBeGreaterThan(1);
      expect(seen.length).toBeLessThan(8);
      for (const tick of seen) expect(Math.log10(tick)).toBeGreaterThanOrEqual(low - 1e-9);
    }
    expect(evenTicks(1, 1, 5)).toEqual([]);
  });
});
