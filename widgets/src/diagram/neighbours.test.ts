import { describe, expect, it } from "vitest";
import { fromRecord } from "../structure/structure.js";
import { square } from "../testing/fake_model.js";
import { inTurn, neighbour } from "./neighbours.js";
import { sceneOf } from "./scene.js";

const scene = sceneOf(fromRecord(square())); // A B above D C, legs outward
const core = (id: string) => ({ kind: "core", id }) as const;
const bond = (id: string) => ({ kind: "bond", id }) as const;

describe("the neighbour in a direction", () => {
  it("is a bond or leg of a core, and a core of a bond", () => {
    expect(neighbour(scene, core("A"), 1, 0)).toEqual(bond("A-B"));
    expect(neighbour(scene, core("A"), 0, 1)).toEqual(bond("A-D"));
    expect(neighbour(scene, core("A"), -1, 0)).toEqual({ kind: "leg", id: 0 });
    expect(neighbour(scene, bond("A-B"), 1, 0)).toEqual(core("B"));
    expect(neighbour(scene, bond("A-B"), -1, 0)).toEqual(core("A"));
    expect(neighbour(scene, { kind: "leg", id: 2 }, 1, 0)).toEqual(core("C"));
  });
  it("is the upper core of an upright bond to the left, the lower one to the right", () => {
    expect(neighbour(scene, bond("B-C"), -1, 0)).toEqual(core("B"));
    expect(neighbour(scene, bond("B-C"), 1, 0)).toEqual(core("C"));
  });
  it("is none where nothing lies there", () => {
    const pair = sceneOf(fromRecord({ ...square(), modes: [4, 5], cores: square().cores.slice(0, 2).map((each) => ({ ...each })), bonds: [{ cores: [0, 1], rank: 2 }] }));
    const lone = { ...pair, legs: [] };
    expect(neighbour(lone, core("A"), -1, 0)).toBeNull();
    expect(neighbour(lone, core("A"), 0, 1)).toBeNull();
    expect(neighbour(lone, core("A"), 1, 0)).toEqual(bond("A-B"));
  });
});
it("goes through every part once", () => {
  expect(inTurn(scene).map(({ id }) => id)).toEqual(["A", "B", "C", "D", "A-B", "B-C", "C-D", "A-D", 0, 1, 2, 3]);
});
