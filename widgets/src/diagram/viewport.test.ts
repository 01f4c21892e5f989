import { expect, it } from "vitest";
import { farOf, fit, pan, toDiagram, toPixels, transform, zoom } from "./viewport.js";

const SIZE = { width: 600, height: 400 };
const view = fit({ x: 0, y: 0, width: 1200, height: 400 }, SIZE);

it("fits a box into the window", () => {
  expect(view).toEqual({ centre: { x: 600, y: 200 }, scale: 0.5 });
  expect(transform(view, SIZE)).toBe("translate(0.000 100.000) scale(0.50000)");
});
it("is farther by a step with every square root of 2", () => {
  expect([2, 1, 0.99, 0.71, 0.7, 0.5, 0.15].map((scale) => farOf({ ...view, scale }))).toEqual([0, 0, 1, 1, 2, 2, 6]);
});
it("does not blow a small network up", () => expect(fit({ x: 0, y: 0, width: 10, height: 10 }, SIZE).scale).toBeLessThan(2));
it("keeps the point under the pointer while zooming", () => {
  const at = { x: 100, y: 50 };
  const before = toPixels(view, SIZE, at);
  const after = toPixels(zoom(view, 1.7, at), SIZE, at);
  expect(after.x).toBeCloseTo(before.x);
  expect(after.y).toBeCloseTo(before.y);
});
it("pans by pixels", () => {
  const at = { x: 100, y: 50 };
  const [before, after] = [toPixels(view, SIZE, at), toPixels(pan(view, 30, -10), SIZE, at)];
  expect([after.x - before.x, after.y - before.y]).toEqual([30, -10]);
});
it("goes to pixels and back", () => {
  const there = toDiagram(view, SIZE, toPixels(view, SIZE, { x: 7, y: 9 }));
  expect(there.x).toBeCloseTo(7);
  expect(there.y).toBeCloseTo(9);
});
