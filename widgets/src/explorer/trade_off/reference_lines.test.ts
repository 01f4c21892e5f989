// @vitest-environment jsdom
import { expect, it } from "vitest";
import { referenceGroup, referenceLines } from "./reference_lines.js";

const places = { frame: { left: 0, top: 0, right: 200, bottom: 100 }, x: (count: number) => count, y: (error: number) => 100 * error };

it("draws a line through the points of a reference, and its name where it leaves the frame", () => {
  const group = referenceGroup();
  referenceLines(group, [{ name: "JPEG", points: [[150, 0.2], [50, 0.5], [300, 0.1], [0, 1]] }], places);
  expect(group.querySelector("path")?.getAttribute("d")).toBe("M50.0 50.0L150.0 20.0L300.0 10.0");
  const text = group.querySelector("text");
  expect([text?.textContent, text?.getAttribute("x"), text?.getAttribute("y")]).toEqual(["JPEG", "150", "14"]);
});
it("keeps names inside the frame, and draws nothing for nothing", () => {
  const group = referenceGroup();
  referenceLines(group, [{ name: "wavelets (two numbers each)", points: [[190, 0.5]] }, { name: "cosines", points: [[190, 0.52]] }, { name: "outside", points: [[900, 0.5]] }], places);
  const [inside, other, outside] = [...group.querySelectorAll("text")];
  expect([inside?.textContent, Number(inside?.getAttribute("x")), outside?.getAttribute("visibility")]).toEqual(["wavelets", 144, "hidden"]);
  expect(Math.abs(Number(inside?.getAttribute("y")) - Number(other?.getAttribute("y")))).toBeGreaterThanOrEqual(14);
  expect(group.querySelector("title")?.textContent).toBe("wavelets (two numbers each)");
  referenceLines(group, [], places);
  expect(group.querySelectorAll("path, text").length).toBe(0);
});
