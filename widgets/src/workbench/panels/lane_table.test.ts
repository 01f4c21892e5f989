// @vitest-environment jsdom
import { expect, it } from "vitest";
import { COUNTS, fakeLane } from "../../testing/fake_workbench.js";
import { bestWords, countWords, leftWords } from "./lane_table.js";

it("are told in words", () => {
  expect(countWords(COUNTS)).toBe("412: 230 fitted \u00b7 30 too large \u00b7 90 ruled out \u00b7 62 repeated");
  expect(countWords({ ...COUNTS, fitted: 0, repeated: 0, pruned_by_size: 0, pruned_by_certificate: 0, proposed: 0 })).toBe("0: 0 fitted");
  expect(leftWords(fakeLane(1, 1))).toBe("25 %, 36 s left");
  expect(leftWords(fakeLane(1, 1, { state: "ended" }))).toBe("25 % after 12 s");
  expect(bestWords(fakeLane(1, 1728, { reached: false }))).toBe("(1\u202f728)");
});
