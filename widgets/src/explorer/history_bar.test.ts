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

it("orders structures by error or by size, and keeps their numbers", () => {
  const bar = historyBar(vi.fn(), new AbortController().signal);
  const sort = bar.element.querySelector("select") as HTMLSelectElement;
  const turns = (): (string | undefined)[] => [...bar.element.querySelectorAll("[data-history] b")].map((turn) => turn.textContent ?? undefined);
  bar.show([visit(7, 0.1), visit(3, 0.3), visit(5, 0.2)], 7);
  expect(turns()).toEqual(["1", "2", "3"]);
  sort.value = "error";
  sort.dispatchEvent(new Event("change"));
  expect(turns()).toEqual(["3", "2", "1"]);
  bar.show([visit(7, 0.1), visit(3, 0.01), visit(5, 0.2)], 7);
  expect(turns()).toEqual(["1", "3", "2"]);
});
