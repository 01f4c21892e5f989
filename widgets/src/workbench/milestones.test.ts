// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { ring, settings } from "../testing/fake_workbench.js";
import type { Lane, Run } from "../wire/workbench_state.js";
import { laneName } from "./lanes/lane_looks.js";
import { commonGap, gapOf, gapPercent, leading } from "./lanes/standings.js";
import { Milestones } from "./milestones.js";
import { bestWords, countWords, leftWords } from "./panels/lane_table.js";
import { primaryOf, secondaryOf } from "./panels/run_bar.js";
import { parseCount, parseSeconds, secondsText } from "./panels/settings_fields.js";
import { studyWords, whenWords } from "./panels/studies_drawer.js";

const counts = { proposed: 412, repeated: 62, pruned_by_size: 30, pruned_by_certificate: 90, too_costly: 0, fitted: 230, sweeps: 9 };
const lane = (id: number, parameters: number | null, more: Partial<Lane> = {}, reached = true, error = 0.09): Lane => ({
  id, engine: "growth", study: `s${id}`, state: "running", status: "", seconds: 12, fraction: 0.25, seconds_left: 36, counts, total: 412, generation: 0,
  incumbent: parameters === null ? null : { number: 9, parameters, relative_error: error, reached, move: "", structure: ring([2, 2, 2]), changed: { bonds: [], words: "" } }, ...more,
});
const run = (state: Run["state"], can_resume = false): Run => ({ state, status: `${state}.`, can_resume, private: false });
const bound = { parameters: 640, proved: false, scope: "", family: "", target: 0.1 };

describe("the buttons", () => {
  it("say what they do now", () => {
    const deeds = (state: Run["state"], can = false): unknown[] => [primaryOf(run(state, can), settings()).deed, secondaryOf(run(state, can), settings()).deed];
    expect(deeds("idle")).toEqual(["start", null]);
    expect(deeds("running")).toEqual(["pause", "stop"]);
    expect(deeds("paused", true)).toEqual(["resume", "stop"]);
    expect(deeds("stopping")).toEqual([null, null]);
    expect(deeds("ended")).toEqual(["start", null]);
    expect(deeds("ended", true)).toEqual(["resume", "start"]);
    expect(deeds("watching")).toEqual(["start", null]);
    expect(primaryOf(run("idle"), settings({ engines: [] })).deed).toBeNull();
  });
});

describe("lanes", () => {
  it("lead by parameters where the target is reached, else by the error", () => {
    expect(leading([lane(1, 900), lane(2, 700), lane(3, null)])?.id).toBe(2);
    expect(leading([lane(1, 100, {}, false, 0.2), lane(2, 900)])?.id).toBe(2);
    expect(leading([lane(1, 100, {}, false, 0.2), lane(2, 900, {}, false, 0.15)])?.id).toBe(2);
    expect(leading([lane(1, null)])).toBeNull();
  });
  it("are told in words", () => {
    expect(countWords(counts)).toBe("412: 230 fitted \u00b7 30 too large \u00b7 90 ruled out \u00b7 62 repeated");
    expect(countWords({ ...counts, fitted: 0, repeated: 0, pruned_by_size: 0, pruned_by_certificate: 0, proposed: 0 })).toBe("0: 0 fitted");
    expect(leftWords(lane(1, 1))).toBe("25 %, 36 s left");
    expect(leftWords(lane(1, 1, { state: "ended" }))).toBe("25 % after 12 s");
    expect(bestWords(lane(1, 1728, {}, false))).toBe("(1\u202f728)");
    expect([laneName(lane(1, 1), [lane(1, 1)]), laneName(lane(1, 1), [lane(1, 1), lane(2, 1)])]).toEqual(["growth", "growth (s1)"]);
  });
  it("have a gap only to what they have reached, to their own bound first", () => {
    expect(gapOf(lane(1, 960), 640)).toBeCloseTo(0.5);
    expect(gapOf(lane(1, 960, { bound: 480 }), 640)).toBeCloseTo(1);
    expect(gapOf(lane(1, 960, {}, false), 640)).toBeNull();
    expect(gapOf(lane(1, 960), null)).toBeNull();
    expect([gapPercent(0), gapPercent(0.034), gapPercent(0.88), gapPercent(2.134)]).toEqual(["none", "3.4 %", "88 %", "213 %"]);
    expect(commonGap([lane(1, 960), lane(2, 800)], bound)).toBeCloseTo(0.25);
  });
});

describe("what is said aloud", () => {
  it("is a new best at most every few seconds, a proof once, and a change of state", () => {
    let now = 0;
    const milestones = new Milestones(() => now);
    expect(milestones.next([lane(1, null)], null, run("running"))).toBe("");
    expect(milestones.next([lane(1, 900)], bound, run("running"))).toContain("New best: 900");
    now = 1000;
    expect(milestones.next([lane(1, 800)], bound, run("running"))).toBe("");
    now = 5000;
    expect(milestones.next([lane(1, 800)], bound, run("running"))).toContain("New best: 800");
    expect(milestones.next([lane(1, 800)], bound, run("running"))).toBe("");
    now = 10_000;
    expect(milestones.next([lane(1, 640)], bound, run("ended"))).toBe("New best: 640 parameters at an error of 0.09, by growth. Proved: no structure with fewer parameters reaches the target. ended.");
    expect(milestones.next([lane(1, 640)], bound, run("ended"))).toBe("");
  });
});

describe("fields", () => {
  it("read numbers and times as people write them, and say what is wrong", () => {
    expect(parseCount("10k", "n", 1, 1e6)).toBe(10_000);
    expect(parseCount(" 2 000 ", "n", 1, 1e6)).toBe(2000);
    expect(parseCount("0", "The seed", 1, 9)).toContain("The seed is a whole number from 1 to 9");
    for (const wrong of ["", "1.5", "-3", "abc", "1e9"]) expect(typeof parseCount(wrong, "n", 0, 10)).toBe("string");
    expect([parseSeconds("90"), parseSeconds("5 min"), parseSeconds("1,5h"), parseSeconds("2d")]).toEqual([90, 300, 5400, 172_800]);
    for (const wrong of ["", "0", "-1", "5 years", "1e99"]) expect(typeof parseSeconds(wrong)).toBe("string");
    expect([secondsText(90), secondsText(600), secondsText(7200), secondsText(0.5)]).toEqual(["90 s", "10 min", "2 h", "0.5 s"]);
    for (const seconds of [1, 59.5, 119, 120, 3600, 7260, 86_400]) expect(parseSeconds(secondsText(seconds))).toBe(seconds);
  });
});

describe("studies", () => {
  it("are told in words", () => {
    const study = { name: "a", engine: "growth", label: "Camera", target_error: 0.1, parameters: 900, relative_error: 0.09, evaluations: 12, modified: "", busy: "", bytes: 1, mine: true };
    expect(studyWords(study)).toBe("900 parameters, error 0.0900, target 0.1, 12 evaluations");
    expect(studyWords({ ...study, parameters: null, relative_error: null })).toBe("nothing at the target yet, target 0.1, 12 evaluations");
    const now = new Date("2026-11-21T20:00:00Z");
    expect(whenWords("2026-11-21T19:59:30Z", now)).toBe("just now");
    expect(whenWords("2026-11-21T19:40:00Z", now)).toBe("20 min ago");
    expect(whenWords("2025-01-02T10:00:00Z", now)).toContain("2 Jan 2025");
    expect(whenWords("nonsense", now)).toBe("nonsense");
  });
});
