import { describe, expect, it } from "vitest";
import { type Columns, isDrawn, LanePoints, pack, STRIDE, unpack } from "./lane_points.js";

const columns = (parameters: number[], errors: number[], fates: number[]): Columns => ({
  parameters: Float64Array.from(parameters), errors: Float32Array.from(errors), seconds: Float32Array.from(parameters.map((_, k) => k / 2)), fates: Uint8Array.from(fates),
});
const three = columns([100, 2 ** 40, 7], [0.5, 0.25, Number.NaN], [0, 3, 2]);

describe("packed evaluations", () => {
  it("come back as they were, also from an odd address", () => {
    const packed = pack(three);
    const odd = new Uint8Array(packed.byteLength + 3);
    odd.set(new Uint8Array(packed.buffer), 3);
    for (const data of [packed, new DataView(odd.buffer, 3)]) {
      const read = unpack(data, 3);
      expect(read && Array.from(read.parameters)).toEqual([100, 2 ** 40, 7]);
      expect(read && Array.from(read.errors)).toEqual([0.5, 0.25, Number.NaN]);
      expect(read && Array.from(read.seconds)).toEqual([0, 0.5, 1]);
      expect(read && Array.from(read.fates)).toEqual([0, 3, 2]);
    }
  });
  it("are refused where bytes are missing or the count is none", () => {
    expect(unpack(new ArrayBuffer(STRIDE * 2 - 1), 2)).toBeNull();
    expect(unpack(new ArrayBuffer(40), 1.5)).toBeNull();
    expect(unpack(new ArrayBuffer(40), -1)).toBeNull();
    expect(unpack(new ArrayBuffer(0), 0)?.fates.length).toBe(0);
  });
});

describe("the points of a lane", () => {
  const many = (from: number, count: number): Columns => columns(Array.from({ length: count }, (_, k) => from + k), Array.from({ length: count }, () => 0.5), Array.from({ length: count }, () => 0));
  it("grow piece by piece, and notice what is missing", () => {
    const points = new LanePoints();
    expect(points.take(1, many(1, 300))).toBe(true);
    expect(points.take(302, many(302, 5))).toBe(false);
    expect(points.take(0, many(1, 1))).toBe(false);
    expect(points.take(301, many(301, 4096))).toBe(true);
    expect(points.count).toBe(4396);
    expect(points.parameters[0]).toBe(1);
    expect(points.parameters[4395]).toBe(4396);
  });
  it("take an overlap silently where it is the same, and as another version where it is not", () => {
    const points = new LanePoints();
    points.take(1, three);
    const before = points.version;
    expect(points.take(2, columns([2 ** 40, 7, 9], [0.25, Number.NaN, 0.1], [3, 2, 0]))).toBe(true);
    expect([points.count, points.version]).toEqual([4, before]);
    expect(points.take(2, columns([5], [0.25], [3]))).toBe(true);
    expect([points.count, points.version, points.parameters[1]]).toEqual([4, before + 1, 5]);
  });
  it("are drawn once, and only where something is known of their error", () => {
    const points = new LanePoints();
    points.take(1, columns([10, 10, 10, 10, 10, 0, 10, 10], [0.1, 0.1, Number.NaN, 0.1, 1, 0.1, 0, 0], [0, 1, 2, 3, 4, 0, 2, 0]));
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((k) => isDrawn(points, k))).toEqual([true, false, false, true, false, false, false, true]);
  });
});
