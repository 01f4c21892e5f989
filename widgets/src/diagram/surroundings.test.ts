import { describe, expect, it } from "vitest";
import { distance, type Point } from "../ui/plane.js";
import * as g from "./geometry.js";
import { ownerOf, Surroundings } from "./surroundings.js";

const O = { x: 0, y: 0 };
const line = g.curve(O, { x: 120, y: 120 }, 0);
const across = g.curve({ x: 120, y: 0 }, { x: 0, y: 120 }, 0);
const empty = (): Surroundings => new Surroundings({ centre: O, row: false });

describe("labels", () => {
  it("are in the middle, or apart from each other where bonds cross", () => {
    expect(empty().placeLabel("A-C", line)).toEqual({ x: 60, y: 60 });
    const around = empty();
    around.addLine("A-C", line, false);
    around.addLine("B-D", across, false);
    expect(distance(around.placeLabel("A-C", line), around.placeLabel("B-D", across))).toBeGreaterThan(15);
  });
  it("keep clear of cores and dots", () => {
    const around = empty();
    around.addCore("C", { x: 60, y: 60 });
    around.addDot("X", { x: 30, y: 30 });
    expect(distance(around.placeLabel("A-C", line), { x: 60, y: 60 })).toBeGreaterThan(g.CORE_RADIUS);
  });
});
it("has in the way of legs what is near, but no line that ends at their core", () => {
  const around = empty();
  for (const [name, at] of [["A", O], ["B", { x: 40, y: 0 }], ["far", { x: 500, y: 0 }]] as [string, Point][]) around.addCore(name, at);
  around.addLine("A-C", line, false);
  expect(around.snagsOf("A", O)).toMatchObject([{ x: 40, y: 0 }]);
  around.addLine("B-D", g.curve({ x: 40, y: 0 }, { x: 40, y: 100 }, 0), true);
  expect(around.snagsOf("A", O).length).toBeGreaterThan(3);
});
it("forgets what is hidden, and takes what is added instead", () => {
  const around = empty();
  around.addCore("B", { x: 40, y: 0 });
  const later = around.without(new Set([ownerOf.core("B")]));
  expect(later.snagsOf("A", O)).toEqual([]);
  later.addCore("B", { x: 0, y: 40 });
  expect(later.snagsOf("A", O)).toMatchObject([{ x: 0, y: 40 }]);
  expect(around.snagsOf("A", O)).toMatchObject([{ x: 40, y: 0 }]);
});
