// @vitest-environment jsdom
import { expect, it } from "vitest";
import { Plot } from "../../charts/plot.js";
import { svg } from "../../ui/dom.js";
import { LanePoints } from "../lanes/lane_points.js";
import { type CloudState, drawBests, drawNever, drawRing, frontPath } from "./cloud_marks.js";

const frame = { left: 0, top: 0, right: 200, bottom: 100 };
const plot = { clamp: Plot.prototype.clamp, holds: Plot.prototype.holds, frame, x: (v: number) => v, y: (v: number) => 100 - 100 * v } as never;
const points = new LanePoints();
points.take(1, { parameters: Float64Array.of(50, 900), errors: Float32Array.of(0.5, 0.5), seconds: new Float32Array(2), fates: new Uint8Array(2) });
const state: CloudState = { lanes: [{ id: 1, look: 0, name: "growth", points }], target: 0.2, bound: { parameters: 120, words: "", kind: "trees" }, best: new Map([[1, 1]]), logError: false };

it("hatches the region that is proved empty, where it is seen", () => {
  const group = svg("g", {}, svg("path"), svg("path"), svg("text"));
  drawNever(group, state, plot);
  expect([group.getAttribute("visibility"), group.children[1]?.getAttribute("d")]).toEqual([null, "M0 80H120V100"]);
  drawNever(group, { ...state, bound: null }, plot);
  expect(group.getAttribute("visibility")).toBe("hidden");
});
it("joins the front by steps to the right edge", () => {
  expect(frontPath([{ parameters: 50, error: 0.5, lane: 1, number: 1 }, { parameters: 80, error: 0.3, lane: 1, number: 2 }], plot)).toBe("M50.0 50.0H80.0V70.0H200.0");
});
it("marks the best of a lane inside the frame, and the chosen evaluation", () => {
  const bests = svg("g");
  drawBests(bests, state, plot);
  expect(bests.children.length).toBe(1);
  drawBests(bests, { ...state, best: new Map([[1, 2]]) }, plot);
  expect(bests.children.length).toBe(0);
  const ring = svg("circle");
  drawRing(ring, { lane: 1, number: 1 }, state, plot);
  expect([ring.getAttribute("cx"), ring.getAttribute("cy")]).toEqual(["50", "50"]);
  drawRing(ring, null, state, plot);
  expect(ring.getAttribute("visibility")).toBe("hidden");
});
