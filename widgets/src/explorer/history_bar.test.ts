// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { historyBar } from "./history_bar.js";

const visit = (id: number, relative_error: number) => ({ id, parameters: 10 * id, relative_error, label: "4 cores", status: "", cut_short: false, format: "Tensor train" });

it("numbers structures by their first visit, and restores any but the current one", () => {
  const restore = vi.fn();
  const bar = historyBar(restore, new AbortController().signal);
  bar.show([visit(7, 0.2), visit(3, 0.1)], 7);
  const chips = [...bar.element.querySelectorAll<HTMLElement>("[data-history]")];
  expect(chips.map((chip) => chip.textContent)).toEqual(["10.1000", "20.2000"]);
  for (const chip of chips) chip.click();
  expect(restore.mock.calls).toEqual([[3]]);
});
