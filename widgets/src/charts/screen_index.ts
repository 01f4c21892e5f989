/** An index of points on the screen by square cells, for the nearest of very many points. Pure. */

/** Pixels of a cell's side: about the reach of the pointer, so that a look-up visits few cells. */
const CELL = 16;

/** The first `count` of points, by their pixels. */
export interface Places {
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  readonly count: number;
}

export class ScreenIndex {
  private readonly xs: Float32Array;
  private readonly ys: Float32Array;
  private readonly starts: Int32Array;
  private readonly order: Int32Array;
  private readonly across: number;
  private readonly down: number;

  /** Index the places; those outside `width` x `height` are never found. */
  constructor({ xs, ys, count }: Places, { width, height }: { width: number; height: number }) {
    [this.xs, this.ys] = [xs, ys];
    this.across = Math.max(1, Math.ceil(width / CELL));
    this.down = Math.max(1, Math.ceil(height / CELL));
    this.starts = new Int32Array(this.across * this.down + 1);
    const cells = new Int32Array(count);
    let kept = 0;
    for (let k = 0; k < count; k++) {
      const [x, y] = [xs[k] as number, ys[k] as number];
      const cell = x >= 0 && y >= 0 && x < width && y < height ? Math.floor(y / CELL) * this.across + Math.floor(x / CELL) : -1;
      cells[k] = cell;
      if (cell < 0) continue;
      kept += 1;
      this.starts[cell + 1] = (this.starts[cell + 1] as number) + 1;
    }
    for (let cell = 1; cell < this.starts.length; cell++) this.starts[cell] = (this.starts[cell] as number) + (this.starts[cell - 1] as number);
    this.order = new Int32Array(kept);
    const next = this.starts.slice();
    for (let k = 0; k < count; k++) {
      const cell = cells[k] as number;
      if (cell < 0) continue;
      const place = next[cell] as number;
      this.order[place] = k;
      next[cell] = place + 1;
    }
  }

  /** Return the nearest point within reach, or -1; of several at one place the last. */
  nearest(x: number, y: number, reach: number): number {
    let best = -1;
    let least = reach * reach;
    const clamp = (cell: number, most: number): number => Math.max(0, Math.min(most - 1, cell));
    const [left, right] = [clamp(Math.floor((x - reach) / CELL), this.across), clamp(Math.floor((x + reach) / CELL), this.across)];
    const [top, bottom] = [clamp(Math.floor((y - reach) / CELL), this.down), clamp(Math.floor((y + reach) / CELL), this.down)];
    for (let row = top; row <= bottom; row++) {
      const [from, to] = [this.starts[row * this.across + left] as number, this.starts[row * this.across + right + 1] as number];
      for (let place = from; place < to; place++) {
        const k = this.order[place] as number;
        const away = ((this.xs[k] as number) - x) ** 2 + ((this.ys[k] as number) - y) ** 2;
        if (away < least || (away === least && k > best)) [best, least] = [k, away];
      }
    }
    return best;
  }
}

export type Direction = "left" | "right" | "up" | "down";

/** Pixels ahead within which a point is at the same place. */
const HERE = 0.5;
/** A pixel aside counts as so many ahead: an arrow key leads to what a person calls the next that way. */
const SLANT = 3;

/** Return the point that an arrow key leads to from a point: near, and rather straight than slanting; -1 for none. */
export function towards({ xs, ys, count }: Places, from: number, direction: Direction): number {
  const [x, y] = [xs[from] as number, ys[from] as number];
  const sign = direction === "left" || direction === "up" ? -1 : 1;
  const level = direction === "left" || direction === "right";
  let best = -1;
  let least = Infinity;
  for (let k = 0; k < count; k++) {
    const [dx, dy] = [(xs[k] as number) - x, (ys[k] as number) - y];
    const ahead = sign * (level ? dx : dy);
    const aside = Math.abs(level ? dy : dx);
    if (!(ahead > HERE)) continue;
    const cost = ahead + SLANT * aside;
    if (cost < least) [best, least] = [k, cost];
  }
  return best;
}
