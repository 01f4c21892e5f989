import { describe, expect, it } from "vitest";
import { formatBytes, formatCount, formatError, formatFlops, formatRatio, formatSeconds, formatShort, formatTick } from "./format.js";

describe("numbers as people read them", () => {
  it("writes errors with four digits, and powers of ten where zeros would be counted", () => {
    expect([0.1072, 0.00512, 1e-7, 0, 1.25, null, NaN].map((value) => formatError(value))).toEqual(
      ["0.1072", "0.00512", "1.0e-7", "0", "1.250", "\u2013", "\u2013"],
    );
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

