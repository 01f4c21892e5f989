import { expect, it } from "vitest";
import { bondLabel, fromRecord } from "../structure/structure.js";
import { square } from "../testing/fake_model.js";
import type { Point } from "../ui/plane.js";
import { coreUnder, legUnder, sceneOf } from "./scene.js";

it("draws every part with words for a screen reader", () => {
  const scene = sceneOf(fromRecord(square()));
  expect(scene.cores[0]?.words).toBe("core A, mode 0 of size 4, 2 bonds");
  expect(scene.bonds.map((bond) => bond.words)).toContain("bond B-C, rank 3");
  expect(scene.legs[2]?.words).toBe("leg of core C, mode 2, size 6");
});

it("finds what is under a point", () => {
  const scene = sceneOf(fromRecord(square()));
  expect(coreUnder(scene, { x: 125, y: 3 })?.name).toBe("B");
  expect(coreUnder(scene, { x: 125, y: 3 }, ["B"])).toBeUndefined();
  const end = scene.legs[3]?.end as Point;
  expect(legUnder(scene, end, -1)?.mode).toBe(3);
});

it("draws a hyper-bond as spokes from a dot", () => {
  const record = { ...square(), bonds: [{ cores: [0, 1, 2, 3], rank: 3 }] };
  const draft = fromRecord(record);
  const [bond] = sceneOf(draft).bonds;
  expect(bondLabel(draft.bonds[0] as (typeof draft.bonds)[0])).toBe("A-B-C-D");
  expect(bond?.lines.length).toBe(4);
  expect(bond?.dot).toEqual({ x: 60, y: 60 });
});
