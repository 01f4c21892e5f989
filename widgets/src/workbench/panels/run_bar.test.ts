import { describe, expect, it } from "vitest";
import { settings } from "../../testing/fake_workbench.js";
import type { Run } from "../../wire/workbench_state.js";
import { primaryOf, secondaryOf } from "./run_bar.js";

const run = (state: Run["state"], can_resume = false): Run => ({ state, status: `${state}.`, can_resume, private: false });

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
