import { describe, expect, it } from "vitest";
import { barHeights, errorScale, leastErrors } from "./small_charts.js";

describe("singular values", () => {
  it("fall on a logarithmic scale from 1, and zeros stay visible", () => {
    const heights = barHeights([1, 0.1, 0.01, 0]);
    expect(heights[0]).toBe(1);
    expect((heights[0] ?? 0) - (heights[1] ?? 0)).toBeCloseTo((heights[1] ?? 0) - (heights[2] ?? 0), 9);
    expect(heights[3]).toBeGreaterThan(0);
    expect(heights[3]).toBeLessThan(heights[2] ?? 0);
  });
  it("do without any", () => expect(barHeights([])).toEqual([]));
});

it("ends the errors of the sweeps at the error of the network that is kept", () => {
  expect(leastErrors([0.3, 0.1, 0.2], 0.1)).toEqual([0.3, 0.1, 0.1]);
  expect(leastErrors([0.3, 0.2, 0.25, 0.2], 0.15)).toEqual([0.3, 0.2, 0.2, 0.15]);
  expect(leastErrors([0.3, 0.2], null)).toEqual([0.3, 0.2]);
  expect(leastErrors([], 0.1)).toEqual([]);
});

it("does not blow rounding up to a slope", () => {
  const scale = errorScale([0.14071, 0.1407]);
  expect(scale.at(0.14071) - scale.at(0.1407)).toBeLessThan(0.01);
  expect(Number.isFinite(errorScale([]).at(0.5))).toBe(true);
});
