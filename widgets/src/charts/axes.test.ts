// @vitest-environment jsdom
import { expect, it } from "vitest";
import { svg } from "../ui/dom.js";
import { type AxisMark, drawAxes } from "./axes.js";

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
