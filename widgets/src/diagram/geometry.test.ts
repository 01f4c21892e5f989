import { describe, expect, it } from "vitest";
import * as g from "./geometry.js";
import { distance, type Point, polar } from "../ui/plane.js";

const O = { x: 0, y: 0 };

it("gives directions of length 1, also between two points that are the same", () => {
  expect([g.direction(O, { x: 0, y: -4 }), g.direction(O, O)]).toEqual([{ x: 0, y: -1 }, { x: 1, y: 0 }]);
});

describe("bonds", () => {
  it("have plates that grow with the digits of their ranks", () => expect([1, 10, 100].map(g.halfPlate)).toEqual([9.25, 13.5, 17.75]));
  it("are wider the larger log rank, and a hair at rank 1", () => {
    const widths = [1, 2, 4, 16, 64].map(g.bondWidth);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(g.bondWidth(1)).toBe(1);
    expect(g.bondWidth(8) - g.bondWidth(4)).toBeCloseTo(g.bondWidth(4) - g.bondWidth(2));
  });
  it("fan out evenly about the straight line", () => {
    expect(g.fanOffsets(1)).toEqual([0]);
    const three = g.fanOffsets(3);
    expect(three[1]).toBe(0);
    expect(three[0]).toBe(-(three[2] as number));
  });
  it("have their middle beside the straight line by the offset", () => {
    const top = g.along(g.curve(O, { x: 100, y: 0 }, 20), 0.5);
    expect(top).toEqual({ x: 50, y: 20 });
  });
  it("go round a core that is in the way", () => {
    const to = { x: 240, y: 0 };
    expect(g.detour(O, to, [{ x: 120, y: 0 }])).not.toBe(0);
    expect(g.detour(O, to, [{ x: 120, y: 90 }])).toBe(0);
  });
});

describe("legs", () => {
  const around = (taken: Point[], centre = O): g.Elbowroom => ({ taken, obstacles: [], centre, row: false });
  it("hang down from a chain", () => {
    const [angle] = g.legAngles(O, around([{ x: -1, y: 0 }, { x: 1, y: 0 }]), 1);
    expect(angle).toBeCloseTo(Math.PI / 2);
  });
  it("hang down from the end of a row too", () => {
    const [angle] = g.legAngles(O, { ...around([{ x: 1, y: 0 }], { x: 200, y: 0 }), row: true }, 1);
    expect(angle).toBeCloseTo(Math.PI / 2);
  });
  it("point outward from a corner", () => {
    const [angle] = g.legAngles(O, around([{ x: 100, y: 0 }, { x: 0, y: 100 }], { x: 60, y: 60 }), 1) as [number];
    expect([Math.cos(angle), Math.sin(angle)].map((v) => v.toFixed(2))).toEqual(["-0.71", "-0.71"]);
  });
  it("keep apart", () => {
    const angles = g.legAngles(O, around([{ x: 1, y: 0 }]), 3);
    const ends = angles.map((angle) => polar(O, angle, 1));
    for (const [k, end] of ends.entries()) for (const other of ends.slice(k + 1)) expect(distance(end, other)).toBeGreaterThan(0.7);
  });
  it("avoid what is in the way", () => {
    const [angle] = g.legAngles(O, { ...around([{ x: -1, y: 0 }, { x: 1, y: 0 }]), obstacles: [{ x: 0, y: 45 }] }, 1) as [number];
    expect(Math.sin(angle)).toBeLessThan(0);
  });
});

describe("places", () => {
  it("put a dot amid its cores unless something is there", () => {
    const corners = [O, { x: 120, y: 0 }, { x: 60, y: 100 }];
    const centre = g.centroid(corners);
    expect(g.dotPlace(corners, corners, [])).toEqual(centre);
    const moved = g.dotPlace(corners, [...corners, centre], []);
    expect(distance(moved, centre)).toBeGreaterThan(g.CORE_RADIUS);
  });
  it("bound points with a margin, and nothing at all", () => {
    expect(g.bounds([O, { x: 10, y: 20 }], 5)).toEqual({ x: -5, y: -5, width: 20, height: 30 });
    expect(g.bounds([], 5).width).toBe(10);
  });
  it("measure to a segment", () => expect(g.segmentDistance({ x: 5, y: 3 }, O, { x: 10, y: 0 })).toBe(3));
});
