/** Lookup in the trade-off cloud: the evaluation near a place, the next one in a direction, the extent of all. Pure. */

import type { Plot } from "../../charts/plot.js";
import { type Direction, ScreenIndex, towards } from "../../charts/screen_index.js";
import type { Point } from "../../ui/plane.js";
import { isDrawn, Unseen } from "../lanes/lane_points.js";
import type { LayerLane } from "./point_layer.js";

/** Pixels within which the pointer takes a point. */
const REACH = 12;

/** The largest relative error that the view makes room for: 1 is as bad as zeros, and a little air. */
const TALLEST = 1.2;

/** One evaluation of one lane. */
export interface Chosen {
  readonly lane: number;
  readonly number: number;
}

/** The range of parameters and errors over all drawn points; looks at new points only. */
export class Extents {
  parameters: [number, number] = [Infinity, 0];
  errors: [number, number] = [Infinity, 0];
  private readonly unseen = new Unseen();

  update(lanes: readonly LayerLane[]): void {
    this.unseen.each(lanes, () => ([this.parameters, this.errors] = [[Infinity, 0], [Infinity, 0]]), ({ points }, k) => {
      if (!isDrawn(points, k)) return;
      const [x, y] = [points.parameters[k] as number, Math.min(TALLEST, points.errors[k] as number)];
      if (x < this.parameters[0]) this.parameters[0] = x;
      if (x > this.parameters[1]) this.parameters[1] = x;
      if (y < this.errors[0] && y > 0) this.errors[0] = y;
      if (y > this.errors[1]) this.errors[1] = y;
    });
  }
}

export interface Found {
  lane: LayerLane;
  k: number;
}

/** The drawn points of all lanes by their place on the screen; rebuilt when lanes or view have changed. */
export class PointIndex {
  private key = "";
  private xs = new Float32Array();
  private ys = new Float32Array();
  private count = 0;
  private owners: { lane: LayerLane; end: number }[] = [];
  private places = new Int32Array();
  private screen = new ScreenIndex({ xs: this.xs, ys: this.ys, count: 0 }, { width: 1, height: 1 });

  at(lanes: readonly LayerLane[], plot: Plot, { x, y }: Point): Found | null {
    this.renew(lanes, plot);
    return this.found(this.screen.nearest(x, y, REACH));
  }

  /** The next point that way; from nothing, the best of the first lane that has one. */
  step({ lanes, best }: { lanes: readonly LayerLane[]; best: ReadonlyMap<number, number> }, plot: Plot, from: Chosen | null, way: Direction): Found | null {
    this.renew(lanes, plot);
    const start = from ?? lanes.map(({ id }) => ({ lane: id, number: best.get(id) ?? 0 })).find(({ number }) => number > 0);
    const here = start ? this.placeOf(start.lane, start.number - 1) : -1;
    if (from === null || here < 0) return this.found(here >= 0 ? here : this.count - 1);
    return this.found(towards({ xs: this.xs, ys: this.ys, count: this.count }, here, way));
  }

  private found(place: number): Found | null {
    const owner = place < 0 ? undefined : this.owners.find(({ end }) => place < end);
    return owner ? { lane: owner.lane, k: this.places[place] as number } : null;
  }

  private placeOf(lane: number, k: number): number {
    let from = 0;
    for (const owner of this.owners) {
      if (owner.lane.id === lane) return this.places.subarray(0, owner.end).indexOf(k, from);
      from = owner.end;
    }
    return -1;
  }

  private renew(lanes: readonly LayerLane[], plot: Plot): void {
    const { window, width, height, logX, logY } = plot;
    const key = JSON.stringify([window, width, height, logX, logY, lanes.map(({ id, points }) => [id, points.count, points.version])]);
    if (key === this.key) return;
    this.key = key;
    const total = lanes.reduce((sum, { points }) => sum + points.count, 0);
    if (this.xs.length < total) [this.xs, this.ys, this.places] = [new Float32Array(2 * total), new Float32Array(2 * total), new Int32Array(2 * total)];
    this.count = 0;
    this.owners = lanes.map((lane) => {
      const { points } = lane;
      for (let k = 0; k < points.count; k++) {
        if (!isDrawn(points, k)) continue;
        this.xs[this.count] = plot.x(points.parameters[k] as number);
        this.ys[this.count] = plot.y(points.errors[k] as number);
        this.places[this.count] = k;
        this.count += 1;
      }
      return { lane, end: this.count };
    });
    this.screen = new ScreenIndex({ xs: this.xs, ys: this.ys, count: this.count }, { width, height });
  }
}
