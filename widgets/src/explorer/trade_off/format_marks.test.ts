// @vitest-environment jsdom
import { expect, it } from "vitest";
import { legend, shapeOf } from "./format_marks.js";

const FORMATS = ["Tensor train", "Tensor ring", "Tucker", "CP", "Tree", "Full", "Grid", "Other"];
const visit = (format: string, cut_short = false) => ({ id: 1, parameters: 1, relative_error: 0.1, label: "", status: "", format, cut_short });

it("gives every format a shape of its own, and one to what is drawn by hand", () => {
  expect(new Set([...FORMATS, ""].map((format) => shapeOf(format, FORMATS))).size).toBe(9);
});
it("says only what is drawn", () => {
  const { element, show } = legend();
  show({ visited: [visit("Tensor ring"), visit("")], formats: FORMATS, pinned: false });
  expect([...element.children].map((item) => item.textContent)).toEqual(["Tensor ring", "drawn by hand"]);
  show({ visited: [visit("Tensor train", true), visit("Tensor ring")], formats: FORMATS, pinned: true });
  expect([...element.children].map((item) => item.textContent)).toEqual(["Tensor train", "Tensor ring", "hollow: cut short", "pinned"]);
});
