// @vitest-environment jsdom
import { expect, it } from "vitest";
import { svg } from "../ui/dom.js";
import { drawCorner, drawTarget, targetMark } from "./marks.js";

const frame = { left: 0, top: 0, right: 200, bottom: 100 };

it("draws the target, not above or below the frame", () => {
  const group = targetMark();
  drawTarget(group, 0.2, 80, frame);
  expect([group.textContent, group.getAttribute("visibility"), group.firstElementChild?.getAttribute("d")]).toEqual(["target 0.2", null, "M0 80H200"]);
  for (const [target, y] of [[0.2, -1], [0.2, 101], [0, 50]] as const) {
    drawTarget(group, target, y, frame);
    expect(group.getAttribute("visibility")).toBe("hidden");
  }
});
it("hatches a corner, and puts its words beside it where it is narrow", () => {
  const group = svg("g", {}, svg("path"), svg("path"), svg("text"));
  expect(drawCorner(group, { ...frame, right: 120, top: 80 }, { words: "proved empty", roof: true })).toBe(true);
  expect([group.children[1]?.getAttribute("d"), group.textContent]).toEqual(["M0 80H120V100", "proved empty"]);
  drawCorner(group, { ...frame, right: 30, top: 80 }, { words: "proved empty", roof: false });
  expect([group.children[1]?.getAttribute("d"), group.textContent]).toEqual(["M30 80V100", "\u25c2 proved empty"]);
  drawCorner(group, { ...frame, right: 80, top: 80 }, { words: "proved empty", roof: false, limit: 120 });
  expect(Number(group.children[2]?.getAttribute("x"))).toBe(22);
  expect(drawCorner(group, { ...frame, right: 0 }, { words: "proved empty", roof: true })).toBe(false);
  expect(group.getAttribute("visibility")).toBe("hidden");
});
