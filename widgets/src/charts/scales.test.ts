import { describe, expect, it } from "vitest";
import { hatchPath, linearScale, linePath, logScale, niceTop, pareto, stepPath } from "./scales.js";

describe("scales", () => {
  it("hold every value, with ticks inside", () => {
    for (const values of [[1728], [100, 3_000_000], [2, 1e9], []]) {
      const scale = logScale(values, 1.25, 5);
      expect(scale.high / scale.low).toBeGreaterThanOrEqual(5);
      expect(scale.ticks.length).toBeGreaterThan(1);
      expect(scale.ticks.length).toBeLessThanOrEqual(6);
      for (const value of [...values, ...scale.ticks]) {
        expect(scale.at(value)).toBeGreaterThanOrEqual(0);
        expect(scale.at(value)).toBeLessThanOrEqual(1);
      }
    }
  });
  it("start at zero where they are linear, in round steps", () => {
    expect(linearScale([0.31, 0.1]).ticks).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
    expect(linearScale([]).high).toBeGreaterThan(0);
    expect(linearScale([0]).ticks.every(Number.isFinite)).toBe(true);
  });
});

describe("the best structures", () => {
  it("are those that no other beats in both numbers", () => {
    const points = [{ x: 3, y: 1 }, { x: 1, y: 3 }, { x: 2, y: 4 }, { x: 2, y: 2 }, { x: 4, y: 1 }];
    expect(pareto(points)).toEqual([{ x: 1, y: 3 }, { x: 2, y: 2 }, { x: 3, y: 1 }]);
  });
  it("are joined by steps", () => {
    expect(stepPath([{ x: 1, y: 3 }, { x: 2, y: 2 }], 9)).toBe("M1.0 3.0H2.0V2.0H9.0");
    expect(stepPath([], 9)).toBe("");
  });
});

it("draws one value and many as a line, and leaves out what is no number", () => {
  expect(linePath([0.5], 10, 10, (value) => value)).toBe("M0.0 5.0");
  expect(linePath([0, NaN, 1], 10, 10, (value) => value)).toBe("M0.0 10.0L10.0 0.0");
});

it("hatches a region and none of what is outside", () => {
  const numbers = hatchPath({ left: 10, right: 40, top: 5, bottom: 15 }, 4).match(/-?[\d.]+/g)?.map(Number) ?? [];
  expect(numbers.length).toBeGreaterThan(8);
  numbers.forEach((value, place) => {
    const [low, high] = place % 2 === 0 ? [10, 40] : [5, 15];
    expect(value).toBeGreaterThanOrEqual(low);
    expect(value).toBeLessThanOrEqual(high);
  });
  expect(hatchPath({ left: 10, right: 10, top: 5, bottom: 15 }, 4)).toBe("");
  expect([0.1407, 640, 0, 9.9].map(niceTop)).toEqual([0.15, 800, 1, 12]);
});
