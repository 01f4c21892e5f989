/** Points of a drawing, found by place: what lies near a spot, without a look at all the others. Pure. */

import type { Point } from "../ui/plane.js";

/** Side of a square cell in diagram units: about as far as a look-up reaches. */
const CELL = 48;

const cellOf = (value: number): number => Math.floor(value / CELL);
/** A number of a cell; far cells may share one, so that a look-up sees points beyond its reach too. */
const key = (column: number, row: number): number => (column << 16) ^ (row & 0xffff);

export class Crowd<T extends Point> {
  private readonly cells = new Map<number, T[]>();

  add(point: T): void {
    const cell = key(cellOf(point.x), cellOf(point.y));
    const there = this.cells.get(cell);
    if (there === undefined) this.cells.set(cell, [point]);
    else there.push(point);
  }

  /** Show every point within reach of a spot along both axes, and some beyond. */
  around({ x, y }: Point, reach: number | Point, see: (point: T) => void): void {
    const { x: wide, y: high } = typeof reach === "number" ? { x: reach, y: reach } : reach;
    const [right, bottom] = [cellOf(x + wide), cellOf(y + high)];
    for (let column = cellOf(x - wide); column <= right; column++) {
      for (let row = cellOf(y - high); row <= bottom; row++) this.cells.get(key(column, row))?.forEach(see);
    }
  }
}
