import { describe, expect, it } from "vitest";
import { ceilError, ceilRatio, floorError, floorShort, formatBytes, formatCount, formatError, formatFlops, formatRatio, formatSeconds, formatShort, formatTick } from "./format.js";

describe("numbers as people read them", () => {
  it("writes errors with four digits, and powers of ten where zeros would be counted", () => {
    expect([0.1072, 0.00512, 1e-7, 0, 1.25, null, NaN].map((value) => formatError(value))).toEqual(
      ["0.1072", "0.00512", "1.0e-7", "0", "1.250", "\u2013", "\u2013"],
    );
  });
  it("rounds what is proved so that it never claims more", () => {
    expect([0.04127, 0.14, 0.09999, 3.28e-7].map(floorError)).toEqual(["0.0412", "0.1400", "0.0999", "3.2e-7"]);
    expect([0.04121, 0.0041212].map(ceilError)).toEqual(["0.0413", "0.00413"]);
    expect([1.3546, 30001 / 30000, 1.35, 7.000000000000001, 99.95, 0].map(ceilRatio)).toEqual(["1.36", "1.01", "1.35", "7", "100", "0"]);
    expect([0.09996, 0.1, 0.05, 0.000299].map(floorShort)).toEqual(["0.0999", "0.1", "0.05", "2.9e-4"]);
    for (let k = 0; k < 500; k++) {
      const value = 10 ** (-8 * Math.random());
      expect(Number(floorError(value))).toBeLessThanOrEqual(value);
      expect(Number(floorShort(value))).toBeLessThanOrEqual(value);
      expect(Number(ceilError(value))).toBeGreaterThanOrEqual(value);
    }
  });
  it("groups counts, and keeps ratios and costs short", () => {
    expect(formatCount(1728)).toBe("1\u202f728");
    expect(formatRatio(37.92)).toBe("37.9");
    expect(formatRatio(37926.2)).toBe("37\u202f926");
    expect(formatFlops(24_123_456)).toBe("24.1 Mflop");
    expect(formatFlops(999)).toBe("999 flop");
    expect([500, 20_000, 1e6].map(formatTick)).toEqual(["500", "20k", "1M"]);
    expect([0.1, 0.05, 2e-6].map(formatShort)).toEqual(["0.1", "0.05", "2e-6"]);
  });
  it("writes times and sizes", () => {
    expect([0.44, 12.3, 75].map(formatSeconds)).toEqual(["0.4 s", "12 s", "1 min 15 s"]);
    expect([10, 65 * 1024 * 1024].map(formatBytes)).toEqual(["1 KiB", "65.0 MiB"]);
  });
});

