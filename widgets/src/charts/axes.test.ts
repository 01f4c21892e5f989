// @vitest-environment jsdom
import { expect, it } from "vitest";
import { svg } from "../ui/dom.js";
import { type AxisMark, drawAxes, tickMarks } from "./axes.js";

it("draws a line and a text for every mark, and moves them in place", () => {
  const group = svg("g");
  const mark = (key: string, x: number): AxisMark => ({ key, line: `M${x} 0v4`, x, y: 16, text: key, anchor: "middle" });
  drawAxes(group, [mark("10", 5), mark("100", 50)]);
  const [ten] = group.children;
  drawAxes(group, [mark("10", 7)]);
  expect([group.children.length, group.firstElementChild]).toEqual([1, ten]);
  expect(ten?.querySelector("path")?.getAttribute("d")).toBe("M7 0v4");
  expect([ten?.querySelector("text")?.getAttribute("x"), ten?.textContent]).toEqual(["7", "10"]);
});
it("leads lines through the frame where asked to, and keeps numbers in the chart", () => {
  const ticks = { across: [{ value: 5, at: 100, text: "5000" }], up: [{ value: 1, at: 30, text: "1" }], crossing: true };
  const [x, y] = tickMarks({ left: 20, top: 10, right: 100, bottom: 80 }, 110, ticks);
  expect([x?.line, x?.x, y?.line]).toEqual(["M100 10V84", 94, "M16 30H100"]);
  expect(tickMarks({ left: 20, top: 10, right: 100, bottom: 80 }, 110, { ...ticks, crossing: false }).map(({ line }) => line)).toEqual(["M100 80V84", "M20 30H100"]);
});
