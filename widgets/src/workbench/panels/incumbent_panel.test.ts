// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { fakeLane } from "../../testing/fake_workbench.js";
import { diagramWords, incumbentPanel, structureText } from "./incumbent_panel.js";

const best = fakeLane(2, 700).incumbent;

it("puts a structure into a sentence and into JSON", () => {
  expect(best && diagramWords(best)).toBe("3 cores, 700 parameters; bonds A-B of rank 2, B-C of rank 2, A-C of rank 2");
  expect(best && JSON.parse(structureText(best.structure))).toEqual(best?.structure);
});
it("shows the leading lane until a person watches another, and opens what it shows", () => {
  const open = vi.fn();
  const panel = incumbentPanel({ open, say() {} }, new AbortController().signal);
  const value = (): string | undefined => panel.element.querySelector<HTMLElement>('[data-field="best-parameters"]')?.dataset["value"];
  panel.show([fakeLane(1, 900), fakeLane(2, 700)], 0.1);
  expect(value()).toBe("700");
  panel.watch(1);
  expect(value()).toBe("900");
  panel.element.querySelector<HTMLElement>('[data-action="open-best"]')?.click();
  expect(open).toHaveBeenCalledExactlyOnceWith(1, 9);
  panel.show([fakeLane(2, 700)], 0.1);
  expect(value()).toBe("700");
});
