import { expect, it } from "vitest";
import { bondLabel, type Draft, fromRecord } from "../structure/structure.js";
import { square } from "../testing/fake_model.js";
import type { Point } from "../ui/plane.js";
import { coreUnder, dragged, legUnder, sceneOf } from "./scene.js";

it("draws every part with words for a screen reader", () => {
  const scene = sceneOf(fromRecord(square()));
  expect(scene.cores[0]?.words).toBe("core A, mode 0 of size 4, 2 bonds");
  expect(scene.bonds.map((bond) => bond.words)).toContain("bond B-C, rank 3");
  expect(scene.legs[2]?.words).toBe("leg of core C, mode 2, size 6");
});

it("finds what is under a point", () => {
  const scene = sceneOf(fromRecord(square()));
  expect(coreUnder(scene, { x: 125, y: 3 }, [], { scale: 1 })?.name).toBe("B");
  expect(coreUnder(scene, { x: 125, y: 3 }, ["B"], { scale: 1 })).toBeUndefined();
  const end = scene.legs[3]?.end as Point;
  expect(legUnder(scene, end, -1, { scale: 1 })?.mode).toBe(3);
});

it("finds in a small picture what is within as many pixels as the hit areas have", () => {
  const scene = sceneOf(fromRecord(square()));
  const [beside, { x, y }] = [{ x: 160, y: 0 }, scene.legs[3]?.end as Point];
  expect([1, 0.5].map((scale) => coreUnder(scene, beside, [], { scale })?.name)).toEqual([undefined, "B"]);
  expect([1, 0.25].map((scale) => legUnder(scene, { x: x - 45, y }, -1, { scale })?.mode)).toEqual([undefined, 3]);
});

it("draws a hyper-bond as spokes from a dot", () => {
  const record = { ...square(), bonds: [{ cores: [0, 1, 2, 3], rank: 3 }] };
  const draft = fromRecord(record);
  const [bond] = sceneOf(draft).bonds;
  expect(bondLabel(draft.bonds[0] as (typeof draft.bonds)[0])).toBe("A-B-C-D");
  expect(bond?.lines.length).toBe(4);
  expect(bond?.dot).toEqual({ x: 60, y: 60 });
});

const shift = (draft: Draft, name: string, dx: number): Draft => ({ ...draft, cores: draft.cores.map((core) => (core.name === name ? { ...core, x: core.x + dx } : core)) });

/** A chain of cores C0, C1, ... with a leg each, in rows of ten. */
function chain(length: number): Draft {
  const cores = Array.from({ length }, (_, k) => ({ legs: [k], name: `C${k}`, position: [120 * (k % 10), 120 * Math.floor(k / 10)] as [number, number] }));
  return fromRecord({ version: 1, modes: cores.map(() => 2), cores, bonds: cores.slice(1).map((_, k) => ({ cores: [k, k + 1], rank: 2 })) });
}

it("draws the drag of a core: it, its bonds and the legs beside them are drawn anew, all else is the same", () => {
  const draft = chain(100);
  const scene = sceneOf(draft);
  const now = dragged(scene, shift(draft, "C44", 30), new Set(["C44"]));
  expect(now.cores.filter((core) => !scene.cores.includes(core)).map((core) => core.name)).toEqual(["C44"]);
  expect(now.bonds.filter((bond) => !scene.bonds.includes(bond)).map((bond) => bond.id)).toEqual(["C43-C44", "C44-C45"]);
  expect(now.legs.filter((leg) => !scene.legs.includes(leg)).map((leg) => leg.mode)).toEqual([43, 44, 45]);
  expect(now.bonds[43]?.lines[0]?.to).toMatchObject({ x: 120 * 4 + 30, y: 480 });
});
it("draws the drag of all cores as their drop", () => {
  const draft = fromRecord({ ...square(), bonds: [{ cores: [0, 1, 2], rank: 3 }, { cores: [0, 3], rank: 2 }, { cores: [0, 3], rank: 4 }] });
  const moved = { ...draft, cores: draft.cores.map((core) => ({ ...core, x: core.x + 50, y: core.y - 20 })) };
  const now = dragged(sceneOf(draft), moved, new Set(["A", "B", "C", "D"]));
  const then = sceneOf(moved);
  expect(now.bonds).toEqual(then.bonds);
  expect(now.cores).toEqual(then.cores);
});
it("keeps what looks as before when ranks change or a core is dropped", () => {
  const draft = chain(100);
  const scene = sceneOf(draft);
  const ranked = sceneOf({ ...draft, bonds: draft.bonds.map((bond) => (bond.id === "C7-C8" ? { ...bond, rank: 5 } : bond)) }, scene);
  expect(ranked.bonds.filter((bond) => !scene.bonds.includes(bond)).map((bond) => bond.words)).toEqual(["bond C7-C8, rank 5"]);
  expect(ranked).toEqual({ ...sceneOf({ ...draft, bonds: draft.bonds.map((bond) => (bond.id === "C7-C8" ? { ...bond, rank: 5 } : bond)) }), around: scene.around });
  const dropped = sceneOf(shift(draft, "C44", 30), scene);
  expect(dropped.bonds.filter((bond) => !scene.bonds.includes(bond)).length).toBeLessThan(10);
});
