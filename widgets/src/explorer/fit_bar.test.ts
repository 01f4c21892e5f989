// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import type { FitState } from "../wire/explorer_state.js";
import { fitBar, fitLine, fitWords, isMilestone, milestoneWords } from "./fit_bar.js";

const fit: FitState = {
  edit: "a:1", generation: 1, state: "CONVERGED", running: false, paused: false, status: "Converged: done.", sweep: 1, relative_error: 0.1, seconds: 1, seed: 0, errors: [0.1],
};

it("does not wait for a sweep of a structure that was refused", () => {
  expect(fitLine(fit, false)).toContain("waiting for the first sweep");
  expect(fitLine(fit, false, true)).toBe("not applied: fit of the last valid structure");
  expect(fitLine(null, false, true)).toContain("not applied");
});

it("counts one sweep as one", () => {
  expect(milestoneWords(fit)).toMatch(/after 1 sweep\.$/);
  expect(milestoneWords({ ...fit, sweep: 2 })).toMatch(/after 2 sweeps\.$/);
});

it("goes by the name of a state, whatever its sentence says", () => {
  const wordless = { ...fit, status: "Ajust\u00e9: c'est fini." };
  expect(["RUNNING", "PAUSED", "CONVERGED", "EXACT", "MAX_SWEEPS"].map((state) => fitWords({ ...wordless, state }))).toEqual(["running", "paused", "converged", "exact", "not converged"]);
  expect(fitWords({ ...fit, state: "STOPPED", status: "Stopped on request; the best cores so far are kept." })).toBe("stopped on request");
  expect(fitWords({ ...fit, state: "FAILED", status: "Converged: so says a liar." })).toBe("converged");
  expect(fitLine({ ...fit, state: "TRIED", status: "Start 2 of 5 is at 0.1241; seed 1 is best." }, true)).toBe("start 2 of 5 is at 0.1241");
  expect(fitLine({ ...fit, state: "STOPPED", status: "Start again when you like." }, true)).toBe("sweep 1, start again when you like");
  expect([isMilestone({ ...fit, state: "PREPARING" }), isMilestone({ ...fit, running: true, state: "RUNNING" }), isMilestone({ ...fit, state: "STOPPED" })]).toEqual([false, false, true]);
});

it("offers no new start while the draft is refused", () => {
  const tell = vi.fn(async () => {});
  const bar = fitBar(tell, new AbortController().signal);
  const button = (name: string): HTMLElement => bar.element.querySelector(`[data-action="${name}"]`) as HTMLElement;
  const disabled = (): boolean[] => ["restart", "try-seeds"].map((name) => button(name).getAttribute("aria-disabled") === "true");
  bar.show(fit, { edit: "a:2", error: "No core carries mode 0." });
  expect(disabled()).toEqual([true, true]);
  expect(bar.element.textContent).toContain("not applied");
  bar.show({ ...fit, edit: "a:3" }, { edit: "a:3", error: "" });
  expect(disabled()).toEqual([false, false]);
  button("restart").click();
  expect(tell.mock.calls).toEqual([[{ kind: "restart" }]]);
});

it("goes on with a fit that is over before it has converged", () => {
  const tell = vi.fn(async () => {});
  const bar = fitBar(tell, new AbortController().signal);
  const pause = bar.element.querySelector('[data-action="pause"]') as HTMLElement;
  bar.show({ ...fit, running: false, state: "CONVERGED" }, { edit: fit.edit, error: "" });
  pause.click();
  bar.show({ ...fit, running: false, state: "KEPT" }, { edit: fit.edit, error: "" });
  pause.click();
  expect(tell.mock.calls).toEqual([[{ kind: "resume" }]]);
});
