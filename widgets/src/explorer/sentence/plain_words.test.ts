import { describe, expect, it } from "vitest";
import type { DataRecord } from "../../wire/data_state.js";
import type { FitState } from "../../wire/explorer_state.js";
import { type OnPage, percent, plainWords } from "./plain_words.js";

const data: DataRecord = { name: "camera", label: "Camera", shape: [256, 256], modes: [16, 16, 16, 16], order: "plain", kind: "image", size: 65536, what: "a photograph", suggestions: [] };
const fit = (more: Partial<FitState>): FitState => ({
  edit: "", generation: 1, state: "CONVERGED", status: "", running: false, paused: false, sweep: 16, relative_error: 0.1407, seconds: 1, seed: 0, errors: [], ...more,
});
const text = (more: Partial<OnPage>): string =>
  plainWords({ data, cores: 4, ranks: [7, 7, 7], parameters: 1792, fit: fit({}), ...more }).map((part) => (typeof part === "string" ? part : part.text)).join("").replaceAll("\u202f", " ");

describe("the sentence", () => {
  it("says what the data is, in how many numbers it is kept, and how well", () => {
    expect(text({})).toBe("A photograph of 65 536 numbers, kept by a network of 4 cores and 3 bonds of rank 7 in 1 792 numbers: 36.6 times fewer, with a relative error of 14 %.");
  });
  it("is true of one core, of several ranks, of no bond, of a network larger than the data", () => {
    expect(text({ cores: 1, ranks: [] })).toContain("network of 1 core without bonds in");
    expect(text({ ranks: [2, 7] })).toContain("2 bonds of rank 2 to 7");
    expect(text({ parameters: 131072 })).toContain("2 times more: too many to be worth it");
  });
  it("says that an error is not known, not final, or not to be had", () => {
    expect(text({ fit: null })).toContain("relative error that is being computed");
    expect(text({ fit: fit({ running: true }) })).toContain("14 % so far.");
    expect(text({ fit: fit({ state: "FAILED", relative_error: null }) })).toContain("which could not be fitted.");
    expect(text({ data: { ...data, what: "", kind: "curve" } })).toMatch(/^A series of/);
    expect(plainWords({ data: null, cores: 0, ranks: [], parameters: 0, fit: null })).toEqual([]);
  });
});
it("writes errors as shares, and nothing but zero as exact", () => {
  const said = [0.1407, 0.0141, 0.00141, 1, 3e-9, 0].map((error) => percent(error).replaceAll("\u202f", " "));
  expect(said).toEqual(["14 %", "1.4 %", "0.14 %", "100 %", "3e-9 (about nothing)", "0 %, exactly"]);
});
