// @vitest-environment jsdom
import { expect, it } from "vitest";
import { Plot } from "../../charts/plot.js";
import { svg } from "../../ui/dom.js";
import { BestSoFar } from "../lanes/best_so_far.js";
import { LanePoints } from "../lanes/lane_points.js";
import { clockOf, drawBound, drawLines, type ProgressState } from "./progress_marks.js";

const plot = { clamp: Plot.prototype.clamp, frame: { left: 0, top: 0, right: 100, bottom: 100 }, x: (v: number) => v, y: (v: number) => v } as never;
const best = Object.assign(new BestSoFar(), { steps: [{ number: 2, seconds: 1, parameters: 80 }, { number: 30, seconds: 9, parameters: 40 }] });
const state: ProgressState = {
  lanes: [{ id: 1, name: "growth", look: 0, points: new LanePoints(), best, evaluations: 50, seconds: 12 }],
  target: 0.1, bound: { parameters: 60, proved: false, kind: "trees" }, gap: 0.5, clock: "evaluations", log: false,
};

it("steps a lane down at every improvement and on to where it is now, by either clock", () => {
  const group = svg("svg");
  const path = (): string | null | undefined => group.firstElementChild?.getAttribute("d");
  drawLines(group, state, plot);
  expect(path()).toBe("M2.0 80.0H30.0V40.0H50.0");
  drawLines(group, { ...state, clock: "seconds" }, plot);
  expect(path()).toBe("M1.0 80.0H9.0V40.0H12.0");
  expect([clockOf(best.steps[1] as never, "seconds"), clockOf(best.steps[1] as never, "evaluations")]).toEqual([9, 30]);
});
it("writes at the bound what is proved and what is left to gain", () => {
  const group = svg("g", {}, svg("path"), svg("path"), svg("text"));
  drawBound(group, state, plot);
  expect(group.textContent).toBe("proved for trees: no fewer than 60 \u00b7 gap 50 %");
  drawBound(group, { ...state, gap: 0 }, plot);
  expect(group.textContent).toBe("proved for trees: nothing smaller");
  drawBound(group, { ...state, bound: null }, plot);
  expect(group.getAttribute("visibility")).toBe("hidden");
});
