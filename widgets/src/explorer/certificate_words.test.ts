import { describe, expect, it } from "vitest";
import * as words from "./certificate_words.js";
import { square } from "../testing/fake_model.js";
import type { ErrorBound, MinimumState } from "../wire/explorer_state.js";

const bound = (more: Partial<ErrorBound> = {}): ErrorBound => ({
  edit: "a:1", generation: 1, error_bound: 0.04127, cut: [2, 3], cut_rank: 12, crossing: [0, 2], upper: null, cuts: 7, all_cuts: 7, complete: true,
  one_more: [0.0371, 0.0412], spectrum: [0.9, 0.1], ...more,
});
const minimum = (more: Partial<MinimumState> = {}): MinimumState => ({
  target: 0.1, parameters: 640, incumbent: 640, gap: 0, proved: true, family: "any", kind: "simple graphs", scope: "Proved for graphs.", running: false, ...more,
});

describe("a bound", () => {
  it("says how far it has got, and nothing where nothing is proved", () => {
    expect(words.boundWords(bound())).toBe("can be below 0.0412");
    expect(words.boundWords(bound({ complete: false, cuts: 3 }))).toBe("can be below 0.0412, so far (3 of 7 cuts)");
    expect(words.noBoundWords(bound({ error_bound: 0 }))).toContain("no cut limits");
    expect(words.upperWords(bound({ upper: 0.0501 }))).toBe("certainly not above 0.0501");
  });
  it("names the cut, that side first which has mode 0", () => {
    expect(words.cutWords(bound(), 4)).toBe("modes 0, 1 | 2, 3, cut rank 12");
    expect(words.cutModes([0, 2, 3, 4], 6)).toBe("modes 0, 2\u20134 | 1, 5");
    expect(words.cutWords(bound({ cut: [] }), 4)).toBe("");
  });
  it("tells what one more rank can gain at most", () => {
    expect(words.oneMoreWords(bound(), 0, 0.0412)).toBe("one more rank: error can fall by at most 0.00410");
    expect(words.oneMoreWords(bound(), 0, null)).toBe("one more rank: still no fit of it below 0.0371");
    expect(words.oneMoreWords(bound(), 0, 0.0371)).toContain("no gain");
    expect(words.oneMoreWords(bound(), 9, 0.1)).toBe("");
    expect(words.oneMoreWords(bound({ one_more: [0] }), 0, 0.1)).toBe("one more rank: no cut limits the gain");
    expect(words.oneMoreWords(bound({ one_more: [1e-9] }), 0, 0.006054)).toBe("one more rank: error can fall by at most 0.00605");
  });
});

describe("a minimum", () => {
  it("is said with its gap, or as a bound where the search has not ended", () => {
    expect(words.minimumWords(minimum())).toBe("640");
    expect(words.minimumWords(minimum({ proved: false, incumbent: 1984 }))).toBe("at least 640");
    expect(words.minimumWords(minimum({ parameters: null, running: true }))).toBe("searching");
    expect(words.minimumWords(minimum({ parameters: null }))).toBe("none known");
    expect(words.gapWords(minimum(), 1728, true)).toBe("gap 2.7\u202f\u00d7");
    expect(words.gapWords(minimum({ proved: false }), 1728, true)).toContain("\u2264 2.7");
    expect(words.gapWords(minimum(), 600, true)).toContain("out of reach");
  });
  it("is not compared with a structure that its proof is not about", () => {
    expect(words.gapWords(minimum(), 600, false)).toBe("not for this structure");
    expect(words.inScope(square(), "any")).toBe(true);
    expect(words.inScope({ ...square(), bonds: [{ cores: [0, 1, 2, 3], rank: 2 }] }, "any")).toBe(false);
    expect(words.inScope({ ...square(), bonds: [{ cores: [0, 1, 2, 3], rank: 2 }] }, "latent")).toBe(true);
    expect(words.inScope({ ...square(), cores: [...square().cores, { legs: [] }] }, "any")).toBe(false);
  });
  it("tells its scope, and what only a fit can say", () => {
    const story = words.minimumStory(minimum({ proved: false, incumbent: 1984 }));
    expect(story).toContain("Proved for graphs.");
    expect(story).toContain("only a fit can say");
  });
});

it("counts the singular values that carry the weight", () => {
  expect(words.effectiveRank([1, 1, 1, 1])).toBeCloseTo(4);
  expect(words.effectiveRank([1, 0, 0])).toBeCloseTo(1);
  expect(words.effectiveRank([])).toBe(0);
});

