import { expect, it } from "vitest";
import { Notches } from "./wheel.js";

it("takes a notch of a mouse wheel as one step, up as more", () => {
  const notches = new Notches();
  expect([notches.add(-100, 0, 0), notches.add(-120, 0, 50), notches.add(100, 0, 90)]).toEqual([1, 1, -1]);
  expect(new Notches().add(3, 1, 0)).toBe(-1);
});
it("gathers the small movements of a touch pad", () => {
  const notches = new Notches();
  const steps = Array.from({ length: 20 }, (_, k) => notches.add(-5, 0, 10 * k));
  expect(steps.filter((step) => step !== 0)).toEqual([1, 1]);
});
