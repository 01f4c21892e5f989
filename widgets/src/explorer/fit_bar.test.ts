// @vitest-environment jsdom
import { expect, it } from "vitest";
import { FakeModel } from "../testing/fake_model.js";
import type { ExplorerModel, FitState } from "../wire/explorer_state.js";
import { fitBar, fitLine, milestoneWords } from "./fit_bar.js";

const fit: FitState = {
  seq: 1, generation: 1, running: false, paused: false, status: "Converged: done.", sweep: 1, relative_error: 0.1, seconds: 1, seed: 0, errors: [0.1],
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

it("offers no new start while the draft is refused", () => {
  const model = new FakeModel({ verdict: { seq: 2, error: "No core carries mode 0.", notice: "" } });
  const bar = fitBar(model as unknown as ExplorerModel, new AbortController().signal);
  const disabled = (): boolean[] =>
    ["restart", "try-seeds"].map((name) => bar.element.querySelector(`[data-action="${name}"]`)?.getAttribute("aria-disabled") === "true");
  bar.show(fit, 2);
  expect(disabled()).toEqual([true, true]);
  expect(bar.element.textContent).toContain("not applied");
  bar.show({ ...fit, seq: 3 }, 3);
  expect(disabled()).toEqual([false, false]);
});
