/** Points and boxes in a plane: distances, midpoints, the nearest of several points. Pure. */

/** A place in a plane, x to the right and y down. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle by its upper left corner and its size. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

// Not Math.hypot: that is many times slower, and a drawing measures a million distances.
export const distance = (a: Point, b: Point): number => Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2);

export const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

/** Whether a point lies in a box, its edges included. */
export const inside = (box: Box, point: Point): boolean =>
  point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height;

/** The point at a distance from another, in the direction of an angle in radians. */
export const polar = (from: Point, angle: number, length: number): Point => ({
  x: from.x + length * Math.cos(angle),
  y: from.y + length * Math.sin(angle),
});

/** Return the index of the nearest of the points within reach, or -1. */
export function nearest(points: readonly Point[], to: Point, reach: (index: number) => number): number {
  let best = -1;
  let least = Infinity;
  points.forEach((point, index) => {
    const away = distance(point, to);
    if (away <= reach(index) && away < least) [best, least] = [index, away];
  });
  return best;
}
