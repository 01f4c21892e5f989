// @vitest-environment jsdom
import { afterEach, expect, it, vi } from "vitest";
import { square } from "../testing/fake_model.js";
import { nearestPoint, tradeOffChart } from "./trade_off_chart.js";

afterEach(() => vi.unstubAllGlobals());

it("takes the point nearest to the pointer, and none far away", () => {
  const points = [{ id: 1, x: 50, y: 50 }, { id: 2, x: 57, y: 50 }, { id: 3, x: 57, y: 50 }];
  expect(nearestPoint(points, 0, { x: 50, y: 50 })?.id).toBe(1);
  expect(nearestPoint(points, 0, { x: 54, y: 51 })?.id).toBe(3);
  expect(nearestPoint(points, 2, { x: 57, y: 50 })?.id).toBe(2);
  expect(nearestPoint(points, 2, { x: 51, y: 50 })?.id).toBe(1);
  expect(nearestPoint(points, 0, { x: 57, y: 62 })).toBeUndefined();
});

it("restores the point under a click also where a later point is on top of it, and draws the diamond above both", () => {
  let resize = (_: unknown): void => {};
  vi.stubGlobal("ResizeObserver", class {
    constructor(callback: (entries: unknown) => void) {
      resize = callback;
    }
    observe(): void {}
    disconnect(): void {}
  });
  const restored: number[] = [];
  const shown: Element[] = [];
  const tip = { show: (point: Element) => void shown.push(point), hide: () => {} };
  const chart = tradeOffChart({ tip, restore: (id) => void restored.push(id), structureOf: async () => square() }, new AbortController().signal);
  document.body.append(chart.element);
  const visit = (id: number, parameters: number) => ({ id, parameters, relative_error: 0.1, label: `${id}`, status: "", cut_short: false, format: "Tensor train" });
  chart.show({
    visited: [visit(1, 1000), visit(2, 1010)], currentId: 9, now: { parameters: 1000, error: 0.1, old: false },
    target: 0.1, impossible: null, logError: true, pins: [], references: [], formats: ["Tensor train"],
  });
  resize([{ contentRect: { width: 400, height: 300 } }]);
  const [first, second] = [...chart.element.querySelectorAll("[data-point]")] as [Element, Element];
  const [, clientX, clientY] = /translate\((\S+) (\S+)\)/.exec(first.getAttribute("transform") ?? "") ?? [];
  const at = { clientX: Number(clientX), clientY: Number(clientY), bubbles: true, detail: 1 };
  second.dispatchEvent(new MouseEvent("pointermove", at));
  expect(first.hasAttribute("data-near")).toBe(true);
  expect(shown).toEqual([first]);
  second.dispatchEvent(new MouseEvent("mousedown", at));
  expect(document.activeElement).toBe(first);
  second.dispatchEvent(new MouseEvent("click", at));
  second.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  expect(restored).toEqual([1, 2]);
  const words = chart.element.querySelector(".tnx-target text");
  expect(words?.getAttribute("text-anchor")).toBe("end");
  chart.show({
    visited: [visit(1, 10)], currentId: 9, now: { parameters: 4000, error: 0.1, old: false }, target: 0.1, impossible: null, logError: true, pins: [],
    references: [], formats: [],
  });
  expect(words?.getAttribute("text-anchor")).toBe("start"); // the diamond would cover it
  expect(chart.element.lastElementChild?.classList.contains("tnx-now")).toBe(true);
});
