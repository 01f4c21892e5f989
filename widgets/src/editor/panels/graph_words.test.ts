import { describe, expect, it } from "vitest";
import { selecting } from "../../structure/selection.js";
import { fromRecord } from "../../structure/structure.js";
import { square } from "../../testing/fake_model.js";
import type { Between } from "../../wire/editor_state.js";
import { bondNames, bottleneckWords, endsOf, narrowestOf, pairWords } from "./graph_words.js";

const ring = fromRecord(square()); // ranks A-B 2, B-C 3, C-D 4, A-D 5
const between: Between = { resistance: 4 / 3, cut_rank: 8, bonds: [0, 2] };

describe("words", () => {
  it("are about two cores or legs, and nothing else", () => {
    expect(endsOf(ring, selecting({ cores: ["A", "C"] }))).toEqual({ cores: [0, 2], words: "cores A and C" });
    expect(endsOf(ring, selecting({ legs: [3, 0] }))).toEqual({ cores: [3, 0], words: "modes 0 and 3" });
    expect(endsOf(ring, selecting({ cores: ["B"], legs: [3] }))).toEqual({ cores: [1, 3], words: "core B and mode 3" });
    expect(endsOf(ring, selecting({ cores: ["A"] }))).toBeNull();
    expect(endsOf(ring, selecting({ cores: ["A", "B"], bonds: ["A-B"] }))).toBeNull();
    expect(endsOf(ring, selecting({ cores: ["A", "gone"] }))).toBeNull();
  });
  it("say how far apart they are and what separates them", () => {
    const ends = endsOf(ring, selecting({ legs: [0, 2] }));
    expect(ends && pairWords(ring, ends, between)).toBe("modes 0 and 2: effective resistance 1.33, least cut rank 8 through A-B, C-D");
    const same = endsOf(ring, selecting({ cores: ["A"], legs: [0] }));
    expect(same && pairWords(ring, same, null)).toContain("nothing separates them");
  });
  it("name the thinnest bottleneck, unless all bonds are alike", () => {
    expect(narrowestOf(ring, [1, 0])).toBe(0);
    expect(bottleneckWords(ring, [0, 1])).toBe("bottleneck: A-B, B-C");
    const even = { ...ring, bonds: ring.bonds.map((bond) => ({ ...bond, rank: 3 })) };
    expect(narrowestOf(even, [0, 1, 2, 3])).toBe(-1);
    expect(bottleneckWords(even, [0, 1, 2, 3])).toContain("no bottleneck");
    expect(narrowestOf({ ...ring, bonds: ring.bonds.slice(0, 1) }, [0])).toBe(0);
    expect(narrowestOf(ring, [])).toBe(-1);
  });
  it("stay short for a cut of many bonds", () => {
    const many = { ...ring, bonds: Array.from({ length: 9 }, () => ring.bonds[0] as (typeof ring.bonds)[0]) };
    expect(bondNames(many, [0, 1, 2, 3, 4, 5, 6, 7, 8])).toBe("A-B, A-B, A-B, A-B, A-B, A-B and 3 more");
  });
});
