import { describe, expect, it } from "vitest";
import { rangeOf, seriesOf, thinCurve, toRgba } from "./pixels.js";

describe("bytes from Python", () => {
  it("become grey, and too few of them no picture with holes of black", () => {
    expect([...toRgba(Uint8Array.of(7), 2, 1)]).toEqual([7, 7, 7, 255, 0, 0, 0, 0]);
  });
  it("become colours, three to a pixel", () => {
    expect([...toRgba(Uint8Array.of(1, 2, 3, 4, 5), 2, 3)]).toEqual([1, 2, 3, 255, 0, 0, 0, 0]);
  });
  it("become series, one after the other", () => {
    expect(seriesOf(Float32Array.of(1, 2, 3, 4), 2).map((line) => [...line])).toEqual([[1, 2], [3, 4]]);
  });
});

describe("curves", () => {
  it("have a range that is never empty", () => {
    expect(rangeOf(Float32Array.of(1, 3), Float32Array.of(-1))).toEqual([-1, 3]);
    expect(rangeOf(Float32Array.of(2))).toEqual([1.5, 2.5]);
    expect(rangeOf(new Float32Array())).toEqual([0, 1]);
  });
  it("keep their peaks when they are thinned", () => {
    const values = new Float32Array(10_000);
    values[4321] = 5;
    values[4322] = -5;
    const shown = thinCurve(values, 200);
    expect(shown.length).toBeLessThanOrEqual(200);
    expect(shown.map(({ value }) => value)).toEqual(expect.arrayContaining([5, -5]));
    expect(shown.every(({ place }, k) => k === 0 || place >= (shown[k - 1]?.place ?? 0))).toBe(true);
  });
});
