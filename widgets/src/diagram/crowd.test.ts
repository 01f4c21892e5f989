import { expect, it } from "vitest";
import { distance, type Point } from "../ui/plane.js";
import { Crowd } from "./crowd.js";

it("shows every point within reach, on both sides of the origin, and few of the others", () => {
  const points: Point[] = Array.from({ length: 2500 }, (_, k) => ({ x: 20 * ((k % 50) - 25), y: 20 * (Math.floor(k / 50) - 25) }));
  const crowd = new Crowd<Point>();
  points.forEach((point) => crowd.add(point));
  for (const spot of [{ x: 0, y: 0 }, { x: -111, y: 37 }, { x: 600, y: -600 }]) {
    const seen = new Set<Point>();
    crowd.around(spot, 60, (point) => seen.add(point));
    for (const point of points) if (distance(point, spot) <= 60) expect(seen.has(point)).toBe(true);
    expect(seen.size).toBeLessThan(150);
  }
});
