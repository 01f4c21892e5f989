// @vitest-environment jsdom
import { expect, it } from "vitest";
import { square } from "../testing/fake_model.js";
import { numbersPanel } from "./numbers_panel.js";

const report = (edit: string) => ({ structure: square(), bonds: [], edit, parameters: 232, compressionRatio: 3.62, error: "", edited: false });
const numbers = { edit: "a:4", parameters: 232, compression_ratio: 3.62, contraction_cost: 24_000, size: 840, order: 4 };

it("dims the contraction cost of an earlier draft, and says when the target is out of reach", () => {
  const panel = numbersPanel({ fold: document.createElement("button"), proof: document.createElement("div") });
  const value = (name: string): HTMLElement => panel.element.querySelector(`[data-field="${name}"]`) as HTMLElement;
  const state = (): string | undefined => value("contraction-cost").parentElement?.dataset["state"];
  panel.showDraft(report("a:4"), numbers);
  expect([value("contraction-cost").textContent, state()]).toEqual(["24 kflop", "still"]);
  panel.showDraft(report("a:5"), numbers);
  expect([value("parameters").dataset["edit"], state()]).toEqual(["a:5", "old"]);
  panel.showTarget(0.1, 0.2, 0.15);
  expect(panel.element.textContent).toContain("above target 0.1: out of reach");
  panel.showTarget(0.1, 0.09, 0.05);
  expect(panel.element.textContent).toContain("below target 0.1");
});
