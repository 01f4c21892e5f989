// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { parseCount, parseSeconds, secondsText } from "./settings_fields.js";

describe("fields", () => {
  it("read numbers and times as people write them, and say what is wrong", () => {
    expect(parseCount("10k", "n", 1, 1e6)).toBe(10_000);
    expect(parseCount(" 2 000 ", "n", 1, 1e6)).toBe(2000);
    expect(parseCount("0", "The seed", 1, 9)).toContain("The seed is a whole number from 1 to 9");
    for (const wrong of ["", "1.5", "-3", "abc", "1e9"]) expect(typeof parseCount(wrong, "n", 0, 10)).toBe("string");
    expect([parseSeconds("90"), parseSeconds("5 min"), parseSeconds("1,5h"), parseSeconds("2d")]).toEqual([90, 300, 5400, 172_800]);
    for (const wrong of ["", "0", "-1", "5 years", "1e99"]) expect(typeof parseSeconds(wrong)).toBe("string");
    expect([secondsText(90), secondsText(600), secondsText(7200), secondsText(0.5)]).toEqual(["90 s", "10 min", "2 h", "0.5 s"]);
    for (const seconds of [1, 59.5, 119, 120, 3600, 7260, 86_400]) expect(parseSeconds(secondsText(seconds))).toBe(seconds);
  });
});
