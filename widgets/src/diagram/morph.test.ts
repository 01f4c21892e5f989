import { describe, expect, it } from "vitest";
import { type Draft, fromRecord } from "../structure/structure.js";
import { square } from "../testing/fake_model.js";
import { ring } from "../testing/fake_workbench.js";
import { blend, carried, eased, match } from "./morph.js";
import { sceneOf } from "./scene.js";

const before = fromRecord(square());
const renamed: Draft = fromRecord({
  ...square(),
  cores: [
    { legs: [2], name: "A", position: [0, 0] }, { legs: [3], name: "B", position: [120, 0] },
    { legs: [0], name: "C", position: [120, 120] }, { legs: [1], name: "D", position: [0, 120] },
  ],
});

describe("cores of two structures", () => {
  it("are the same ones where they carry the same modes, whatever they are called", () => {
    expect(Object.fromEntries(match(before, renamed))).toEqual({ A: "C", B: "D", C: "A", D: "B" });
    const next = carried(before, renamed);
    expect(next.cores.map(({ name, legs }) => [name, legs])).toEqual([["C", [2]], ["D", [3]], ["A", [0]], ["B", [1]]]);
    expect(next.bonds.map(({ rank }) => rank)).toEqual([2, 3, 4, 5]);
    expect(next.bonds[0]?.id).toBe("C-D");
  });
  it("keep the larger part when one is split, and no name twice", () => {
    const one = fromRecord({ version: 1, modes: [2, 3, 4], cores: [{ legs: [0, 1], name: "A" }, { legs: [2], name: "B" }], bonds: [{ cores: [0, 1], rank: 2 }] });
    const two = fromRecord({ version: 1, modes: [2, 3, 4], cores: [{ legs: [2], name: "A" }, { legs: [0], name: "B" }, { legs: [1], name: "C" }, { legs: [], name: "D" }], bonds: [{ cores: [0, 3], rank: 2 }, { cores: [1, 3], rank: 2 }, { cores: [2, 3], rank: 2 }] });
    const next = carried(one, two);
    const names = next.cores.map(({ name }) => name);
    expect(new Set(names).size).toBe(4);
    expect(names[0]).toBe("B");
    expect(names[1]).toBe("A");
  });
});

describe("the picture between two", () => {
  const twisted = ring([3, 3, 3, 3], 1);
  const after = carried(before, fromRecord({ ...twisted, bonds: [...twisted.bonds.slice(0, 3), { cores: [0, 2], rank: 8 }] }));
  const [from, to] = [sceneOf(before), sceneOf(after)];
  it("begins as the one and ends as the other", () => {
    const start = blend(from, to, 0);
    for (const core of start.cores) {
      const old = from.cores.find(({ name }) => name === core.name);
      expect(core.x).toBeCloseTo(old?.x ?? NaN);
      expect(core.y).toBeCloseTo(old?.y ?? NaN);
    }
    const shared = start.bonds.filter(({ id }) => from.bonds.some((old) => old.id === id));
    expect(shared.length).toBeGreaterThan(0);
    for (const bond of shared) expect(bond.width).toBeCloseTo(from.bonds.find(({ id }) => id === bond.id)?.width ?? NaN);
    expect(blend(from, to, 1)).toBe(to);
  });
  it("has the ends of every bond at its cores, and new ones grow", () => {
    const half = blend(from, to, 0.5);
    const fresh = half.bonds.find(({ id }) => !from.bonds.some((old) => old.id === id));
    const last = to.bonds.find(({ id }) => id === fresh?.id);
    expect(fresh?.id).toBe("A-C");
    expect(fresh?.width).toBeLessThan(last?.width ?? 0);
    for (const bond of half.bonds) {
      const [first] = bond.id.split("-");
      const core = half.cores.find(({ name }) => name === first);
      const end = bond.lines[0]?.from;
      expect(Math.hypot((end?.x ?? NaN) - (core?.x ?? NaN), (end?.y ?? NaN) - (core?.y ?? NaN))).toBeLessThan(1);
    }
  });
  it("is slow at both ends", () => {
    expect([eased(-1), eased(0), eased(0.5), eased(1), eased(2)]).toEqual([0, 0, 0.5, 1, 1]);
    expect(eased(0.1)).toBeLessThan(0.1);
  });
});
