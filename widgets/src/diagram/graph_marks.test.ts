import { describe, expect, it } from "vitest";
import { fromRecord } from "../structure/structure.js";
import { square } from "../testing/fake_model.js";
import { followed, graphMarks } from "./graph_marks.js";
import { dragged, sceneOf } from "./scene.js";

const ring = fromRecord(square()); // ranks A-B 2, B-C 3, C-D 4, A-D 5

describe("marks", () => {
  it("stand outside the ring, clear of cores, with brackets on bottlenecks only", () => {
    const scene = sceneOf(ring);
    const measured = new Map(ring.bonds.map((bond, k) => [bond.id, { words: ["0.75"], narrow: k < 2 }]));
    const marks = graphMarks(scene, measured);
    expect(marks.map((mark) => mark.brackets !== "")).toEqual([true, true, false, false]);
    expect(marks[0]?.at.y).toBeLessThan(-8);
    expect(marks[1]?.at.x).toBeGreaterThan(128);
    for (const { at } of marks) for (const core of scene.cores) expect(Math.hypot(at.x - core.x, at.y - core.y)).toBeGreaterThan(24);
  });
  it("stay with their own bond where bonds cross", () => {
    const crossed = { ...ring, bonds: [...ring.bonds, { id: "A-C", cores: ["A", "C"], rank: 3 }, { id: "B-D", cores: ["B", "D"], rank: 3 }] };
    const measured = new Map(crossed.bonds.map((bond) => [bond.id, { words: ["0.50", "eff 2.0"], narrow: false }]));
    const marks = new Map(graphMarks(sceneOf(crossed), measured).map((mark) => [mark.id, mark.at]));
    const [ac, bd] = [marks.get("A-C"), marks.get("B-D")];
    expect(Math.abs((ac?.x ?? 0) - (ac?.y ?? 99))).toBeLessThan(20); // A-C is the diagonal x = y, B-D is x + y = 120
    expect(Math.abs((bd?.x ?? 0) + (bd?.y ?? 0) - 120)).toBeLessThan(20);
  });
  it("leave out bonds that are not measured yet", () => {
    expect(graphMarks(sceneOf(ring), new Map())).toEqual([]);
  });
  it("go along with the drag of a core, and only those of its bonds", () => {
    const before = sceneOf(ring);
    const marks = graphMarks(before, new Map(ring.bonds.map((bond) => [bond.id, { words: ["0.75"], narrow: true }])));
    const moved = { ...ring, cores: ring.cores.map((core) => (core.name === "B" ? { ...core, x: core.x + 60 } : core)) };
    const after = followed(marks, before, dragged(before, moved, new Set(["B"])));
    expect(after.map((mark, k) => mark === marks[k])).toEqual([false, false, true, true]);
    expect((after[0]?.at.x ?? 0) - (marks[0]?.at.x ?? 0)).toBeCloseTo(30);
    expect(after[0]?.brackets).not.toBe(marks[0]?.brackets);
  });
});
