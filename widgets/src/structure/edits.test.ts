import { describe, expect, it } from "vitest";
import * as edits from "./edits.js";
import type { Edit } from "./edits.js";
import { square } from "../testing/fake_model.js";
import { NOTHING, selecting } from "./selection.js";
import { type Draft, draftError, fromRecord } from "./structure.js";

const ring = fromRecord(square());
const bonds = (draft: Draft): string[] => draft.bonds.map((bond) => `${bond.id}:${bond.rank}`);
const legs = (draft: Draft): (readonly number[])[] => draft.cores.map((core) => core.legs);

describe("cores", () => {
  it("are added with the next free letter, bonded, and selected", () => {
    const edit = edits.addCore(ring, { x: 1, y: 2, bondTo: ["B"] }) as Edit;
    expect(bonds(edit.draft)).toContain("B-E:2");
    expect(edit.select?.cores).toEqual(["E"]);
    expect(draftError(edit.draft)).toBe("");
  });
  it("leave with their modes where modes are free", () => {
    const { draft } = edits.remove(ring, selecting({ cores: ["B"] }), false);
    expect(draft.modes).toEqual([4, 6, 7]);
    expect(legs(draft)).toEqual([[0], [1], [2]]);
    expect(bonds(draft)).toEqual(["C-D:4", "A-D:5"]);
  });
  it("leave their modes to the widest neighbour where modes are locked, and say so", () => {
    const edit = edits.remove(ring, selecting({ cores: ["B"] }), true);
    expect(edit.draft.modes).toEqual([4, 5, 6, 7]);
    expect(legs(edit.draft)).toEqual([[0], [2, 1], [3]]);
    expect(edit.notice).toContain("Core C now carries mode 1 of core B");
  });
  it("hand modes past neighbours that leave too", () => {
    const { draft } = edits.remove(ring, selecting({ cores: ["B", "C"] }), true);
    expect(legs(draft)).toEqual([[0, 1], [3, 2]]);
  });
  it("leave their modes unplaced where no neighbour stays", () => {
    const { draft } = edits.remove(ring, selecting({ cores: ["A", "B", "D"] }), true);
    expect(legs(draft).flat().length).toBe(3);
    expect(draftError(draft)).toContain("Mode 0 (size 4) has no core");
  });
  it("are contracted into one that takes over legs and bonds", () => {
    const edit = edits.collapse(ring, "B-C");
    expect(legs(edit?.draft as Draft)).toEqual([[0], [1, 2], [3]]);
    expect(bonds(edit?.draft as Draft)).toEqual(["A-B:2", "B-D:4", "A-D:5"]);
  });
  it("are held in place and released together", () => {
    const pinned = edits.toggleHeld(ring, ["A", "B"]).draft;
    expect(pinned.cores.map((core) => core.pinned)).toEqual([true, true, false, false]);
    expect(edits.toggleHeld(pinned, ["A", "B"]).draft).toEqual(ring);
  });
});

describe("bonds", () => {
  it("may be parallel", () => expect(bonds(edits.addBond(ring, ["B", "A"])?.draft as Draft)).toContain("A-B#2:2"));
  it("never fall below rank 1", () => {
    const { draft } = edits.setRanks(ring, ["A-B"], (rank) => rank - 5);
    expect(bonds(draft)[0]).toBe("A-B:1");
  });
  it("let cores join and leave, but always join two", () => {
    const joined = edits.toggleJoin(ring, "A-B", "C");
    expect(joined?.select?.bonds).toEqual(["A-B-C"]);
    const left = edits.toggleJoin(joined?.draft as Draft, "A-B-C", "A");
    expect(left?.select?.bonds).toEqual(["B-C"]);
    expect(edits.toggleJoin(ring, "A-B", "A")).toBeNull();
  });
  it("survive the loss of a core as long as two are left", () => {
    const hyper = edits.addBond(ring, ["A", "B", "C"])?.draft as Draft;
    expect(bonds(edits.remove(hyper, selecting({ cores: ["B"] }), false).draft)).toContain("A-C:2");
  });
});

describe("legs", () => {
  it("move and swap", () => {
    expect(legs(edits.moveLeg(ring, 0, "C")?.draft as Draft)).toEqual([[], [1], [2, 0], [3]]);
    expect(legs(edits.swapModes(ring, 0, 3)?.draft as Draft)).toEqual([[3], [1], [2], [0]]);
  });
  it("cut where modes are locked wait to be placed again", () => {
    const { draft } = edits.remove(ring, selecting({ legs: [1] }), true);
    expect(draft.modes).toEqual([4, 5, 6, 7]);
    expect(legs(edits.pullLeg(draft, "A", true)?.draft as Draft)[0]).toEqual([0, 1]);
  });
  it("cut where modes are free take their mode with them", () => {
    const { draft } = edits.remove(ring, selecting({ legs: [1] }), false);
    expect([draft.modes, legs(draft)]).toEqual([[4, 6, 7], [[0], [], [1], [2]]]);
  });
  it("cannot be made where modes are locked", () => expect(edits.pullLeg(ring, "A", true)).toBeNull());
});

it("nothing is made at a core or mode that is not in the draft", () => {
  const made = [
    edits.addBond(ring, ["A", "Z"]), edits.addCore(ring, { x: 0, y: 0, bondTo: ["Z"] }), edits.toggleJoin(ring, "A-B", "Z"),
    edits.addLeg(ring, "Z"), edits.moveLeg(ring, 0, "Z"), edits.moveLeg(ring, 4, "A"), edits.swapModes(ring, 4, 0), edits.pullLeg(ring, "Z", false),
  ];
  expect(made).toEqual(made.map(() => null));
});
it("edits leave the draft they start from as it was", () => {
  edits.remove(ring, { ...NOTHING, cores: ["A"], bonds: ["B-C"], legs: [3] }, false);
  edits.addCore(ring, { x: 0, y: 0, legs: [0] });
  expect(ring).toEqual(fromRecord(square()));
});
