import { describe, expect, it } from "vitest";
import { pareto } from "../../charts/scales.js";
import { SimulatedSearch } from "../../testing/fake_workbench.js";
import { BestSoFar, CommonFront, Front } from "./best_so_far.js";
import { type Columns, LanePoints, unpack } from "./lane_points.js";

const filled = (wanted: number, id = 1): LanePoints => {
  const { data, count } = new SimulatedSearch("growth", { id, most: wanted }).run(wanted);
  const points = new LanePoints();
  points.take(1, unpack(data, count) as Columns);
  return points;
};
const some = (rows: [number, number, number][]): LanePoints => {
  const points = new LanePoints();
  points.take(1, { parameters: Float64Array.from(rows.map(([p]) => p)), errors: Float32Array.from(rows.map(([, e]) => e)), seconds: Float32Array.from(rows.map((_, k) => k)), fates: Uint8Array.from(rows.map(([, , f]) => f)) });
  return points;
};

describe("the best so far", () => {
  it("steps down at evaluations that reach the target with fewer parameters", () => {
    const best = new BestSoFar();
    best.update(some([[500, 0.2, 0], [400, 0.05, 0], [450, 0.04, 0], [300, 0.05, 3], [350, 0.1, 0], [340, Number.NaN, 2]]), 0.1);
    expect(best.steps.map(({ number, parameters }) => [number, parameters])).toEqual([[2, 400], [5, 350]]);
    expect(best.nearest).toBe(2);
  });
  it("is the same evaluation by evaluation as at once, and anew for another target or other points", () => {
    const all = filled(3000);
    const whole = new BestSoFar();
    whole.update(all, 0.1);
    const bits = new BestSoFar();
    const growing = new LanePoints();
    const lane = new SimulatedSearch("growth", { id: 1, most: 3000 });
    for (let k = 0; k < 3000; k += 37) {
      const { from, count, data } = lane.run(37);
      growing.take(from, unpack(data, count) as Columns);
      bits.update(growing, 0.1);
    }
    expect(whole.steps.length).toBeGreaterThan(3);
    expect(bits.steps).toEqual(whole.steps);
    expect(bits.nearest).toBe(whole.nearest);
    bits.update(growing, 0.0001);
    expect(bits.steps).toEqual([]);
    growing.reset(1);
    expect(bits.update(growing, 0.0001)).toBe(true);
    expect(bits.nearest).toBe(-1);
  });
});

describe("the front", () => {
  it("is, point by point, that of all points at once", () => {
    const points = filled(800);
    const front = new Front();
    const all: { x: number; y: number }[] = [];
    for (let k = 0; k < points.count; k++) {
      if (points.fates[k] !== 0) continue;
      const [parameters, error] = [points.parameters[k] as number, points.errors[k] as number];
      all.push({ x: parameters, y: error });
      front.add({ parameters, error, lane: 1, number: k + 1 });
      if (k % 97 === 0) expect(front.points.map((p) => [p.parameters, p.error])).toEqual(pareto(all).map((p) => [p.x, p.y]));
    }
    expect(front.points.map((p) => [p.parameters, p.error])).toEqual(pareto(all).map((p) => [p.x, p.y]));
  });
  it("refuses what is no better, and drops what is beaten", () => {
    const front = new Front();
    const add = (parameters: number, error: number): boolean => front.add({ parameters, error, lane: 0, number: 1 });
    expect([add(10, 0.5), add(10, 0.5), add(10, 0.6), add(20, 0.5), add(20, 0.4), add(5, 0.9), add(10, 0.3)]).toEqual([true, false, false, false, true, true, true]);
    expect(front.points.map((p) => p.parameters)).toEqual([5, 10]);
  });
  it("is of all lanes together, and forgets those that are gone", () => {
    const [a, b] = [filled(500, 1), filled(500, 0)];
    const common = new CommonFront();
    expect(common.update([{ id: 1, points: a }, { id: 2, points: b }])).toBe(true);
    expect(common.update([{ id: 1, points: a }, { id: 2, points: b }])).toBe(false);
    expect(new Set(common.front.points.map(({ lane }) => lane))).toContain(2);
    expect(common.update([{ id: 1, points: a }])).toBe(true);
    expect(new Set(common.front.points.map(({ lane }) => lane))).toEqual(new Set([1]));
    a.reset(3);
    expect(common.update([{ id: 1, points: a }])).toBe(true);
    expect(common.front.points).toEqual([]);
  });
});
