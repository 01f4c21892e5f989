/** Records that grow with every evaluation: a lane's best at the target and nearest to it, and the Pareto front. Pure. */

import { FITTED, type LanePoints, REPEATED } from "./lane_points.js";

/** From its evaluation on, a lane's best has these parameters. */
export interface Improvement {
  readonly number: number;
  readonly seconds: number;
  readonly parameters: number;
}

/** The best of a lane that reach the target, evaluation by evaluation; looks at new points only. */
export class BestSoFar {
  steps: Improvement[] = [];
  /** The place of the evaluation with the least error; -1 before there is one. */
  nearest = -1;
  private seen = 0;
  private version = -1;
  private target = NaN;

  /** Return whether anything has changed. */
  update(points: LanePoints, target: number): boolean {
    const anew = points.version !== this.version || target !== this.target;
    if (anew) Object.assign(this, { steps: [], nearest: -1, seen: 0, version: points.version, target });
    const before = this.steps.length;
    const goal = Math.fround(target); // errors arrive in single precision
    for (let k = this.seen; k < points.count; k++) this.look(points, k, goal);
    this.seen = points.count;
    return anew || this.steps.length !== before;
  }

  private look(points: LanePoints, k: number, goal: number): void {
    const error = points.errors[k] as number;
    const parameters = points.parameters[k] as number;
    if (points.fates[k] !== FITTED && points.fates[k] !== REPEATED) return;
    if (this.nearest < 0 || error < (points.errors[this.nearest] as number)) this.nearest = k;
    const last = this.steps[this.steps.length - 1];
    if (!(error <= goal) || (last !== undefined && parameters >= last.parameters)) return;
    this.steps.push({ number: k + 1, seconds: points.seconds[k] as number, parameters });
  }
}

export interface FrontPoint {
  readonly parameters: number;
  readonly error: number;
  readonly lane: number;
  readonly number: number;
}

/** Points that no other beats in both parameters and error, by rising parameters. */
export class Front {
  points: FrontPoint[] = [];

  /** Add a point; return whether it belongs to the front now. */
  add(point: FrontPoint): boolean {
    const place = this.placeOf(point.parameters);
    const before = this.points[place - 1];
    const equal = this.points[place];
    if (before !== undefined && before.error <= point.error) return false;
    if (equal !== undefined && equal.parameters === point.parameters && equal.error <= point.error) return false;
    let end = place;
    while (end < this.points.length && (this.points[end] as FrontPoint).error >= point.error) end++;
    this.points.splice(place, end - place, point);
    return true;
  }

  /** The first place whose parameters are not fewer. */
  private placeOf(parameters: number): number {
    let [low, high] = [0, this.points.length];
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((this.points[mid] as FrontPoint).parameters < parameters) low = mid + 1;
      else high = mid;
    }
    return low;
  }
}

export interface LaneOfPoints {
  readonly id: number;
  readonly points: LanePoints;
}

/** The front of all lanes together; looks at new points only. */
export class CommonFront {
  front = new Front();
  private seen = new Map<number, { count: number; version: number }>();

  /** Return whether the front has changed. */
  update(lanes: readonly LaneOfPoints[]): boolean {
    const known = lanes.every(({ id, points }) => (this.seen.get(id)?.version ?? points.version) === points.version);
    const anew = !known || [...this.seen.keys()].some((id) => !lanes.some((lane) => lane.id === id));
    if (anew) {
      this.front = new Front();
      this.seen.clear();
    }
    let changed = anew;
    for (const { id, points } of lanes) {
      for (let k = this.seen.get(id)?.count ?? 0; k < points.count; k++) {
        const error = points.errors[k] as number;
        if (points.fates[k] !== FITTED || !(error >= 0)) continue;
        const added = this.front.add({ parameters: points.parameters[k] as number, error, lane: id, number: k + 1 });
        changed = added || changed;
      }
      this.seen.set(id, { count: points.count, version: points.version });
    }
    return changed;
  }
}
