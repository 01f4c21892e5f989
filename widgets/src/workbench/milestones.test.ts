// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { fakeLane } from "../testing/fake_workbench.js";
import type { Run } from "../wire/workbench_state.js";
import { Milestones } from "./milestones.js";

const run = (state: Run["state"], can_resume = false): Run => ({ state, status: `${state}.`, can_resume, private: false });
const bound = { parameters: 640, proved: false, scope: "", family: "", kind: "trees", target: 0.1 };

describe("what is said aloud", () => {
  it("is a new best at most every few seconds, a proof once, and a change of state", () => {
    let now = 0;
    const milestones = new Milestones(() => now);
    expect(milestones.next([fakeLane(1, null)], null, run("running"))).toBe("");
    expect(milestones.next([fakeLane(1, 900)], bound, run("running"))).toContain("New best: 900");
    now = 1000;
    expect(milestones.next([fakeLane(1, 800)], bound, run("running"))).toBe("");
    now = 5000;
    expect(milestones.next([fakeLane(1, 800)], bound, run("running"))).toContain("New best: 800");
    expect(milestones.next([fakeLane(1, 800)], bound, run("running"))).toBe("");
    now = 10_000;
    expect(milestones.next([fakeLane(1, 640)], bound, run("ended"))).toBe("New best: 640 parameters at an error of 0.09, by growth. Proved for trees: none with fewer parameters reaches the target. ended.");
    expect(milestones.next([fakeLane(1, 640)], bound, run("ended"))).toBe("");
  });
});

