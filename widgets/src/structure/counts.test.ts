import { describe, expect, it } from "vitest";
import { formatModes, parseModes, readCount } from "./counts.js";

describe("mode sizes", () => {
  it("are written as Python writes them", () => {
    expect(formatModes([16, 16, 3])).toBe("16x16x3");
    expect(formatModes([4, 4, 4, 4])).toBe("4x4x4x4");
    expect(formatModes([...Array<number>(8).fill(4), 3])).toBe("4^8x3");
  });
  it("are read in every spelling", () => {
    for (const text of ["16x16x256", "16 16 256", "16*16*256", "16, 16, 256", "16\u00d716\u00d7256", "16^2x256"]) {
      expect(parseModes(text, 65536)).toEqual([16, 16, 256]);
    }
  });
  it("are refused in a sentence", () => {
    expect(parseModes("16x0", 16)).toContain('"0" is neither');
    expect(parseModes("", 16)).toContain("neither");
    expect(parseModes("16x16", 100)).toBe("Modes 16x16 need 256 entries, but the tensor has 100.");
    expect(parseModes("2^65", 4)).toContain("at most 64 modes");
  });
});

it("reads whole numbers from 1 and explains the rest", () => {
  expect(readCount(" 12 ", "rank")).toBe(12);
  for (const text of ["0", "-1", "1.5", "x", "", "1e9", "0x10", "1e1", "+5", "1,000", "1000000000"]) expect(readCount(text, "rank")).toContain("A rank is a whole number");
});
