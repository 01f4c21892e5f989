import { beforeEach, expect, it } from "vitest";
import { LanePoints, PRUNED_BY_SIZE, REPEATED } from "../lanes/lane_points.js";
import { Extents, PointIndex } from "./cloud_index.js";

const plot = { window: {}, width: 400, height: 300, logX: false, logY: false, x: (v: number) => v, y: (v: number) => 300 * v } as never;
const points = (rows: [number, number, number?][]): LanePoints => {
  const made = new LanePoints();
  made.take(1, { parameters: Float64Array.from(rows, ([p]) => p), errors: Float32Array.from(rows, ([, e]) => e), seconds: new Float32Array(rows.length), fates: Uint8Array.from(rows, ([, , fate = 0]) => fate) });
  return made;
};
let lanes: { id: number; look: number; points: LanePoints }[];
beforeEach(() => {
  lanes = [{ id: 3, look: 0, points: points([[100, 0.5], [100, 0.5, REPEATED], [200, 0.5]]) }, { id: 5, look: 1, points: points([[100, 0.1]]) }];
});

it("finds the evaluation near a place, with its lane and number", () => {
  const index = new PointIndex();
  expect(index.at(lanes, plot, { x: 198, y: 152 })).toMatchObject({ lane: { id: 3 }, k: 2 });
  expect(index.at(lanes, plot, { x: 101, y: 30 })).toMatchObject({ lane: { id: 5 }, k: 0 });
  expect(index.at(lanes, plot, { x: 300, y: 30 })).toBeNull();
});
it("steps from an evaluation to the next in a direction, and begins at a lane's best", () => {
  const index = new PointIndex();
  expect(index.step({ lanes, best: new Map([[5, 1]]) }, plot, null, "right")).toMatchObject({ lane: { id: 5 }, k: 0 });
  expect(index.step({ lanes, best: new Map() }, plot, { lane: 3, number: 1 }, "right")).toMatchObject({ lane: { id: 3 }, k: 2 });
  expect(index.step({ lanes, best: new Map() }, plot, { lane: 3, number: 1 }, "up")).toMatchObject({ lane: { id: 5 }, k: 0 });
  expect(index.step({ lanes, best: new Map() }, plot, { lane: 3, number: 1 }, "left")).toBeNull();
});
it("spans the points that are drawn, and starts again when a lane is another", () => {
  const extents = new Extents();
  extents.update(lanes);
  expect(extents.parameters).toEqual([100, 200]);
  expect(extents.errors[0]).toBeCloseTo(0.1);
  lanes[0]?.points.reset(7);
  lanes[0]?.points.take(1, { parameters: Float64Array.of(900), errors: Float32Array.of(0.2), seconds: new Float32Array(1), fates: Uint8Array.of(PRUNED_BY_SIZE) });
  extents.update(lanes);
  expect(extents.parameters).toEqual([100, 900]);
});
