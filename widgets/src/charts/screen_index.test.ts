import { describe, expect, it } from "vitest";
import { ScreenIndex, towards } from "./screen_index.js";

let seed = 1;
const random = (): number => ((seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647);
const count = 3000;
const size = { width: 400, height: 400 };
const [xs, ys] = [0, 1].map(() => Float32Array.from({ length: count }, () => 420 * random() - 10)) as [Float32Array, Float32Array];

describe("the index of points on the screen", () => {
  it("finds what looking at every point finds", () => {
    const index = new ScreenIndex({ xs, ys, count }, size);
    for (let turn = 0; turn < 300; turn++) {
      const [x, y, reach] = [400 * random(), 400 * random(), 1 + 30 * random()];
      let [best, least] = [-1, reach * reach];
      for (let k = 0; k < count; k++) {
        const [px, py] = [xs[k] as number, ys[k] as number];
        const away = (px - x) ** 2 + (py - y) ** 2;
        if (px >= 0 && py >= 0 && px < 400 && py < 400 && away < least) [best, least] = [k, away];
      }
      expect(index.nearest(x, y, reach)).toBe(best);
    }
  });
  it("finds nothing among none, nor beyond reach; the last of several at one place", () => {
    expect(new ScreenIndex({ xs, ys, count: 0 }, size).nearest(3, 3, 1000)).toBe(-1);
    const same = Float32Array.of(50, 50, 300);
    const index = new ScreenIndex({ xs: same, ys: same, count: 3 }, size);
    expect(index.nearest(60, 50, 5)).toBe(-1);
    expect(index.nearest(52, 50, 5)).toBe(1);
    expect(index.nearest(-40, 390, 12)).toBe(-1);
  });
  it("leads from point to point by arrow keys", () => {
    const places = { xs: Float32Array.of(0, 10, 12, 0, -20), ys: Float32Array.of(0, 1, 30, 15, 2), count: 5 };
    expect(towards(places, 0, "right")).toBe(1);
    expect(towards(places, 0, "down")).toBe(3);
    expect(towards(places, 0, "left")).toBe(4);
    expect(towards(places, 0, "up")).toBe(-1);
  });
});
