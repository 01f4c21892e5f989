import { describe, expect, it } from "vitest";
import { square } from "../testing/fake_model.js";
import { compressionRatio, draftError, freeName, fromRecord, parameters, toRecord, typicalRank, uniqueNames } from "./structure.js";

const ring = fromRecord(square());

describe("names and ids", () => {
  it("gives nameless cores the letters of their places, as Python says them", () => {
    expect(uniqueNames([{ legs: [] }, { legs: [] }, { legs: [] }])).toEqual(["A", "B", "C"]);
  });
  it("never gives a name twice", () => {
    const names = uniqueNames([{ legs: [], name: "B" }, { legs: [] }, { legs: [], name: "B" }]);
    expect(new Set(names).size).toBe(3);
    expect(names[0]).toBe("B");
  });
  it("goes on after Z", () => {
    const taken = new Set([..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"]);
    expect(freeName(taken)).toBe("A1");
  });
  it("tells parallel bonds apart", () => {
    const record = square();
    record.bonds.push({ cores: [0, 1], rank: 9 }, { cores: [0, 1, 2], rank: 2 });
    expect(fromRecord(record).bonds.map(({ id }) => id)).toEqual(["A-B", "B-C", "C-D", "A-D", "A-B#2", "A-B-C"]);
  });
  it("takes markup in a name as a name", () => {
    const record = square();
    (record.cores[0] as { name: string }).name = "<b>x</b>";
    expect(fromRecord(record).bonds[0]?.id).toBe("<b>x</b>-B");
  });
});

describe("records", () => {
  it("come back as they were", () => expect(toRecord(ring)).toEqual(square()));
  it("keep pins", () => {
    const record = square();
    (record.cores[1] as { pinned?: boolean }).pinned = true;
    expect(toRecord(fromRecord(record)).cores[1]?.pinned).toBe(true);
  });
});

describe("numbers", () => {
  it("count parameters and compression", () => {
    expect(parameters(ring)).toBe(4 * 2 * 5 + 5 * 2 * 3 + 6 * 3 * 4 + 7 * 4 * 5);
    expect(compressionRatio(ring)).toBeCloseTo(840 / 282);
  });
  it("count a hyper-bond once per core", () => {
    const cp = { ...square(), bonds: [{ cores: [0, 1, 2, 3], rank: 3 }] };
    expect(parameters(fromRecord(cp))).toBe(3 * (4 + 5 + 6 + 7));
  });
  it("find the typical rank", () => expect(typicalRank(ring)).toBe(3));
});

describe("sentences", () => {
  it("has none for a structure", () => expect(draftError(ring)).toBe(""));
  it("names the core without a path", () => {
    const lone = { ...square(), bonds: square().bonds.slice(0, 2) };
    expect(draftError(fromRecord(lone))).toContain("core D has no path to core A");
  });
  it("names the mode without a core", () => {
    const record = square();
    (record.cores[2] as { legs: number[] }).legs = [];
    expect(draftError(fromRecord(record))).toContain("Mode 2 (size 6) has no core");
  });
});
