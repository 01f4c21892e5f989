import { expect, it } from "vitest";
import { nearest } from "./plane.js";

const O = { x: 0, y: 0 };

it("finds the nearest of several points within reach", () => {
  const points = [O, { x: 100, y: 0 }];
  expect(nearest(points, { x: 90, y: 5 }, () => 20)).toBe(1);
  expect(nearest(points, { x: 50, y: 0 }, () => 20)).toBe(-1);
});
