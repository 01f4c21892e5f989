import { describe, expect, it } from "vitest";
import { fakeLane } from "../../testing/fake_workbench.js";
import { commonGap, gapOf, gapPercent, leading } from "./standings.js";

const bound = { parameters: 640, proved: false, scope: "", family: "", kind: "trees", target: 0.1 };

describe("lanes", () => {
  it("lead by parameters where the target is reached, else by the error", () => {
    expect(leading([fakeLane(1, 900), fakeLane(2, 700), fakeLane(3, null)])?.id).toBe(2);
    expect(leading([fakeLane(1, 100, { reached: false, error: 0.2 }), fakeLane(2, 900)])?.id).toBe(2);
    expect(leading([fakeLane(1, 100, { reached: false, error: 0.2 }), fakeLane(2, 900, { reached: false, error: 0.15 })])?.id).toBe(2);
    expect(leading([fakeLane(1, null)])).toBeNull();
  });
  it("have a gap only to what they have reached, to their own bound first", () => {
    expect(gapOf(fakeLane(1, 960), 640)).toBeCloseTo(0.5);
    expect(gapOf(fakeLane(1, 960, { bound: 480 }), 640)).toBeCloseTo(1);
    expect(gapOf(fakeLane(1, 960, { reached: false }), 640)).toBeNull();
    expect(gapOf(fakeLane(1, 960), null)).toBeNull();
    expect([gapPercent(0), gapPercent(0.034), gapPercent(0.88), gapPercent(0.1301), gapPercent(2.134)]).toEqual(["none", "3.4 %", "88 %", "14 %", "214 %"]);
    expect(commonGap([fakeLane(1, 960), fakeLane(2, 800)], bound)).toBeCloseTo(0.25);
  });
});
